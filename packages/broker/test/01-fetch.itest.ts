import { ErrorCode } from '@millrace/protocol';
import {
  createFetchRequest,
  createFetchRequestFetchPartition,
  fetchRequest,
  fetchResponse,
  type FetchRequest,
} from '@millrace/protocol/messages/01-fetch';
import {
  apiVersionsRequest,
  apiVersionsResponse,
  createApiVersionsRequest,
} from '@millrace/protocol/messages/18-api-versions';
import type { WireClient } from '@millrace/testing';
import {
  batchOf,
  BrokerFixture,
  fetch,
  fetchMessage,
  NEWEST_FETCH,
  produce,
  recordsIn,
  type CreatedTopic,
} from './broker-fixture.ts';

const VERSIONS = Array.from({ length: 15 }, (_, index) => index + 4);

describe('Fetch', () => {
  let fixture: BrokerFixture;

  beforeAll(async () => {
    fixture = await BrokerFixture.start();
  });

  afterAll(() => fixture.close());

  const topicWith = async (name: string, values: readonly string[], partitionCount = 1): Promise<CreatedTopic> => {
    const topic = await fixture.createTopic(name, partitionCount);
    for (const value of values) await produce(fixture.client, topic, batchOf([value]));
    return topic;
  };

  it.each(VERSIONS)('returns records and the ends of the log in version %i', async (version) => {
    const topic = await topicWith(`round-trip-${version}`, ['a', 'b']);
    const partition = await fetch(fixture.client, topic, { version });
    expect(recordsIn(partition).map(({ value }) => value)).toEqual(['a', 'b']);
    expect(partition.highWatermark).toBe(2n);
    expect(partition.lastStableOffset).toBe(2n);
    expect(partition.abortedTransactions).toBeNull();
    expect(partition.preferredReadReplica).toBe(-1);
    if (version >= 5) expect(partition.logStartOffset).toBe(0n);
  });

  it('returns an empty list of aborted transactions to read_committed', async () => {
    const topic = await topicWith('committed', ['a']);
    const partition = await fetch(fixture.client, topic, { isolationLevel: 1 });
    expect(partition.abortedTransactions).toEqual([]);
    expect(recordsIn(partition)).toHaveLength(1);
  });

  it('returns the whole batch that holds the offset', async () => {
    const topic = await fixture.createTopic('inside');
    await produce(fixture.client, topic, batchOf(['a', 'b', 'c']));
    expect(recordsIn(await fetch(fixture.client, topic, { offset: 2 })).map(({ offset }) => offset)).toEqual([0, 1, 2]);
  });

  describe('offsets', () => {
    it('outside the log are out of range, with −1 everywhere', async () => {
      const topic = await topicWith('range', ['a', 'b']);
      for (const offset of [3, 1000, -5]) {
        const partition = await fetch(fixture.client, topic, { offset });
        expect(partition.errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
        expect([partition.highWatermark, partition.lastStableOffset, partition.logStartOffset]).toEqual([
          -1n,
          -1n,
          -1n,
        ]);
      }
    });

    it('at the end return nothing', async () => {
      const topic = await topicWith('at-end', ['a']);
      const partition = await fetch(fixture.client, topic, { offset: 1 });
      expect([partition.errorCode, recordsIn(partition).length, partition.highWatermark]).toEqual([0, 0, 1n]);
    });

    it('answer out of range at once, also when the client would wait', async () => {
      const topic = await topicWith('range-wait', ['a']);
      const partition = await fetch(fixture.client, topic, { offset: 9, maxWaitMs: 20_000 });
      expect(partition.errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
    });
  });

  describe('names, ids and epochs', () => {
    it('tells an unknown name, an unknown id and an unknown partition', async () => {
      const nameless = { name: 'nobody', topicId: 'AAAAAAAAAAAAAAAAAAAABQ' };
      expect((await fetch(fixture.client, nameless, { version: 12 })).errorCode).toBe(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      );
      expect((await fetch(fixture.client, nameless)).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
      const topic = await topicWith('few', ['a']);
      expect((await fetch(fixture.client, topic, { partition: 4 })).errorCode).toBe(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      );
    });

    it('refuses an older and a newer leader epoch', async () => {
      const topic = await topicWith('epochs', ['a']);
      const right = await fetch(fixture.client, topic, { currentLeaderEpoch: 0 });
      expect(right.errorCode).toBe(0);
      const newer = await fetch(fixture.client, topic, { currentLeaderEpoch: 5 });
      expect([newer.errorCode, newer.currentLeader.leaderId]).toEqual([ErrorCode.UNKNOWN_LEADER_EPOCH, -1]);
    });

    it('says where the history of a client diverges', async () => {
      const topic = await topicWith('diverging', ['a', 'b']);
      const partition = await fetch(fixture.client, topic, { offset: 5, lastFetchedEpoch: 0 });
      expect(partition.divergingEpoch).toEqual({ epoch: 0, endOffset: 2n });
      const unheardOf = await fetch(fixture.client, topic, { offset: 1, lastFetchedEpoch: 5 });
      expect(unheardOf.errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
      const right = await fetch(fixture.client, topic, { offset: 1, lastFetchedEpoch: 0 });
      expect(right.divergingEpoch).toEqual({ epoch: -1, endOffset: -1n });
      expect(recordsIn(right)).toHaveLength(1);
    });
  });

  it('refuses followers, for there are none', async () => {
    const topic = await topicWith('followers', ['a']);
    const asked = { ...fetchMessage(topic), replicaId: 2 };
    const { responses } = await fixture.client.call(fetchRequest, fetchResponse, 12, asked);
    expect(responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });

  describe('waiting', () => {
    it('wakes as soon as something is appended', async () => {
      const topic = await fixture.createTopic('wakes');
      const consumer = await fixture.connect();
      const waiting = fetch(consumer, topic, { maxWaitMs: 20_000 });
      await produce(fixture.client, topic, batchOf(['a']));
      expect(recordsIn(await waiting)).toHaveLength(1);
    });

    it('waits for min_bytes', async () => {
      const topic = await fixture.createTopic('min-bytes');
      const consumer = await fixture.connect();
      const waiting = fetch(consumer, topic, { maxWaitMs: 20_000, minBytes: 1500 });
      await produce(fixture.client, topic, batchOf(['x'.repeat(600)]));
      await produce(fixture.client, topic, batchOf(['x'.repeat(600)]));
      expect(await Promise.race([waiting.then(() => 'answered'), pause(50)])).toBe('waiting');
      await produce(fixture.client, topic, batchOf(['x'.repeat(600)]));
      expect(recordsIn(await waiting)).toHaveLength(3);
    });

    it('answers empty after max_wait', async () => {
      const topic = await fixture.createTopic('max-wait');
      const start = performance.now();
      const partition = await fetch(fixture.client, topic, { maxWaitMs: 100 });
      expect(performance.now() - start).toBeGreaterThanOrEqual(95);
      expect([partition.errorCode, recordsIn(partition).length]).toEqual([0, 0]);
    });

    it('gives way to another request on its connection', async () => {
      const topic = await fixture.createTopic('gives-way');
      const client = await fixture.connect();
      const waiting = fetch(client, topic, { maxWaitMs: 20_000 });
      const { errorCode } = await client.call(apiVersionsRequest, apiVersionsResponse, 0, createApiVersionsRequest());
      expect(errorCode).toBe(0);
      expect(recordsIn(await waiting)).toEqual([]);
    });

    it('ends when the topic is deleted', async () => {
      const topic = await fixture.createTopic('deleted-under-fetch');
      const consumer = await fixture.connect();
      const waiting = fetch(consumer, topic, { maxWaitMs: 20_000 });
      await pause(20);
      await deleteTopic(fixture.client, topic);
      expect((await waiting).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
    });

    it('wakes thousands of waiting fetches', async () => {
      const topic = await fixture.createTopic('crowd');
      const consumers = await Promise.all(Array.from({ length: 250 }, () => fixture.connect()));
      const waiting = consumers.flatMap((consumer) =>
        Array.from({ length: 8 }, () => fetch(consumer, topic, { maxWaitMs: 20_000 })),
      );
      await pause(100);
      await produce(fixture.client, topic, batchOf(['a']));
      const answers = await Promise.all(waiting);
      expect(answers.filter((partition) => recordsIn(partition).length === 1)).toHaveLength(2000);
      for (const consumer of consumers) await consumer.close();
    });
  });

  describe('limits', () => {
    it('returns a first batch larger than every limit whole', async () => {
      const topic = await topicWith('large', ['x'.repeat(5000), 'y']);
      const partition = await fetch(fixture.client, topic, { maxBytes: 100, partitionMaxBytes: 100 });
      expect(recordsIn(partition).map(({ value }) => value?.length)).toEqual([5000]);
    });

    it('returns whole batches up to the limit of the partition', async () => {
      const topic = await topicWith('partition-limit', ['a', 'b', 'c', 'd']);
      const size = batchOf(['a']).length;
      const partition = await fetch(fixture.client, topic, { partitionMaxBytes: size * 3 - 1 });
      expect(recordsIn(partition).map(({ value }) => value)).toEqual(['a', 'b']);
    });

    it('counts max_bytes over all partitions, with the excess only for the first', async () => {
      const topic = await fixture.createTopic('response-limit', 3);
      for (const partition of [0, 1, 2])
        await produce(fixture.client, topic, batchOf(['x'.repeat(1000)]), { partition });
      const { responses } = await fixture.client.call(fetchRequest, fetchResponse, NEWEST_FETCH, {
        ...fetchMessage(topic),
        maxBytes: 1500,
        topics: [
          { topic: topic.name, topicId: topic.topicId, partitions: [0, 1, 2].map((partition) => from(partition)) },
        ],
      });
      expect(responses[0]?.partitions.map((partition) => recordsIn(partition).length)).toEqual([1, 0, 0]);
      expect(responses[0]?.partitions.map(({ highWatermark }) => highWatermark)).toEqual([1n, 1n, 1n]);
    });
  });

  describe('sessions', () => {
    const session = async (
      client: WireClient,
      topic: CreatedTopic,
      sessionId: number,
      sessionEpoch: number,
      partitions: readonly [partition: number, offset: number][],
      more: Partial<FetchRequest> & { version?: number } = {},
    ) => {
      const { version = NEWEST_FETCH, ...rest } = more;
      const topics =
        partitions.length === 0
          ? []
          : [
              {
                topic: topic.name,
                topicId: topic.topicId,
                partitions: partitions.map(([partition, offset]) => from(partition, offset)),
              },
            ];
      const request = createFetchRequest({ maxWaitMs: 0, minBytes: 1, sessionId, sessionEpoch, topics, ...rest });
      return client.call(fetchRequest, fetchResponse, version, request);
    };

    it.each([7, 11, 12, 13, 18])('tells only what is new, in version %i', async (version) => {
      const topic = await fixture.createTopic(`session-${version}`, 3);
      const { client } = fixture;
      const opened = await session(
        client,
        topic,
        0,
        0,
        [
          [0, 0],
          [1, 0],
          [2, 0],
        ],
        { version },
      );
      expect(opened.sessionId).not.toBe(0);
      expect(opened.responses[0]?.partitions).toHaveLength(3);

      const quiet = await session(client, topic, opened.sessionId, 1, [], { version });
      expect([quiet.errorCode, quiet.sessionId, quiet.responses.length]).toEqual([0, opened.sessionId, 0]);

      await produce(client, topic, batchOf(['a']), { partition: 1 });
      const news = await session(client, topic, opened.sessionId, 2, [], { version });
      expect(news.responses[0]?.partitions.map(({ partitionIndex }) => partitionIndex)).toEqual([1]);

      const moved = await session(client, topic, opened.sessionId, 3, [[1, 1]], { version });
      expect(moved.responses).toEqual([]);
    });

    it('waits for news of every partition that it knows', async () => {
      const topic = await fixture.createTopic('session-waits', 3);
      const consumer = await fixture.connect();
      const opened = await session(consumer, topic, 0, 0, [
        [0, 0],
        [1, 0],
        [2, 0],
      ]);
      const next = [0, 0, 0];
      let moved: [number, number][] = [];
      for (const [round, partition] of [0, 2, 1, 2].entries()) {
        const waiting = session(consumer, topic, opened.sessionId, round + 1, moved, { maxWaitMs: 20_000 });
        expect(await Promise.race([waiting.then(() => 'answered'), pause(20)])).toBe('waiting');
        await produce(fixture.client, topic, batchOf(['a']), { partition });
        const { responses } = await waiting;
        expect(responses[0]?.partitions.map(({ partitionIndex }) => partitionIndex)).toEqual([partition]);
        next[partition] = (next[partition] ?? 0) + 1;
        moved = [[partition, next[partition]]];
      }
    });

    it('returns the same records again when the client does not move on', async () => {
      const topic = await topicWith('session-repeats', ['a']);
      const opened = await session(fixture.client, topic, 0, 0, [[0, 0]]);
      expect(recordsIn(opened.responses[0]!.partitions[0]!)).toHaveLength(1);
      const again = await session(fixture.client, topic, opened.sessionId, 1, []);
      expect(recordsIn(again.responses[0]!.partitions[0]!)).toHaveLength(1);
    });

    it('honours forgotten topics', async () => {
      const topic = await fixture.createTopic('session-forgets', 2);
      const opened = await session(fixture.client, topic, 0, 0, [
        [0, 0],
        [1, 0],
      ]);
      await produce(fixture.client, topic, batchOf(['a']), { partition: 0 });
      const forgotten = await session(fixture.client, topic, opened.sessionId, 1, [], {
        forgottenTopicsData: [{ topic: topic.name, topicId: topic.topicId, partitions: [0] }],
      });
      expect(forgotten.responses).toEqual([]);
    });

    it('refuses unknown ids, wrong epochs, and names mixed with ids', async () => {
      const topic = await topicWith('session-errors', ['a']);
      const { client } = fixture;
      const opened = await session(client, topic, 0, 0, [[0, 0]]);
      const unknown = await session(client, topic, opened.sessionId + 1, 1, []);
      expect(unknown.errorCode).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
      const wrongEpoch = await session(client, topic, opened.sessionId, 5, []);
      expect(wrongEpoch.errorCode).toBe(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
      const mixed = await session(client, topic, opened.sessionId, 1, [], { version: 12 });
      expect(mixed.errorCode).toBe(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR);
      const right = await session(client, topic, opened.sessionId, 1, []);
      expect(right.errorCode).toBe(0);
    });

    it('closes with epoch −1 and answers without a session', async () => {
      const topic = await topicWith('session-closes', ['a']);
      const { client } = fixture;
      const opened = await session(client, topic, 0, 0, [[0, 0]]);
      const closed = await session(client, topic, opened.sessionId, -1, [[0, 0]]);
      expect([closed.sessionId, closed.responses[0]?.partitions.length]).toEqual([0, 1]);
      const gone = await session(client, topic, opened.sessionId, 1, []);
      expect(gone.errorCode).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
    });

    it('serves every partition in turn when the answer has room for one', async () => {
      const topic = await fixture.createTopic('session-fair', 4);
      for (const partition of [0, 1, 2, 3]) {
        for (let count = 0; count < 4; count++)
          await produce(fixture.client, topic, batchOf(['x'.repeat(900)]), { partition });
      }
      const partitions: [number, number][] = [
        [0, 0],
        [1, 0],
        [2, 0],
        [3, 0],
      ];
      let { responses, sessionId } = await session(fixture.client, topic, 0, 0, partitions, { maxBytes: 1000 });
      const served: number[] = [];
      const next = [0, 0, 0, 0];
      for (let epoch = 1; epoch <= 8; epoch++) {
        const [got] = (responses[0]?.partitions ?? []).filter((partition) => recordsIn(partition).length > 0);
        const index = got?.partitionIndex ?? -1;
        served.push(index);
        next[index] = (next[index] ?? 0) + 1;
        ({ responses, sessionId } = await session(
          fixture.client,
          topic,
          sessionId,
          epoch,
          [[index, next[index] ?? 0]],
          { maxBytes: 1000 },
        ));
      }
      expect([...served.slice(0, 4)].sort()).toEqual([0, 1, 2, 3]);
      expect([...served.slice(4, 8)].sort()).toEqual([0, 1, 2, 3]);
    });

    it('tells of a deleted topic', async () => {
      const topic = await topicWith('session-deleted', ['a']);
      const opened = await session(fixture.client, topic, 0, 0, [[0, 1]]);
      await deleteTopic(fixture.client, topic);
      const after = await session(fixture.client, topic, opened.sessionId, 1, [], { maxWaitMs: 20_000 });
      expect(after.responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
    });
  });

  it('serves internal topics', async () => {
    const { createFindCoordinatorRequest, findCoordinatorRequest, findCoordinatorResponse } =
      await import('@millrace/protocol/messages/10-find-coordinator');
    const asked = createFindCoordinatorRequest({ coordinatorKeys: ['g'] });
    await fixture.client.call(findCoordinatorRequest, findCoordinatorResponse, 4, asked);
    const internal = { name: '__consumer_offsets', topicId: '' };
    const partition = await fetch(fixture.client, { ...internal, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }, { version: 12 });
    expect(partition.errorCode).toBe(0);
  });

  it('logs no bug', () => {
    expect(fixture.logger.errors).toEqual([]);
  });
});

function from(partition: number, offset = 0) {
  return createFetchRequestFetchPartition({ partition, fetchOffset: BigInt(offset), partitionMaxBytes: 1_048_576 });
}

function pause(ms: number): Promise<'waiting'> {
  return new Promise((resolve) => setTimeout(() => resolve('waiting'), ms));
}

async function deleteTopic(client: WireClient, topic: CreatedTopic): Promise<void> {
  const { createDeleteTopicsRequest, deleteTopicsRequest, deleteTopicsResponse } =
    await import('@millrace/protocol/messages/20-delete-topics');
  const request = createDeleteTopicsRequest({ topicNames: [topic.name], timeoutMs: 5000 });
  await client.call(deleteTopicsRequest, deleteTopicsResponse, 4, request);
}
