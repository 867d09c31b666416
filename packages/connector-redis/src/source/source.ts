import { defineSource, type SourceContext, type SourceTask, type TaskConfig } from '@millrace/connect-api';
import { checkRedis } from '../check-redis.ts';
import { addressOf } from '../connection-config.ts';
import { RedisLink } from '../redis-link.ts';
import { VERSION } from '../version.ts';
import { ChannelReader } from './channel-reader.ts';
import { GroupReader } from './group-reader.ts';
import { IdReader } from './id-reader.ts';
import { ListReader } from './list-reader.ts';
import { namesOf, sourceConfig, type SourceConfig } from './source-config.ts';

/** Tells a task what to read, as JSON. */
const NAMES = 'names';

/** Streams, lists and channels to topics. */
export const redisSource = defineSource({
  name: 'RedisSourceConnector',
  version: VERSION,
  aliases: ['com.redis.kafka.connect.RedisStreamSourceConnector'],
  config: sourceConfig,
  check: (config, context) => checkRedis(config, context),
  delivery: ({ redisSource: source, redisStreamDelivery }) => ({
    exactlyOnce: source === 'STREAM' && redisStreamDelivery === 'exactly-once',
    ownTransactions: false,
  }),
  plan: async function* (config, { tasksMax }) {
    const names = namesOf(config);
    if (isByGroup(config)) {
      // All of them are members of one group, which deals entries out.
      const count = config.redisStreamConsumerName.includes('${task}') ? tasksMax : 1;
      yield Array.from({ length: count }, () => ({ [NAMES]: JSON.stringify(names) }));
      return;
    }
    const count = Math.min(tasksMax, names.length);
    yield Array.from({ length: count }, (_none, task) => ({
      [NAMES]: JSON.stringify(names.filter((_name, index) => index % count === task)),
    }));
  },
  task: async (task, config, context) => readerOf(task, config, context),
});

function readerOf(task: TaskConfig, config: SourceConfig, context: SourceContext): SourceTask {
  const names = JSON.parse(task[NAMES] ?? '[]') as string[];
  const address = addressOf(config);
  const link = (use: string): RedisLink =>
    new RedisLink({ address, name: `${context.connector}-${context.task}-${use}` });
  if (config.redisSource === 'CHANNEL') return new ChannelReader(config, context, link('listen'), names);
  const links = (): { readonly reads: RedisLink; readonly acks: RedisLink } => ({
    reads: link('read'),
    acks: link('ack'),
  });
  if (config.redisSource === 'LIST') return new ListReader(config, context, links(), names);
  return isByGroup(config)
    ? new GroupReader(config, context, links())
    : new IdReader(config, context, link('read'), names);
}

function isByGroup({ redisSource: source, redisStreamDelivery }: SourceConfig): boolean {
  return source === 'STREAM' && redisStreamDelivery === 'at-least-once';
}
