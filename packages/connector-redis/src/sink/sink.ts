import { defineSink } from '@millrace/connect-api';
import { checkRedis } from '../check-redis.ts';
import { VERSION } from '../version.ts';
import { RedisSinkTask } from './sink-task.ts';
import { sinkConfig, type SinkConfig } from './sink-config.ts';

/** Records to strings, hashes, JSON texts, streams, sorted sets, lists and channels. */
export const redisSink = defineSink<SinkConfig>({
  name: 'RedisSinkConnector',
  version: VERSION,
  aliases: ['com.redis.kafka.connect.RedisSinkConnector'],
  config: sinkConfig,
  check: (config, context) => checkRedis(config, context),
  task: async (_task, config, context) => new RedisSinkTask(config, context),
});
