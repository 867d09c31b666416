import { messageOf, MillraceError, systemTimers } from '@millrace/base';
import { defineSource } from '@millrace/connect-api';

import { openStore } from '../store/store-config.ts';
import { sourceConfig, type SourceConfig } from './source-config.ts';
import { S3SourceTask, type ObjectOffset, type ObjectPartition } from './source-task.ts';

/** Reads objects with JSON lines, CSV or raw bytes into topics. */
export const s3Source = defineSource<SourceConfig, ObjectPartition, ObjectOffset>({
  name: 'S3SourceConnector',
  version: '0.1.0',
  aliases: ['io.confluent.connect.s3.source.S3SourceConnector', 'io.aiven.kafka.connect.s3.source.S3SourceConnector'],
  config: sourceConfig,
  check: async (config, { clock, signal }) => {
    const store = openStore({ ...config, s3PartRetries: 0 }, { clock, timers: systemTimers });
    try {
      await store.checkBucket(signal);
      return [];
    } catch (error) {
      return [{ key: 's3.bucket.name', message: messageOf(error) }];
    } finally {
      store.close();
    }
  },
  delivery: () => ({ exactlyOnce: true, ownTransactions: false }),
  plan: async function* (_config, { tasksMax }) {
    yield Array.from({ length: tasksMax }, (_, index) => ({
      'task.index': String(index),
      'task.count': String(tasksMax),
    }));
  },
  task: async (task, config, context) => new S3SourceTask(task, config, context),
  alterOffsets: async (_config, changes) => {
    for (const { partition, offset } of changes) {
      const { bucket, key } = partition;
      const isPartition = typeof bucket === 'string' && typeof key === 'string';
      if (isPartition && (offset === null || isOffset(offset))) continue;
      throw new MillraceError(
        'MILLRACE_CONNECT_INVALID_OFFSET',
        'an offset of an S3 source has a partition {"bucket","key"} and an offset {"etag","bytes","records","done"}, or null to read the object again',
      );
    }
    return 'framework-only';
  },
});

function isOffset(offset: Readonly<Record<string, unknown>>): boolean {
  const { etag, bytes, records, done } = offset;
  const counts = [bytes, records].every((count) => Number.isSafeInteger(Number(count)) && Number(count) >= 0);
  return typeof etag === 'string' && counts && typeof done === 'boolean';
}
