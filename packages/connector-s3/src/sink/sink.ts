import { messageOf, systemTimers } from '@millrace/base';
import { defineSink, type ConfigIssue } from '@millrace/connect-api';
import { access, constants } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import { openStore } from '../store/store-config.ts';
import { formatOf } from './format-of.ts';
import { sinkConfig, type SinkConfig } from './sink-config.ts';
import { S3SinkTask } from './sink-task.ts';

/** Writes topics to S3 as JSON lines, CSV, raw bytes or Parquet. */
export const s3Sink = defineSink<SinkConfig>({
  name: 'S3SinkConnector',
  version: '0.1.0',
  aliases: ['io.confluent.connect.s3.S3SinkConnector', 'io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector'],
  config: sinkConfig,
  check: async (config, { clock, signal }) => {
    const issues: ConfigIssue[] = [];
    const store = openStore({ ...config, s3PartRetries: 0 }, { clock, timers: systemTimers });
    try {
      await store.checkBucket(signal);
    } catch (error) {
      issues.push({ key: 's3.bucket.name', message: messageOf(error) });
    } finally {
      store.close();
    }
    const folder = config.s3BufferDir ?? tmpdir();
    try {
      await access(folder, constants.W_OK);
    } catch (error) {
      issues.push({ key: 's3.buffer.dir', message: `cannot write to ${folder}: ${messageOf(error)}` });
    }
    return issues;
  },
  task: async (_task, config, context) => new S3SinkTask(config, context, await formatOf(config)),
});
