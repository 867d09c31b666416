import { decodeMessage, ErrorCode } from '@millrace/protocol';
import {
  createMetadataResponse,
  createMetadataResponsePartition,
  createMetadataResponseTopic,
  metadataRequest,
  metadataResponse,
} from '@millrace/protocol/messages/03-metadata';
import {
  createFindCoordinatorResponse,
  createFindCoordinatorResponseCoordinator,
  findCoordinatorResponse,
} from '@millrace/protocol/messages/10-find-coordinator';
import { createHeartbeatRequest, heartbeatRequest, heartbeatResponse } from '@millrace/protocol/messages/12-heartbeat';
import { waitUntil } from '@millrace/testing';
import { Cluster, type ClusterOptions } from '../src/cluster/cluster.ts';
import type { TopicMetadata } from '../src/cluster/topic-metadata.ts';
import { systemRuntime, type ClientRuntime } from '../src/runtime.ts';
import { HandTime, settle } from './hand-time.ts';
import { ScriptedBroker } from './scripted-broker.ts';

const METADATA = 3;
const FIND_COORDINATOR = 10;
const HEARTBEAT = 12;
const HEARTBEAT_API = { request: heartbeatRequest, response: heartbeatResponse };
const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';

describe('a client of a cluster of two brokers', () => {
  let first: ScriptedBroker;
  let second: ScriptedBroker;
  /** They stay known when a broker is closed. */
  let ports: readonly [number, number];
  /** Who leads partition 0 of "orders", in which epoch. */
  let leader: readonly [nodeId: number, epoch: number];
  let topicError: number;
  const clusters: Cluster[] = [];

  beforeEach(async () => {
    leader = [1, 5];
    topicError = ErrorCode.NONE;
    [first, second] = [await ScriptedBroker.start(), await ScriptedBroker.start()];
    ports = [first.port, second.port];
    for (const broker of [first, second]) {
      broker.ranges.set(METADATA, [9, 13]);
      broker.ranges.set(FIND_COORDINATOR, [0, 6]);
      broker.ranges.set(HEARTBEAT, [0, 4]);
      broker.behaviours.set(METADATA, (request) => {
        const { topics } = decodeMessage(metadataRequest, request.body, request.apiVersion);
        const [leaderId, leaderEpoch] = leader;
        const partitions = [createMetadataResponsePartition({ partitionIndex: 0, leaderId, leaderEpoch })];
        const answered = (topics ?? [{ name: 'orders' }]).map(({ name }) =>
          createMetadataResponseTopic({ name, topicId: TOPIC_ID, errorCode: topicError, partitions }),
        );
        request.answer(metadataResponse, metadataWith({ topics: answered }));
      });
    }
  });

  afterEach(async () => {
    for (const cluster of clusters.splice(0)) await cluster.close();
    for (const broker of [first, second]) await broker[Symbol.asyncDispose]();
  });

  function metadataWith(init: Parameters<typeof createMetadataResponse>[0]) {
    const brokers = [
      { nodeId: 1, host: '127.0.0.1', port: ports[0], rack: 'a' },
      { nodeId: 2, host: '127.0.0.1', port: ports[1], rack: null },
    ];
    return createMetadataResponse({ brokers, clusterId: 'c', controllerId: 2, ...init });
  }

  function clusterWith(options: Partial<ClusterOptions> = {}, runtime?: ClientRuntime): Cluster {
    const cluster = new Cluster({ brokers: [first.address], requestTimeoutMs: 5_000, ...options }, runtime);
    clusters.push(cluster);
    return cluster;
  }

  function count(broker: ScriptedBroker, apiKey: number): number {
    return broker.requests.filter((request) => request.apiKey === apiKey).length;
  }

  it('knows nothing before it was asked, then topics, brokers, controller and cluster', async () => {
    const cluster = clusterWith();
    expect(cluster.topic('orders')).toBeUndefined();
    expect(first.connectionCount).toBe(0);

    const topic = await cluster.fetchTopic('orders');

    expect(topic).toMatchObject({ name: 'orders', topicId: TOPIC_ID, partitions: [{ leaderId: 1, leaderEpoch: 5 }] });
    expect(cluster.topic('orders')).toBe(topic);
    expect(cluster.topicById(TOPIC_ID)).toBe(topic);
    expect(cluster.brokers().map(({ nodeId, rack }) => [nodeId, rack])).toEqual([
      [1, 'a'],
      [2, null],
    ]);
    expect([cluster.clusterId(), cluster.controllerId()]).toEqual(['c', 2]);
  });

  it('asks once for a topic that many want, and not again while it is fresh', async () => {
    const cluster = clusterWith();

    await Promise.all([cluster.fetchTopic('orders'), cluster.fetchTopic('orders'), cluster.fetchTopic('orders')]);
    await cluster.fetchTopic('orders');

    expect(count(first, METADATA)).toBe(1);
  });

  it('takes an unknown topic for an answer and other refusals for errors', async () => {
    topicError = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    expect(await clusterWith().fetchTopic('orders')).toBeUndefined();

    topicError = ErrorCode.TOPIC_AUTHORIZATION_FAILED;
    await expect(clusterWith().fetchTopic('orders')).rejects.toMatchObject({
      name: 'AuthError',
      details: { topic: 'orders' },
    });
  });

  it('waits for a topic that has no leader yet', async () => {
    topicError = ErrorCode.LEADER_NOT_AVAILABLE;
    const fetching = clusterWith().fetchTopic('orders');
    await waitUntil('a second try', () => count(first, METADATA) >= 2);

    topicError = ErrorCode.NONE;

    expect(await fetching).toBeDefined();
  });

  it('tries the next bootstrap address beside one that accepts and never speaks', async () => {
    first.behaviours.clear();
    const cluster = clusterWith({ brokers: [first.address, second.address], requestTimeoutMs: 60_000 });

    expect(await cluster.fetchTopic('orders')).toBeDefined();
    await waitUntil('the silent one to be left', () => first.requests[0]?.socket.destroyed);
  });

  it('tries the next broker beside a known one that has stopped to speak', async () => {
    const cluster = clusterWith({ requestTimeoutMs: 60_000 });
    await cluster.fetchTopic('orders');
    for (const broker of [first, second]) broker.hangUp();
    await settle();
    first.behaviours.clear();

    expect(await cluster.fetchTopic('orders', { refresh: true })).toBeDefined();
  });

  it('ends the pause before another try when it is closed', async () => {
    topicError = ErrorCode.LEADER_NOT_AVAILABLE;
    const time = new HandTime();
    const cluster = clusterWith({}, { ...systemRuntime(), timers: time, background: time });
    const fetching = cluster.fetchTopic('orders');
    fetching.catch(() => undefined);
    await waitUntil('the first answer', () => count(first, METADATA) === 1);
    await settle();

    await cluster.close();

    await expect(fetching).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_CLOSED' });
  });

  it('goes on over the bootstrap connection instead of making another to the same broker', async () => {
    const cluster = clusterWith();
    await cluster.fetchTopic('orders');

    await cluster.sendTo(1, HEARTBEAT_API, createHeartbeatRequest(), { timeoutMs: 50 }).catch(() => undefined);

    expect(first.connectionCount).toBe(1);
    expect(count(first, HEARTBEAT)).toBe(1);
  });

  it('keeps lanes apart: one that hangs delays no other', async () => {
    const cluster = clusterWith();
    await cluster.fetchTopic('orders');
    const hanging = cluster.sendTo(1, HEARTBEAT_API, createHeartbeatRequest(), { lane: 'fetch' });
    hanging.catch(() => undefined);
    await waitUntil('the request to come', () => count(first, HEARTBEAT) === 1);
    first.behaviours.set(HEARTBEAT, (request) =>
      request.answer(heartbeatResponse, { throttleTimeMs: 0, errorCode: 0 }),
    );

    const { response } = await cluster.sendTo(1, HEARTBEAT_API, createHeartbeatRequest(), { lane: 'group' });

    expect(response.errorCode).toBe(0);
    expect(first.connectionCount).toBe(3);
  });

  it('gives a request up when its signal is aborted, and keeps the connection for the others', async () => {
    const cluster = clusterWith();
    await cluster.fetchTopic('orders');
    const controller = new AbortController();
    const waiting = cluster.sendTo(1, HEARTBEAT_API, createHeartbeatRequest(), { signal: controller.signal });
    waiting.catch(() => undefined);
    const request = await waitUntil('the request', () => first.requests.find(({ apiKey }) => apiKey === HEARTBEAT));

    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError', cause: new Error('enough') });
    request?.answer(heartbeatResponse, { throttleTimeMs: 0, errorCode: 0 });
    await cluster.fetchTopic('orders', { refresh: true });

    expect(first.connectionCount).toBe(1);
  });

  it('tells of a leader that moved, after it was told that its knowledge is stale', async () => {
    const cluster = clusterWith();
    await cluster.fetchTopic('orders');
    const changes: TopicMetadata[] = [];
    cluster.onMetadataChange((topic) => changes.push(topic));
    leader = [2, 6];

    await Promise.all([cluster.invalidate('orders'), cluster.invalidate('orders')]);

    expect(changes).toMatchObject([{ name: 'orders', partitions: [{ leaderId: 2, leaderEpoch: 6 }] }]);
    expect(count(first, METADATA) + count(second, METADATA)).toBe(2);
  });

  it('takes leader and address out of a hint, and never an older one (KIP-951)', async () => {
    const cluster = clusterWith();
    await cluster.fetchTopic('orders');
    const endpoint = { nodeId: 7, host: '127.0.0.1', port: second.port, rack: null };

    cluster.applyLeaderHint('orders', 0, 7, 6, [endpoint]);
    cluster.applyLeaderHint('orders', 0, 2, 6, []);
    expect(cluster.topic('orders')?.partitions[0]).toMatchObject({ leaderId: 7, leaderEpoch: 6 });
    second.behaviours.set(HEARTBEAT, (request) =>
      request.answer(heartbeatResponse, { throttleTimeMs: 0, errorCode: 0 }),
    );

    await cluster.sendTo(7, HEARTBEAT_API, createHeartbeatRequest());

    expect(count(second, HEARTBEAT)).toBe(1);
    await cluster.fetchTopic('orders', { refresh: true });
    expect(cluster.topic('orders')?.partitions[0]?.leaderId).toBe(7);
  });

  it('refreshes metadata by itself', async () => {
    const cluster = clusterWith({ metadataMaxAgeMs: 50 });
    await cluster.fetchTopic('orders');
    leader = [2, 6];

    await waitUntil('the new leader', () => cluster.topic('orders')?.partitions[0]?.leaderId === 2);
  });

  it('moves to another broker when the one it asked is gone', async () => {
    const cluster = clusterWith();
    await cluster.fetchTopic('orders');
    await first[Symbol.asyncDispose]();

    expect(await cluster.fetchTopic('orders', { refresh: true })).toBeDefined();

    expect(count(second, METADATA)).toBeGreaterThan(0);
    first = await ScriptedBroker.start();
  });

  it('asks the bootstrap addresses again when no known broker is left (KIP-899)', async () => {
    const third = await ScriptedBroker.start();
    third.behaviours.set(METADATA, (request) => {
      const brokers = [{ nodeId: 9, host: '127.0.0.1', port: third.port, rack: null }];
      request.answer(metadataResponse, createMetadataResponse({ brokers, clusterId: 'c', controllerId: 9 }));
    });
    let addresses = [first.address];
    let calls = 0;
    const cluster = clusterWith({
      brokers: () => {
        calls += 1;
        return Promise.resolve(addresses);
      },
    });
    await cluster.fetchTopic('orders');
    expect(calls).toBe(1);

    addresses = [third.address];
    for (const broker of [first, second]) await broker[Symbol.asyncDispose]();
    await cluster.fetchTopics([], {});

    expect(calls).toBeGreaterThan(1);
    expect(cluster.brokers().map(({ nodeId }) => nodeId)).toEqual([9]);
    await third[Symbol.asyncDispose]();
    [first, second] = [await ScriptedBroker.start(), await ScriptedBroker.start()];
  });

  it('bootstraps again when a broker says that it must (KIP-1102)', async () => {
    const cluster = clusterWith({ brokers: [second.address] });
    await cluster.fetchTopic('orders');
    const proper = second.behaviours.get(METADATA);
    let refusals = 0;
    second.behaviours.set(METADATA, (request) => {
      if (refusals++ > 0) proper?.(request);
      else request.answer(metadataResponse, metadataWith({ errorCode: ErrorCode.REBOOTSTRAP_REQUIRED }));
    });

    expect(await cluster.fetchTopic('orders', { refresh: true })).toBeDefined();

    expect(second.connectionCount).toBe(2);
  });

  it('asks the controller, and any broker when it cannot be reached', async () => {
    for (const broker of [first, second]) {
      broker.behaviours.set(HEARTBEAT, (request) =>
        request.answer(heartbeatResponse, { throttleTimeMs: 0, errorCode: 0 }),
      );
    }
    const cluster = clusterWith();
    await cluster.sendToController(HEARTBEAT_API, createHeartbeatRequest());
    expect(count(second, HEARTBEAT)).toBe(1);

    await second[Symbol.asyncDispose]();
    await waitUntil('it to be known', async () => {
      await cluster.sendToController(HEARTBEAT_API, createHeartbeatRequest()).catch(() => undefined);
      return count(first, HEARTBEAT) === 1;
    });
    second = await ScriptedBroker.start();
  });

  describe('looking for a coordinator', () => {
    beforeEach(() => {
      first.behaviours.set(FIND_COORDINATOR, (request) => {
        const found = { nodeId: 2, host: '127.0.0.1', port: second.port };
        const coordinators = [createFindCoordinatorResponseCoordinator({ key: 'g', ...found })];
        const response = createFindCoordinatorResponse(request.apiVersion >= 4 ? { coordinators } : found);
        request.answer(findCoordinatorResponse, response);
      });
    });

    it.each([0, 3, 6])('finds it in version %i, and remembers it', async (version) => {
      first.ranges.set(FIND_COORDINATOR, [0, version]);
      const cluster = clusterWith();

      expect(await Promise.all([cluster.coordinator('group', 'g'), cluster.coordinator('group', 'g')])).toEqual([2, 2]);
      expect(await cluster.coordinator('group', 'g')).toBe(2);

      expect(count(first, FIND_COORDINATOR)).toBe(1);
    });

    it('looks again when it was told to forget', async () => {
      const cluster = clusterWith();
      await cluster.coordinator('group', 'g');
      cluster.forgetCoordinator('group', 'g');
      await cluster.coordinator('group', 'g');

      expect(count(first, FIND_COORDINATOR)).toBe(2);
    });

    it('looks again when the connection to it was lost', async () => {
      const cluster = clusterWith();
      const nodeId = await cluster.coordinator('group', 'g');
      const waiting = cluster.sendTo(nodeId, HEARTBEAT_API, createHeartbeatRequest(), { lane: 'group' });
      waiting.catch(() => undefined);
      await waitUntil('the request', () => count(second, HEARTBEAT) === 1);

      second.hangUp();
      await expect(waiting).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_CONNECTION_LOST', retriable: true });
      await cluster.coordinator('group', 'g');

      expect(count(first, FIND_COORDINATOR)).toBe(2);
    });

    it('waits for one to become available', async () => {
      const proper = first.behaviours.get(FIND_COORDINATOR);
      let refusals = 0;
      first.behaviours.set(FIND_COORDINATOR, (request) => {
        const { COORDINATOR_NOT_AVAILABLE: errorCode } = ErrorCode;
        const coordinators = [createFindCoordinatorResponseCoordinator({ key: 'g', errorCode })];
        if (refusals++ > 0) proper?.(request);
        else request.answer(findCoordinatorResponse, createFindCoordinatorResponse({ coordinators }));
      });

      expect(await clusterWith().coordinator('group', 'g')).toBe(2);
    });
  });

  it('refuses everything after close, and what waits', async () => {
    const cluster = clusterWith();
    await cluster.fetchTopic('orders');
    const waiting = cluster.sendTo(1, HEARTBEAT_API, createHeartbeatRequest());
    waiting.catch(() => undefined);
    await waitUntil('the request', () => count(first, HEARTBEAT) === 1);

    await cluster.close();

    const closed = { code: 'MILLRACE_CLIENT_CLOSED' };
    await expect(waiting).rejects.toMatchObject(closed);
    await expect(cluster.sendTo(1, HEARTBEAT_API, createHeartbeatRequest())).rejects.toMatchObject(closed);
    await expect(cluster.fetchTopic('other')).rejects.toMatchObject(closed);
    await expect(cluster.coordinator('group', 'g')).rejects.toMatchObject(closed);
    await cluster.invalidate();
  });

  it('refuses what waits for a broker that accepts and never speaks, and gives the connection back', async () => {
    first.behaviours.clear();
    const cluster = clusterWith({ requestTimeoutMs: 60_000 });
    const waiting = cluster.fetchTopic('orders');
    waiting.catch(() => undefined);
    await waitUntil('the first request', () => first.requests.length === 1);

    await cluster.close();

    await expect(waiting).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_CLOSED' });
    await waitUntil('the connection to be given back', () => first.requests[0]?.socket.destroyed);
  });
});
