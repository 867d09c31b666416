import { silentLogger } from '@millrace/base';
import type { AppendOutcome, PartitionLog } from '@millrace/log';
import { createMemoryMetaStore, type TopicMetadata } from '@millrace/metadata';
import { ErrorCode, RecordBatchWriter } from '@millrace/protocol';
import { createProduceRequest, type ProduceResponse } from '@millrace/protocol/messages/00-produce';
import { ManualTime } from '../../test/manual-time.ts';
import { loadBrokerConfig } from '../config/broker-config.ts';
import { createDataPath } from '../data-path.ts';
import type { BrokerServices, PartitionLocation } from '../services.ts';
import { produceHandler } from './00-produce.ts';
import { closeConnection, noResponse, type HandlerResult, type RequestContext } from './handler.ts';

const BATCH = (() => {
  const writer = new RecordBatchWriter();
  writer.append('k', 'v', 1);
  return writer.finish();
})();

/** Logs that say yes at once, and let the test say when that is durable. */
function setUp() {
  const groups: PromiseWithResolvers<number>[] = [];
  const appended: number[] = [];
  let group: PromiseWithResolvers<number> | undefined;
  const room: PromiseWithResolvers<void>[] = [];
  const locate = (_name: string, partition: number): PartitionLocation => {
    const log = {
      logStartOffset: 3,
      append: (): AppendOutcome => {
        if (group === undefined) groups.push((group = Promise.withResolvers<number>()));
        const baseOffset = appended.push(partition) - 1;
        return {
          errorCode: 0,
          baseOffset,
          lastOffset: baseOffset,
          logAppendTimeMs: -1,
          isDuplicate: false,
          answer: group.promise,
          durable: group.promise,
        };
      },
    } as unknown as PartitionLog;
    return {
      kind: 'owned',
      topic: { name: 't', configs: new Map(), isInternal: false } as unknown as TopicMetadata,
      log,
    };
  };
  const time = new ManualTime();
  const config = loadBrokerConfig(new Map());
  const services = {
    config,
    logger: silentLogger,
    metaStore: createMemoryMetaStore(),
    partitions: { locateByName: locate, locateById: locate },
    engine: { waitForRoom: () => room[0]?.promise },
    dataPath: createDataPath(config, time.clock, time.timers),
  } as unknown as BrokerServices;
  const context = { apiVersion: 9, services, connection: { listenerName: 'PLAINTEXT' } } as RequestContext;
  const produce = (partitions: readonly number[], init: { acks?: number; timeoutMs?: number } = {}) => {
    const partitionData = partitions.map((index) => ({ index, records: BATCH }));
    const request = createProduceRequest({
      acks: init.acks ?? -1,
      timeoutMs: init.timeoutMs ?? 30_000,
      topicData: [{ name: 't', topicId: '', partitionData }],
    });
    return Promise.resolve(produceHandler.handle(context, request));
  };
  return { groups, appended, room, services, produce, time };
}

function codes(result: HandlerResult<ProduceResponse>): number[] {
  if (typeof result === 'symbol') throw new Error('no response');
  return result.responses.flatMap(({ partitionResponses }) => partitionResponses.map(({ errorCode }) => errorCode));
}

/** What a promise has become after everything that is due was done. */
async function stateOf(promise: Promise<unknown>): Promise<'pending' | 'settled'> {
  const later = new Promise((resolve) => setImmediate(() => resolve('pending')));
  return Promise.race([promise.then(() => 'settled' as const), later as Promise<'pending'>]);
}

describe('produceHandler', () => {
  it('answers when the group of its batches is durable, and leaves no deadline behind', async () => {
    const { groups, produce, services } = setUp();
    const result = produce([0, 1, 2]);
    expect(groups).toHaveLength(1);
    expect(await stateOf(result)).toBe('pending');
    groups[0]?.resolve(0);
    expect(codes(await result)).toEqual([0, 0, 0]);
    expect(services.dataPath.produceDeadlines.count).toBe(0);
  });

  it('appends in the order of requests before any of them is durable', async () => {
    const { appended, groups, produce } = setUp();
    const results = [produce([0]), produce([1]), produce([2])];
    expect(appended).toEqual([0, 1, 2]);
    groups[0]?.resolve(0);
    await Promise.all(results);
  });

  it('answers the error of a group that could not be made durable, without offsets', async () => {
    const { groups, produce } = setUp();
    const result = produce([0, 1]);
    groups[0]?.resolve(ErrorCode.KAFKA_STORAGE_ERROR);
    const response = (await result) as ProduceResponse;
    expect(codes(response)).toEqual([ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.KAFKA_STORAGE_ERROR]);
    expect(response.responses[0]?.partitionResponses[0]?.baseOffset).toBe(-1n);
  });

  it('answers REQUEST_TIMED_OUT when the group takes longer than the client waits', async () => {
    const { groups, produce, time } = setUp();
    const result = produce([0], { timeoutMs: 5000 });
    time.advance(4900);
    expect(await stateOf(result)).toBe('pending');
    time.advance(300);
    expect(codes(await result)).toEqual([ErrorCode.REQUEST_TIMED_OUT]);
    groups[0]?.resolve(0);
  });

  it('answers nothing to acks=0, but not before the batch is durable and however long that takes', async () => {
    const { groups, produce, time } = setUp();
    const result = produce([0], { acks: 0, timeoutMs: 0 });
    time.advance(60_000);
    expect(await stateOf(result)).toBe('pending');
    groups[0]?.resolve(0);
    expect(await result).toBe(noResponse);
  });

  it('ends the connection when acks=0 cannot be made durable', async () => {
    const { groups, produce } = setUp();
    const result = produce([0], { acks: 0 });
    groups[0]?.resolve(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(await result).toBe(closeConnection);
  });

  it('appends nothing while memory is short, and afterwards in the order of requests', async () => {
    const { appended, groups, room, produce } = setUp();
    room.push(Promise.withResolvers<void>());
    const results = [produce([0]), produce([1])];
    await stateOf(Promise.all(results));
    expect(appended).toEqual([]);
    const [first] = room.splice(0);
    first?.resolve();
    await stateOf(Promise.all(results));
    expect(appended).toEqual([0, 1]);
    groups[0]?.resolve(0);
    await Promise.all(results);
  });
});
