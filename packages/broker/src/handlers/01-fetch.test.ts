import { systemClock, systemRandom, systemTimers, silentLogger, noMetrics } from '@millrace/base';
import type { PartitionLog } from '@millrace/log';
import { createMemoryMetaStore } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import {
  createFetchRequest,
  createFetchRequestFetchPartition,
  type FetchResponse,
} from '@millrace/protocol/messages/01-fetch';
import { loadBrokerConfig } from '../config/broker-config.ts';
import { createDataPath } from '../data-path.ts';
import { FetchSessions } from '../fetch-session/fetch-sessions.ts';
import type { BrokerServices, PartitionLocation } from '../services.ts';
import { fetchHandler } from './01-fetch.ts';
import type { RequestContext } from './handler.ts';

const VERSION = 12;

/** A log whose reads fail on demand. */
class FlakyLog {
  leaderEpoch = 0;
  logStartOffset = 0;
  logEndOffset = 0;
  highWatermark = 0;
  lastStableOffset = 0;
  isBroken = false;
  readonly listeners: (() => void)[] = [];

  readableBytes(): number {
    if (this.isBroken) throw new Error('a bug in the log');
    return this.logEndOffset > 0 ? 10 : 0;
  }

  read(): unknown {
    return {
      errorCode: 0,
      slices: [],
      sizeBytes: 0,
      highWatermark: 0,
      lastStableOffset: 0,
      logStartOffset: 0,
      abortedTransactions: null,
    };
  }

  onAdvance(listener: () => void): () => void {
    this.listeners.push(listener);
    return () => undefined;
  }
}

function setUp() {
  const log = new FlakyLog();
  const config = loadBrokerConfig(new Map());
  const location = { kind: 'owned', topic: { name: 't' }, log: log as unknown as PartitionLog } as PartitionLocation;
  const services = {
    config,
    nodeId: 1,
    timers: systemTimers,
    logger: silentLogger,
    metrics: noMetrics,
    metaStore: createMemoryMetaStore(),
    partitions: { locateByName: () => location, locateById: () => location },
    fetchSessions: new FetchSessions(10, systemClock, systemRandom),
    dataPath: createDataPath(config, systemClock, systemTimers),
  } as unknown as BrokerServices;
  const context = { apiVersion: VERSION, services, connection: { listenerName: 'PLAINTEXT' } } as RequestContext;
  const fetch = (sessionId: number, sessionEpoch: number, maxWaitMs = 10_000) => {
    const partitions = [createFetchRequestFetchPartition({ partition: 0, partitionMaxBytes: 100 })];
    const topics = sessionEpoch <= 0 ? [{ topic: 't', topicId: '', partitions }] : [];
    const request = createFetchRequest({ maxWaitMs, minBytes: 1, sessionId, sessionEpoch, topics });
    return fetchHandler.handle(context, request) as FetchResponse | Promise<FetchResponse>;
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { log, services, context, fetch, turn };
}

describe('fetchHandler', () => {
  it('makes the client start over when a bug interrupts a fetch of its session', async () => {
    const { log, fetch, turn } = setUp();
    const { sessionId } = await fetch(0, 0, 0);
    const waiting = Promise.resolve(fetch(sessionId, 1));
    const failed = expect(waiting).rejects.toThrow('a bug in the log');
    await turn();
    log.isBroken = true;
    for (const listener of log.listeners) listener();
    await failed;
    log.isBroken = false;
    expect((await fetch(sessionId, 2)).errorCode).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
  });

  it('lets go of the log when a bug interrupts a fetch without session', async () => {
    const { log, fetch, turn } = setUp();
    const waiting = Promise.resolve(fetch(0, -1));
    const failed = expect(waiting).rejects.toThrow('a bug in the log');
    await turn();
    log.isBroken = true;
    for (const listener of log.listeners) listener();
    await failed;
    // Nobody watches any more: another advance reaches nothing that would throw again.
    for (const listener of log.listeners) listener();
    await turn();
  });

  it('answers the fetch that waits on a session when the next one comes', async () => {
    const { fetch, services } = setUp();
    const { sessionId } = await fetch(0, 0, 0);
    const first = Promise.resolve(fetch(sessionId, 1));
    const second = Promise.resolve(fetch(sessionId, 2, 20));
    expect((await first).errorCode).toBe(0);
    expect((await second).errorCode).toBe(0);
    services.fetchSessions.close();
  });

  it('answers a fetch that waits when its session ends', async () => {
    const { fetch, services } = setUp();
    const { sessionId } = await fetch(0, 0, 0);
    const waiting = Promise.resolve(fetch(sessionId, 1));
    services.fetchSessions.close();
    expect((await waiting).errorCode).toBe(0);
  });

  it('finds the topic of a partition without a search through those before it', async () => {
    const { services, context } = setUp();
    const count = 200;
    const names = Array.from({ length: count }, (_, index) => `topic-${index}`);
    // A session serves partitions in the order in which they were named first: here no two of a topic in a row.
    const topics = [0, 1].flatMap((partition) =>
      names.map((topic) => ({
        topic,
        topicId: '',
        partitions: [createFetchRequestFetchPartition({ partition, partitionMaxBytes: 100 })],
      })),
    );
    const request = createFetchRequest({ maxWaitMs: 0, minBytes: 1, sessionId: 0, sessionEpoch: -1, topics });
    const searches = (['find', 'findIndex', 'findLast', 'some', 'filter'] as const).map((name) =>
      jest.spyOn(Array.prototype, name),
    );
    let response: FetchResponse;
    let searchCount: number;
    try {
      response = await (fetchHandler.handle(context, request) as FetchResponse | Promise<FetchResponse>);
      searchCount = searches.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    } finally {
      for (const search of searches) search.mockRestore();
    }
    expect(response.responses.map(({ topic }) => topic)).toEqual(names);
    expect(
      response.responses.every(({ partitions }) => partitions.map((data) => data.partitionIndex).join() === '0,1'),
    ).toBe(true);
    expect(searchCount).toBeLessThan(10);
    services.fetchSessions.close();
  });
});
