/**
 * Appends until it is killed: `append-child.ts <data directory> <durability>`. Prints a line for every batch that was acknowledged:
 * partition and end offset.
 */
import { silentLogger, systemClock, systemTimers } from '@millrace/base';
import { RecordBatchWriter } from '@millrace/protocol';
import type { Durability, LogConfig } from '@millrace/log';
import { createLocalLogEngine } from '../src/local-engine.ts';

export const KILL_TOPIC_ID = 'a2lsbC10ZXN0LXRvcGljLQ';
export const KILL_PARTITIONS = 8;

export function killConfig(durability: Durability): LogConfig {
  return {
    durability,
    segmentBytes: 1_000_000,
    segmentMs: 604_800_000,
    retentionBytes: -1,
    retentionMs: -1,
    cleanupDelete: true,
    cleanupCompact: false,
    maxMessageBytes: 1_048_588,
    messageTimestampType: 'CreateTime',
    messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
    messageTimestampAfterMaxMs: 3_600_000,
    fileDeleteDelayMs: 0,
  };
}

async function main(dataDir: string, durability: Durability): Promise<void> {
  const engine = createLocalLogEngine({
    dataDir,
    clock: systemClock,
    timers: systemTimers,
    logger: silentLogger,
    config: {
      journalFileBytes: 4 * 1024 * 1024,
      checkpointIntervalMs: 200,
      flushBytes: 32 * 1024,
      tailCacheBytes: 1024 * 1024,
    },
  });
  await engine.start();
  const logs = await Promise.all(
    Array.from({ length: KILL_PARTITIONS }, (_, partition) =>
      engine.openPartition({ topicId: KILL_TOPIC_ID, partition }, { config: killConfig(durability), leaderEpoch: 1 }),
    ),
  );
  const writer = new RecordBatchWriter();
  const append = async (partition: number): Promise<void> => {
    const log = logs[partition]!;
    for (;;) {
      await engine.waitForRoom();
      const value = `${partition}:${log.logEndOffset}:`.padEnd(20 + ((log.logEndOffset * 7919) % 9000), '.');
      writer.append(null, value, systemClock.nowMs());
      const outcome = log.append(writer.finish(), { origin: 'client' });
      if (outcome.errorCode !== 0) throw new Error(`refused with ${outcome.errorCode}`);
      const { durable, lastOffset } = outcome as Extract<typeof outcome, { errorCode: 0 }>;
      if ((await durable) !== 0) throw new Error('not durable');
      process.stdout.write(`${partition} ${lastOffset + 1}\n`);
    }
  };
  await Promise.all(logs.map((_, partition) => append(partition)));
}

if (process.argv[1] === import.meta.filename) void main(process.argv[2]!, process.argv[3] as Durability);
