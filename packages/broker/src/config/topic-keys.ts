/**
 * Every topic setting: Kafka's keys, and ours. `noEffect` says of a key why it is kept and shown but changes nothing here.
 */
import {
  atLeast,
  between,
  betweenOr,
  boolean,
  double,
  eachOf,
  int,
  list,
  long,
  LONG_MAX,
  matching,
  oneOf,
  string,
} from './config-definition.ts';

const ONE_COPY = 'Each partition has one copy here, owned by one broker.';
const NO_TIERING = 'This release keeps all segments locally.';
const THROTTLED_REPLICAS = matching('[partitionId]:[brokerId],[partitionId]:[brokerId],...', /^(\*|\d+:\d+)$/);

export const TOPIC_KEYS = {
  'cleanup.policy': list(['delete'], {
    importance: 'medium',
    valid: eachOf('compact', 'delete'),
    documentation:
      'What happens to old segments. "delete" removes them by retention time and size, "compact" keeps the last record of each key and demands a ' +
      'key of every record, both together do both, and an empty list keeps everything for ever. Topics in memory are never compacted.',
  }),
  'compression.gzip.level': int(-1, {
    importance: 'medium',
    valid: betweenOr(1, 9, -1),
    documentation:
      'Level at which the broker compresses with gzip, when compression.type is gzip; -1 is the library default.',
  }),
  'compression.lz4.level': int(9, {
    importance: 'medium',
    valid: between(1, 17),
    noEffect: 'LZ4 is written at one speed here.',
    documentation: 'Level at which the broker compresses with LZ4, when compression.type is lz4.',
  }),
  'compression.type': string('producer', {
    importance: 'medium',
    valid: oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'),
    documentation:
      'Codec of stored batches. "producer" stores what the producer sent, "uncompressed" stores records plain; with a named codec the broker ' +
      're-compresses batches that came in another one.',
  }),
  'compression.zstd.level': int(3, {
    importance: 'medium',
    valid: between(-131_072, 22),
    documentation: 'Level at which the broker compresses with Zstandard, when compression.type is zstd.',
  }),
  'delete.retention.ms': long(86_400_000, {
    importance: 'medium',
    valid: atLeast(0),
    documentation:
      'How long tombstones of a compacted topic, and markers of transactions that have no records any more, stay readable once the cleaner met ' +
      'them, so that a consumer that started before sees them.',
  }),
  'file.delete.delay.ms': long(60_000, {
    importance: 'medium',
    valid: atLeast(0),
    documentation: 'How long the file of a removed segment is kept for reads that are under way.',
  }),
  'flush.messages': long(LONG_MAX, {
    importance: 'medium',
    valid: atLeast(1),
    noEffect: 'millrace.durability decides when records are on disk.',
    documentation: 'Number of records after which a log is synced to disk.',
  }),
  'flush.ms': long(LONG_MAX, {
    importance: 'medium',
    valid: atLeast(0),
    noEffect: 'millrace.durability decides when records are on disk.',
    documentation: 'Time after which a log is synced to disk.',
  }),
  'follower.replication.throttled.replicas': list([], {
    importance: 'medium',
    valid: THROTTLED_REPLICAS,
    noEffect: ONE_COPY,
    documentation: 'Replicas whose copying is throttled on the follower side.',
  }),
  'index.interval.bytes': int(4096, {
    importance: 'medium',
    valid: atLeast(0),
    noEffect: 'The index has one entry for each 32 KiB of a segment.',
    documentation: 'Bytes of a log between two entries of its offset index.',
  }),
  'internal.segment.bytes': int(null, {
    importance: 'medium',
    isInternal: true,
    documentation: 'Segment size below the least that segment.bytes allows. For tests only.',
  }),
  'leader.replication.throttled.replicas': list([], {
    importance: 'medium',
    valid: THROTTLED_REPLICAS,
    noEffect: ONE_COPY,
    documentation: 'Replicas whose copying is throttled on the leader side.',
  }),
  'local.retention.bytes': long(-2, {
    importance: 'medium',
    valid: atLeast(-2),
    noEffect: NO_TIERING,
    documentation: 'Bytes of a tiered partition that stay on the broker; -2 means retention.bytes.',
  }),
  'local.retention.ms': long(-2, {
    importance: 'medium',
    valid: atLeast(-2),
    noEffect: NO_TIERING,
    documentation: 'Time for which segments of a tiered partition stay on the broker; -2 means retention.ms.',
  }),
  'max.compaction.lag.ms': long(LONG_MAX, {
    importance: 'medium',
    valid: atLeast(1),
    documentation:
      'Longest time for which a record of a compacted topic stays out of compaction: closed segments are cleaned at this age whatever the share ' +
      'of dirty bytes is, and the active one is closed at this age by the next record that is appended. So in a partition to which nobody writes ' +
      'any more the records of the active segment stay as they are, as in Apache Kafka.',
  }),
  'max.message.bytes': int(1_048_588, {
    importance: 'medium',
    valid: atLeast(0),
    documentation: 'Largest record batch that is accepted, in bytes, as it is stored (after compression).',
  }),
  'message.timestamp.after.max.ms': long(3_600_000, {
    importance: 'medium',
    valid: atLeast(0),
    documentation:
      "How far a record's timestamp may lie ahead of the broker's clock; later ones are refused. For message.timestamp.type=CreateTime.",
  }),
  'message.timestamp.before.max.ms': long(LONG_MAX, {
    importance: 'medium',
    valid: atLeast(0),
    documentation:
      "How far a record's timestamp may lie behind the broker's clock; earlier ones are refused. For message.timestamp.type=CreateTime.",
  }),
  'message.timestamp.type': string('CreateTime', {
    importance: 'medium',
    valid: oneOf('CreateTime', 'LogAppendTime'),
    documentation:
      "Whose time a record carries: the producer's (CreateTime) or the broker's at the append (LogAppendTime).",
  }),
  'min.cleanable.dirty.ratio': double(0.5, {
    importance: 'medium',
    valid: { ...between(0, 1), text: '[0,...,1]' },
    documentation:
      'Share of bytes not cleaned yet from which on a compacted log is cleaned. Larger values clean less often and waste more room.',
  }),
  'min.compaction.lag.ms': long(0, {
    importance: 'medium',
    valid: atLeast(0),
    documentation: 'Least time for which a record of a compacted topic is left alone.',
  }),
  'min.insync.replicas': int(1, {
    importance: 'medium',
    valid: atLeast(1),
    noEffect: ONE_COPY,
    documentation:
      'Copies that must have a record before acks=all is answered; never more than there are replicas, so with one copy it is always met.',
  }),
  preallocate: boolean(false, {
    importance: 'medium',
    noEffect: 'The journal is always preallocated, segments are written in one go.',
    documentation: "Whether a segment's file takes its full size when it is made.",
  }),
  'remote.log.copy.disable': boolean(false, {
    importance: 'medium',
    noEffect: NO_TIERING,
    documentation: 'Whether a tiered topic stops copying segments to remote storage.',
  }),
  'remote.log.delete.on.disable': boolean(false, {
    importance: 'medium',
    noEffect: NO_TIERING,
    documentation: 'Whether remote data goes when tiering is switched off for the topic.',
  }),
  'remote.storage.enable': boolean(false, {
    importance: 'medium',
    valid: { text: '[false]', accepts: (value) => !value },
    documentation: 'Whether segments go to remote storage. Only false is accepted: this release has no tiered storage.',
  }),
  'retention.bytes': long(-1, {
    importance: 'medium',
    documentation:
      'Bytes that a partition keeps before its oldest segments go, under cleanup.policy=delete; -1 sets no limit.',
  }),
  'retention.ms': long(604_800_000, {
    importance: 'medium',
    valid: atLeast(-1),
    documentation: 'Time for which a partition keeps a segment, under cleanup.policy=delete; -1 sets no limit.',
  }),
  'segment.bytes': int(1_073_741_824, {
    importance: 'medium',
    valid: atLeast(1_048_576),
    documentation: 'Size at which a segment is closed and the next one begun. Retention removes whole segments.',
  }),
  'segment.index.bytes': int(10_485_760, {
    importance: 'medium',
    valid: atLeast(4),
    noEffect: 'Indexes grow with their segment.',
    documentation: 'Largest size of an offset index.',
  }),
  'segment.jitter.ms': long(0, {
    importance: 'medium',
    valid: atLeast(0),
    noEffect: 'Segments of different partitions are closed one after another anyway.',
    documentation: 'Random time that is taken off segment.ms, so that segments are not all closed at once.',
  }),
  'segment.ms': long(604_800_000, {
    importance: 'medium',
    valid: atLeast(1),
    documentation: 'Time after which a segment is closed even if it is not full, so that retention can remove it.',
  }),
  'unclean.leader.election.enable': boolean(false, {
    importance: 'medium',
    noEffect: ONE_COPY,
    documentation: 'Whether a replica that lags may become leader as a last resort.',
  }),
  'millrace.durability': string('fsync', {
    importance: 'high',
    valid: oneOf('fsync', 'os'),
    documentation:
      'When a produced batch is acknowledged: "fsync" once it is on disk, "os" once the operating system has it (what Apache Kafka does). ' +
      'Internal topics are always "fsync".',
  }),
} as const;

