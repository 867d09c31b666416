import { MillraceError, silentLogger } from '@millrace/base';
import { createMemoryLogEngine, type LogConfig, type PartitionLog } from '@millrace/log';
import type { TopicMetadata } from '@millrace/metadata';
import {
  ErrorCode,
  RecordBatchWriter,
  stampMaxTimestamp,
  validateBatch,
  type RecordsErrorCode,
} from '@millrace/protocol';
import { createListOffsetsRequest } from '@millrace/protocol/messages/02-list-offsets';
import { ManualTime } from '../../test/manual-time.ts';
import { loadBrokerConfig } from '../config/broker-config.ts';
import { resolveTopicConfig } from '../config/topic-config.ts';
import type { BrokerServices, PartitionLocation } from '../services.ts';
import type { RequestContext } from './handler.ts';
import { listOffsetsHandler } from './02-list-offsets.ts';

const TIMESTAMP = 1000;

/** A log that fails to be searched. */
function failing(error: unknown): PartitionLog {
  return { leaderEpoch: 0, findOffsetByTimestamp: () => Promise.reject(error) } as unknown as PartitionLog;
}

function healthy(): PartitionLog {
  const found = { offset: 7, timestampMs: TIMESTAMP, leaderEpoch: 0 };
  return { leaderEpoch: 0, findOffsetByTimestamp: () => Promise.resolve(found) } as unknown as PartitionLog;
}

async function search(logs: readonly PartitionLog[]) {
  const locateByName = (_name: string, partition: number): PartitionLocation => {
    const log = logs[partition];
    return log === undefined ? { kind: 'unknown' } : { kind: 'owned', topic: {} as unknown as TopicMetadata, log };
  };
  const services = { partitions: { locateByName }, logger: silentLogger } as unknown as BrokerServices;
  const partitions = logs.map((_log, partitionIndex) => ({
    partitionIndex,
    currentLeaderEpoch: -1,
    timestamp: BigInt(TIMESTAMP),
  }));
  const request = createListOffsetsRequest({ topics: [{ name: 't', partitions }] });
  const response = await listOffsetsHandler.handle({ apiVersion: 7, services } as RequestContext, request);
  if (typeof response === 'symbol') throw new Error('no response');
  return response.topics.flatMap((topic) =>
    topic.partitions.map(({ errorCode, offset }) => [errorCode, Number(offset)]),
  );
}

describe('ListOffsets by time', () => {
  it('answers for the one partition whose stored batch cannot be decompressed', async () => {
    const { clock, timers } = new ManualTime();
    const engine = createMemoryLogEngine({ clock, timers, logger: silentLogger });
    await engine.start();
    const config: LogConfig = resolveTopicConfig(loadBrokerConfig(new Map()), new Map());
    const open = (partition: number) =>
      engine.openPartition({ topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition }, { config, leaderEpoch: 0 });
    const logs = [await open(0), await open(1)];
    for (const [partition, log] of logs.entries()) {
      const writer = new RecordBatchWriter();
      writer.append('key', 'some value', clock.nowMs());
      const batch = writer.finish({ codec: 'gzip' });
      // Past the header of the gzip data; stamping redoes the CRC.
      if (partition === 0) batch.fill(0xff, 61 + 10);
      stampMaxTimestamp(batch, 0, clock.nowMs());
      // Damage that came to the log some other way than through a producer.
      const verdict = validateBatch(batch, { leavesPacked: true });
      const outcome = log.append(batch, { origin: 'client', verdict });
      expect(outcome.errorCode).toBe(0);
      if ('durable' in outcome) await outcome.durable;
    }

    expect(await search(logs)).toEqual([
      [ErrorCode.CORRUPT_MESSAGE, -1],
      [ErrorCode.NONE, 0],
    ]);
    await engine.close();
  });

  it.each([
    [
      'malformed records',
      new MillraceError('MILLRACE_RECORDS_CORRUPT' satisfies RecordsErrorCode, 'no'),
      'CORRUPT_MESSAGE',
    ],
    ['a log that moved away', logFailed(ErrorCode.NOT_LEADER_OR_FOLLOWER), 'NOT_LEADER_OR_FOLLOWER'],
    ['a read that failed', logFailed(ErrorCode.KAFKA_STORAGE_ERROR), 'KAFKA_STORAGE_ERROR'],
    ['an error of the file system', new Error('EIO'), 'KAFKA_STORAGE_ERROR'],
  ] as const)('answers %s for that partition alone', async (_name, error, code) => {
    expect(await search([healthy(), failing(error), healthy()])).toEqual([
      [ErrorCode.NONE, 7],
      [ErrorCode[code], -1],
      [ErrorCode.NONE, 7],
    ]);
  });
});

function logFailed(errorCode: number): MillraceError {
  return new MillraceError('MILLRACE_LOG_STORAGE', 'cannot search', { details: { errorCode } });
}
