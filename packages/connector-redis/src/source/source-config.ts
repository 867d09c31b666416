import { c, config, type ConfigIssue, type ConfigOf } from '@millrace/connect-api';
import { ignoredOfConnection, refusedOfConnection, unless } from '../adopted-settings.ts';
import { checkConnection, connectionFields } from '../connection-config.ts';

const PLACE = /\$\{([^}]*)\}/g;

const sourceFields = {
  ...connectionFields,
  'redis.source': c
    .oneOf('STREAM', 'LIST', 'CHANNEL')
    .default('STREAM')
    .importance('high')
    .group('Reads')
    .doc(
      '`STREAM`: entries of streams, at least once or exactly once. `LIST`: elements of lists, taken from their left end, at least once. `CHANNEL`: messages of channels, at most once: what is published while nobody listens is lost.',
    ),
  topic: c
    .string()
    .validate((text) => {
      const unknown = [...text.matchAll(PLACE)].find(
        ([, place]) => !['stream', 'list', 'channel', 'name'].includes(place ?? ''),
      );
      return unknown === undefined
        ? undefined
        : `There is no ${unknown[0]}; there is \${name}, the name of the stream, list or channel`;
    })
    .default('${name}')
    .nonEmpty()
    .importance('high')
    .group('Reads')
    .doc(
      'Topic to write to; `${name}` (or `${stream}`) is the name of the stream, list or channel. Characters that topics cannot have become `-`.',
    ),
  'redis.value.format': c
    .oneOf('text', 'bytes')
    .default('text')
    .importance('medium')
    .group('Reads')
    .doc(
      'What values become: texts, or bytes as they are. What is no text in UTF-8 goes to the dead letter topic or fails the task, as `errors.tolerance` says.',
    ),
  'batch.size': c
    .int()
    .default(500)
    .atLeast(1)
    .atMost(100_000)
    .importance('low')
    .group('Reads')
    .doc('Entries that are read at once, at most.'),
  'redis.stream.name': c
    .list()
    .default([])
    .synonym('redis.stream.names')
    .importance('high')
    .group('Streams')
    .visibleWhen('redis.source', 'STREAM')
    .doc('Streams to read.'),
  'redis.stream.delivery': c
    .oneOf('at-least-once', 'exactly-once')
    .default('at-least-once')
    .importance('high')
    .group('Streams')
    .visibleWhen('redis.source', 'STREAM')
    .doc(
      '`at-least-once`: by a consumer group of Redis, entries are acknowledged when Kafka has them, and those of a reader that died are taken over. `exactly-once`: without a group, the id of the last entry is kept as the source offset; with `exactly.once.support` nothing comes twice.',
    ),
  'redis.stream.offset': c
    .string()
    .validate((text) =>
      /^(?:\d+(?:-\d+)?|\$)$/.test(text) ? undefined : 'Expected an id such as 0-0, or $ for what comes from now on',
    )
    .default('0-0')
    .importance('medium')
    .group('Streams')
    .visibleWhen('redis.source', 'STREAM')
    .doc('Where reading begins when nothing is known: after this id; `$`: with what comes from now on.'),
  'redis.stream.consumer.group': c
    .string()
    .optional()
    .importance('medium')
    .group('Streams')
    .visibleWhen('redis.source', 'STREAM')
    .doc('Consumer group; it is made when there is none. Default `connect-` and the name of the connector.'),
  'redis.stream.consumer.name': c
    .string()
    .default('consumer-${task}')
    .nonEmpty()
    .importance('low')
    .group('Streams')
    .visibleWhen('redis.source', 'STREAM')
    .doc('Name in the group; `${task}` is the number of the task and must be in it when there are several.'),
  'redis.stream.claim.idle': c
    .duration()
    .default('60s')
    .atLeast('100ms')
    .importance('medium')
    .group('Streams')
    .visibleWhen('redis.source', 'STREAM')
    .doc('Entries that another consumer of the group has taken and not acknowledged for so long are taken over.'),
  'redis.list.names': c
    .list()
    .default([])
    .importance('high')
    .group('Lists')
    .visibleWhen('redis.source', 'LIST')
    .doc('Lists to read. An element waits in the list `NAME:connect:CONNECTOR` until Kafka has it.'),
  'redis.channels': c
    .list()
    .default([])
    .importance('high')
    .group('Channels')
    .visibleWhen('redis.source', 'CHANNEL')
    .doc('Channels to listen to; with `redis.channels.patterns.enabled` patterns such as `news.*`.'),
  'redis.channels.patterns.enabled': c
    .boolean()
    .default(false)
    .importance('medium')
    .group('Channels')
    .visibleWhen('redis.source', 'CHANNEL')
    .doc('Takes `redis.channels` for patterns.'),
  'redis.channels.buffer.size': c
    .int()
    .default(10_000)
    .atLeast(1)
    .importance('low')
    .group('Channels')
    .visibleWhen('redis.source', 'CHANNEL')
    .doc(
      'Messages that wait for Kafka at most. More are dropped, and counted by `millrace_connect_redis_dropped_messages_total`.',
    ),
};

export type SourceConfig = ConfigOf<typeof sourceFields>;

export const sourceConfig = config(sourceFields, {
  check: (read) => [...checkConnection(read), ...checkReads(read)],
  ignored: { ...ignoredOfConnection, 'redis.stream.block': 'entries are handed on when they come' },
  refused: {
    ...refusedOfConnection,
    'redis.keys.*': unless('changes of keys are not read: see redis.source for what is'),
  },
});

/** Streams, lists or channels. */
export function namesOf({
  redisSource,
  redisStreamName,
  redisListNames,
  redisChannels,
}: SourceConfig): readonly string[] {
  return redisSource === 'STREAM' ? redisStreamName : redisSource === 'LIST' ? redisListNames : redisChannels;
}

const NAMES_KEY = { STREAM: 'redis.stream.name', LIST: 'redis.list.names', CHANNEL: 'redis.channels' } as const;

function checkReads(read: SourceConfig): ConfigIssue[] {
  const names = namesOf(read);
  const key = NAMES_KEY[read.redisSource];
  if (names.length === 0)
    return [{ key, message: `${key} is empty: with redis.source=${read.redisSource} it says what to read` }];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? [] : [{ key, message: `${key} has ${twice} twice` }];
}

/** Topics may have letters, digits, `.`, `_` and `-`. */
export function topicOf(template: string, name: string): string {
  return template
    .replace(PLACE, () => name)
    .replace(/[^a-zA-Z0-9._-]/g, '-')
    .slice(0, 249);
}