export type TopicKey = keyof typeof TOPIC_KEYS;

export function isTopicKey(name: string): name is TopicKey {
  return Object.hasOwn(TOPIC_KEYS, name);
}

/** A broker setting that a topic setting falls back to; its number times `scale` is the topic's. */
export interface BrokerFallback {
  readonly name: string;
  readonly scale: number;
}

const same = (name: string): readonly BrokerFallback[] => [{ name, scale: 1 }];
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Broker settings that give a topic setting its default, the first one set in force. */
export const BROKER_FALLBACKS = {
  'cleanup.policy': same('log.cleanup.policy'),
  'compression.gzip.level': same('compression.gzip.level'),
  'compression.lz4.level': same('compression.lz4.level'),
  'compression.type': same('compression.type'),
  'compression.zstd.level': same('compression.zstd.level'),
  'delete.retention.ms': same('log.cleaner.delete.retention.ms'),
  'file.delete.delay.ms': same('log.segment.delete.delay.ms'),
  'flush.messages': same('log.flush.interval.messages'),
  'flush.ms': [
    { name: 'log.flush.interval.ms', scale: 1 },
    { name: 'log.flush.scheduler.interval.ms', scale: 1 },
  ],
  'follower.replication.throttled.replicas': [],
  'index.interval.bytes': same('log.index.interval.bytes'),
  'internal.segment.bytes': [],
  'leader.replication.throttled.replicas': [],
  'local.retention.bytes': same('log.local.retention.bytes'),
  'local.retention.ms': same('log.local.retention.ms'),
  'max.compaction.lag.ms': same('log.cleaner.max.compaction.lag.ms'),
  'max.message.bytes': same('message.max.bytes'),
  'message.timestamp.after.max.ms': same('log.message.timestamp.after.max.ms'),
  'message.timestamp.before.max.ms': same('log.message.timestamp.before.max.ms'),
  'message.timestamp.type': same('log.message.timestamp.type'),
  'min.cleanable.dirty.ratio': same('log.cleaner.min.cleanable.ratio'),
  'min.compaction.lag.ms': same('log.cleaner.min.compaction.lag.ms'),
  'min.insync.replicas': same('min.insync.replicas'),
  preallocate: same('log.preallocate'),
  'remote.log.copy.disable': [],
  'remote.log.delete.on.disable': [],
  'remote.storage.enable': [],
  'retention.bytes': same('log.retention.bytes'),
  'retention.ms': [
    { name: 'log.retention.ms', scale: 1 },
    { name: 'log.retention.minutes', scale: MINUTE_MS },
    { name: 'log.retention.hours', scale: HOUR_MS },
  ],
  'segment.bytes': same('log.segment.bytes'),
  'segment.index.bytes': same('log.index.size.max.bytes'),
  'segment.jitter.ms': [
    { name: 'log.roll.jitter.ms', scale: 1 },
    { name: 'log.roll.jitter.hours', scale: HOUR_MS },
  ],
  'segment.ms': [
    { name: 'log.roll.ms', scale: 1 },
    { name: 'log.roll.hours', scale: HOUR_MS },
  ],
  'unclean.leader.election.enable': same('unclean.leader.election.enable'),
  'millrace.durability': same('millrace.durability'),
} as const satisfies Readonly<Record<TopicKey, readonly BrokerFallback[]>>;
