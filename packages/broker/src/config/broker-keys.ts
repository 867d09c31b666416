/**
 * The broker settings that mean something here: Kafka's keys where Kafka has one, `millrace.` keys for the rest.
 * Kafka's other keys are in foreign-keys.ts.
 */
import {
  atLeast,
  between,
  boolean,
  double,
  eachOf,
  int,
  INT_MAX,
  list,
  long,
  LONG_MAX,
  oneOf,
  short,
  string,
  type ConfigDefinition,
  type Importance,
} from './config-definition.ts';
import { TOPIC_KEYS, type TopicKey } from './topic-keys.ts';

const MIB = 1_048_576;

/** The broker setting that gives topics without one of their own the value of `key`; obeyed at once when changed. */
function defaultOf<Key extends TopicKey>(
  key: Key,
  importance: Importance = 'medium',
): Pick<(typeof TOPIC_KEYS)[Key], keyof ConfigDefinition> {
  return {
    ...TOPIC_KEYS[key],
    importance,
    update: 'cluster-wide',
    documentation: `Default of the topic setting ${key}. ${TOPIC_KEYS[key].documentation}`,
  };
}

export const BROKER_KEYS = {
  // Who this broker is and where it is reached.
  'node.id': int(1, {
    importance: 'high',
    valid: atLeast(0),
    documentation: 'Number of this broker in its cluster.',
  }),
  'broker.id': int(null, {
    importance: 'high',
    valid: atLeast(-1),
    documentation: 'Older name of node.id; -1 means unset. Both set to different numbers is an error.',
  }),
  'broker.rack': string(null, {
    importance: 'medium',
    documentation: 'Rack or zone of this broker, as clients see it in metadata.',
  }),
  listeners: list(['PLAINTEXT://127.0.0.1:9092'], {
    importance: 'high',
    documentation:
      'Addresses to listen on, as NAME://host:port. An empty host or 0.0.0.0 means every interface; port 0 picks a free one. ' +
      'Listeners named in controller.listener.names are left out.',
  }),
  'advertised.listeners': list(null, {
    importance: 'high',
    documentation:
      'Addresses given to clients, as NAME://host:port, when they differ from listeners (behind NAT, in containers). ' +
      'A listener without an advertised address is not shown to clients.',
  }),
  'listener.security.protocol.map': list(
    ['SASL_SSL:SASL_SSL', 'PLAINTEXT:PLAINTEXT', 'SSL:SSL', 'SASL_PLAINTEXT:SASL_PLAINTEXT'],
    {
      importance: 'low',
      documentation: 'Security protocol of each listener name, as NAME:PROTOCOL. This release serves PLAINTEXT only.',
    },
  ),
  'controller.listener.names': list([], {
    importance: 'high',
    documentation:
      'Listeners that belong to a Kafka controller. There is none here: listeners of these names are not opened.',
  }),

  // Storage.
  'log.dir': string('./data', {
    importance: 'high',
    documentation: 'Folder in which everything is kept. Relative paths start where the broker is started.',
  }),
  'log.dirs': list(null, {
    importance: 'high',
    documentation: 'As log.dir, before which it goes. Exactly one folder: this broker has one journal.',
  }),
  'log.retention.check.interval.ms': long(300_000, {
    importance: 'medium',
    valid: atLeast(1),
    documentation: 'Time between two looks for segments that retention removes.',
  }),
  'millrace.journal.file.bytes': int(64 * MIB, {
    importance: 'medium',
    valid: between(MIB, 1024 * MIB),
    documentation: 'Size of one file of the journal, which is written ahead of the segments and recycled.',
  }),
  'millrace.memory.max.bytes': long(-1, {
    importance: 'high',
    valid: { text: '-1 or [8388608,...]', accepts: (value) => value === -1 || value >= 8 * MIB },
    documentation:
      'Memory that the whole process may take; its parts (requests, answers, tails of logs, read-ahead) get shares of it. -1 means a quarter of ' +
      'the machine or container, at least 268435456, which is also the least that the process can keep to.',
  }),
  'millrace.tail.max.bytes': long(-1, {
    importance: 'medium',
    valid: { text: '-1 or [4194304,...]', accepts: (value) => value === -1 || value >= 4 * MIB },
    documentation:
      'Newest records of all partitions that are kept in memory for consumers that keep up; -1 means what millrace.memory.max.bytes gives them, ' +
      'at most 41943040.',
  }),
  'queued.max.request.bytes': long(-1, {
    importance: 'medium',
    valid: { text: '-1 or [1048576,...]', accepts: (value) => value === -1 || value >= MIB },
    documentation:
      'Bytes of requests that may be in flight before sockets are no longer read; -1 means what millrace.memory.max.bytes gives them.',
  }),

  // Connections and requests.
  'connections.max.idle.ms': long(600_000, {
    importance: 'medium',
    valid: atLeast(-1),
    documentation: 'Time after which a connection without traffic is closed; -1 keeps it open.',
  }),
  'max.connections': int(INT_MAX, {
    importance: 'medium',
    valid: atLeast(0),
    update: 'cluster-wide',
    documentation: 'Connections that are open at the same time; a further one is closed at once.',
  }),
  'max.connections.per.ip': int(INT_MAX, {
    importance: 'medium',
    valid: atLeast(0),
    update: 'cluster-wide',
    documentation: 'Connections that one client address may have open; a further one is closed at once.',
  }),
  'socket.request.max.bytes': int(100 * MIB, {
    importance: 'high',
    valid: atLeast(1),
    documentation:
      'Largest request frame in bytes; a larger one ends its connection before it is read, and so does one that the share of requests in ' +
      'millrace.memory.max.bytes can never hold.',
  }),
  'socket.listen.backlog.size': int(511, {
    importance: 'medium',
    valid: atLeast(1),
    documentation: 'Connections that may wait to be accepted; the operating system caps it.',
  }),
  'fetch.max.bytes': int(57_671_680, {
    importance: 'medium',
    valid: atLeast(1024),
    documentation: 'Most bytes of records in one fetch response, whatever the client asks for.',
  }),
  'max.incremental.fetch.session.cache.slots': int(1_000, {
    importance: 'medium',
    valid: atLeast(0),
    documentation: 'Fetch sessions that are kept; without a free slot a client fetches in full each time.',
  }),
  'max.request.partition.size.limit': int(2_000, {
    importance: 'medium',
    valid: atLeast(1),
    documentation: 'Most partitions in one answer to DescribeTopicPartitions.',
  }),

  // Topics.
  'auto.create.topics.enable': boolean(true, {
    importance: 'high',
    documentation: 'Whether asking for the metadata of an unknown topic creates it, if the client agrees.',
  }),
  'delete.topic.enable': boolean(true, {
    importance: 'high',
    documentation: 'Whether topics can be deleted.',
  }),
  'num.partitions': int(1, {
    importance: 'medium',
    valid: atLeast(1),
    update: 'cluster-wide',
    documentation: 'Partitions of a topic that is created without a number, or by auto-creation.',
  }),
  'default.replication.factor': int(1, {
    importance: 'medium',
    valid: between(1, 32_767),
    update: 'cluster-wide',
    documentation: 'Replication factor of a topic that is created without one, or by auto-creation.',
  }),
  'millrace.replication.factor.above.brokers': boolean(false, {
    importance: 'medium',
    update: 'cluster-wide',
    documentation:
      'Whether a replication factor above the number of brokers is accepted and reported back, so that tools written for three brokers run ' +
      'against one. The data has one copy all the same. Without it such a request is refused, as in Apache Kafka.',
  }),
  'millrace.partitions.max': int(50_000, {
    importance: 'medium',
    valid: atLeast(1),
    update: 'cluster-wide',
    documentation: 'Partitions of all topics together; creating more is refused.',
  }),

  // How logs are compacted.
  'log.cleaner.enable': boolean(true, {
    importance: 'medium',
    documentation: 'Whether compacted logs are cleaned. Without it they keep every record.',
  }),
  'log.cleaner.threads': int(1, {
    importance: 'medium',
    valid: atLeast(0),
    update: 'cluster-wide',
    documentation:
      'Logs that are cleaned at once, each by a thread of its own beside the event loop; there are none while nothing is to be done. 0 stops the cleaning.',
  }),
  'log.cleaner.backoff.ms': long(15_000, {
    importance: 'medium',
    valid: atLeast(0),
    update: 'cluster-wide',
    documentation: 'Pause before logs are looked at again when none was worth cleaning.',
  }),
  'log.cleaner.dedupe.buffer.size': long(134_217_728, {
    importance: 'medium',
    valid: atLeast(MIB),
    update: 'cluster-wide',
    documentation:
      'Memory for the keys of what is dirty, 24 bytes a key, of all threads together; at least 1048576 for each of them. Only what a pass can need is taken, and never more than a ' +
      'quarter of millrace.memory.max.bytes. A log with more keys is cleaned in several passes.',
  }),
  'log.cleaner.io.buffer.load.factor': double(0.9, {
    importance: 'medium',
    valid: { text: '(0,...,1]', accepts: (value) => value > 0 && value <= 1 },
    update: 'cluster-wide',
    documentation: 'Share of log.cleaner.dedupe.buffer.size that keys may fill. Fuller is slower.',
  }),
  'log.cleaner.io.buffer.size': int(524_288, {
    importance: 'medium',
    valid: atLeast(1),
    update: 'cluster-wide',
    documentation:
      'Memory for reading and writing segments, of all threads together; a thread takes 128 KiB at least, and more for larger batches.',
  }),
  'log.cleaner.io.max.bytes.per.second': double(1.7976931348623157e308, {
    importance: 'medium',
    valid: { text: '(0,...]', accepts: (value) => value > 0 },
    update: 'cluster-wide',
    documentation:
      'Bytes per second that all threads together read and write at most. A change takes hold of what is being cleaned within a second or so.',
  }),

  // Defaults of topic settings.
  'log.cleanup.policy': defaultOf('cleanup.policy'),
  'compression.type': defaultOf('compression.type', 'high'),
  'compression.gzip.level': defaultOf('compression.gzip.level'),
  'compression.lz4.level': defaultOf('compression.lz4.level'),
  'compression.zstd.level': defaultOf('compression.zstd.level'),
  'log.cleaner.delete.retention.ms': defaultOf('delete.retention.ms'),
  'log.cleaner.max.compaction.lag.ms': defaultOf('max.compaction.lag.ms'),
  'log.cleaner.min.cleanable.ratio': defaultOf('min.cleanable.dirty.ratio'),
  'log.cleaner.min.compaction.lag.ms': defaultOf('min.compaction.lag.ms'),
  'log.flush.interval.messages': defaultOf('flush.messages', 'high'),
  'log.flush.interval.ms': { ...unset('flush.ms'), importance: 'high' },
  'log.flush.scheduler.interval.ms': { ...defaultOf('flush.ms', 'high'), update: 'read-only' },
  'log.index.interval.bytes': defaultOf('index.interval.bytes'),
  'log.index.size.max.bytes': defaultOf('segment.index.bytes'),
  'log.local.retention.bytes': defaultOf('local.retention.bytes'),
  'log.local.retention.ms': defaultOf('local.retention.ms'),
  'log.message.timestamp.after.max.ms': defaultOf('message.timestamp.after.max.ms'),
  'log.message.timestamp.before.max.ms': defaultOf('message.timestamp.before.max.ms'),
  'log.message.timestamp.type': defaultOf('message.timestamp.type'),
  'log.preallocate': defaultOf('preallocate'),
  'log.retention.bytes': defaultOf('retention.bytes', 'high'),
  'log.retention.ms': unset('retention.ms'),
  'log.retention.minutes': int(null, {
    importance: 'high',
    documentation: 'Default of the topic setting retention.ms in minutes; counts when log.retention.ms is not set.',
  }),
  'log.retention.hours': int(168, {
    importance: 'high',
    documentation:
      'Default of the topic setting retention.ms in hours; counts when neither log.retention.ms nor log.retention.minutes is set.',
  }),
  'log.roll.ms': unset('segment.ms'),
  'log.roll.hours': int(168, {
    importance: 'high',
    valid: atLeast(1),
    documentation: 'Default of the topic setting segment.ms in hours; counts when log.roll.ms is not set.',
  }),
  'log.roll.jitter.ms': unset('segment.jitter.ms'),
  'log.roll.jitter.hours': int(0, {
    importance: 'high',
    valid: atLeast(0),
    noEffect: TOPIC_KEYS['segment.jitter.ms'].noEffect ?? '',
    documentation:
      'Default of the topic setting segment.jitter.ms in hours; counts when log.roll.jitter.ms is not set.',
  }),
  'log.segment.bytes': defaultOf('segment.bytes', 'high'),
  'log.segment.delete.delay.ms': defaultOf('file.delete.delay.ms', 'high'),
  'message.max.bytes': defaultOf('max.message.bytes', 'high'),
  'min.insync.replicas': defaultOf('min.insync.replicas', 'high'),
  'unclean.leader.election.enable': defaultOf('unclean.leader.election.enable', 'high'),
  'millrace.durability': defaultOf('millrace.durability', 'high'),

  // Kafka's tool for reassignments sets and clears these; a plan that moves nothing must run through.
  'leader.replication.throttled.rate': replicationThrottle('sent by leaders to followers'),
  'follower.replication.throttled.rate': replicationThrottle('fetched by followers'),
  'replica.alter.log.dirs.io.max.bytes.per.second': replicationThrottle('copied between folders of a broker'),

  // Producers.
  'producer.id.expiration.ms': int(86_400_000, {
    importance: 'low',
    valid: atLeast(1),
    documentation: 'Time without a batch after which a partition forgets a producer id and its sequence numbers.',
  }),

  // Consumer groups.
  'group.initial.rebalance.delay.ms': int(3_000, {
    importance: 'medium',
    valid: atLeast(0),
    documentation:
      'Time for which the first rebalance of an empty group waits for further members; 0 is right for tests and development.',
  }),
  'group.max.session.timeout.ms': int(1_800_000, {
    importance: 'medium',
    valid: atLeast(1),
    documentation: 'Longest session timeout that a member may ask for.',
  }),
  'group.min.session.timeout.ms': int(6_000, {
    importance: 'medium',
    valid: atLeast(1),
    documentation: 'Shortest session timeout that a member may ask for.',
  }),
  'group.max.size': int(INT_MAX, {
    importance: 'medium',
    valid: atLeast(1),
    documentation: 'Most members of one group; a further one is refused.',
  }),
  'group.coordinator.rebalance.protocols': list(['classic', 'consumer'], {
    importance: 'medium',
    valid: eachOf('classic', 'consumer'),
    documentation: 'Group protocols that are served; without consumer, clients fall back to the classic one.',
  }),
  'group.consumer.assignors': list(['uniform', 'range'], {
    importance: 'medium',
    valid: eachOf('uniform', 'range'),
    documentation: 'Assignors that members of consumer groups may ask for; the first is taken when none does.',
  }),
  'group.consumer.assignment.interval.ms': int(1_000, {
    importance: 'medium',
    valid: atLeast(0),
    update: 'cluster-wide',
    documentation: 'Least time between two computations of the assignment of a consumer group.',
  }),
  'group.consumer.min.assignment.interval.ms': int(0, {
    importance: 'medium',
    valid: atLeast(0),
    documentation: 'Least value that a group may have for consumer.assignment.interval.ms.',
  }),
  'group.consumer.max.assignment.interval.ms': int(15_000, {
    importance: 'medium',
    valid: atLeast(0),
    documentation: 'Greatest value that a group may have for consumer.assignment.interval.ms.',
  }),
  'group.consumer.heartbeat.interval.ms': int(5_000, {
    importance: 'medium',
    valid: atLeast(1),
    documentation: 'Time between two heartbeats of a member of a consumer group; the broker tells its members.',
  }),
  'group.consumer.min.heartbeat.interval.ms': int(5_000, {
    importance: 'medium',
    valid: atLeast(1),
    documentation: 'Least value that a group may have for consumer.heartbeat.interval.ms.',
  }),
  'group.consumer.max.heartbeat.interval.ms': int(15_000, {
    importance: 'medium',
    valid: atLeast(1),
    documentation: 'Greatest value that a group may have for consumer.heartbeat.interval.ms.',
  }),
  'group.consumer.session.timeout.ms': int(45_000, {
    importance: 'medium',
    valid: atLeast(1),
    documentation: 'Time of silence after which a member of a consumer group is removed.',
  }),
  'group.consumer.min.session.timeout.ms': int(45_000, {
    importance: 'medium',
    valid: atLeast(1),
    documentation: 'Least value that a group may have for consumer.session.timeout.ms.',
  }),
  'group.consumer.max.session.timeout.ms': int(60_000, {
    importance: 'medium',
    valid: atLeast(1),
    documentation: 'Greatest value that a group may have for consumer.session.timeout.ms.',
  }),
  'group.consumer.max.size': int(INT_MAX, {
    importance: 'medium',
    valid: atLeast(1),
    documentation: 'Most members of one consumer group; a further one is refused.',
  }),
  'group.consumer.migration.policy': string('bidirectional', {
    importance: 'medium',
    valid: {
      text: '(case insensitive) [DISABLED, DOWNGRADE, UPGRADE, BIDIRECTIONAL]',
      accepts: (value) => ['disabled', 'downgrade', 'upgrade', 'bidirectional'].includes(value.toLowerCase()),
    },
    documentation:
      'Whether a group with members may change between the classic and the consumer protocol as its members do: upgrade when the ' +
      'first member speaks the consumer protocol, downgrade when the last one that does has left.',
  }),
  'group.consumer.regex.refresh.interval.ms': int(600_000, {
    importance: 'medium',
    valid: atLeast(10_000),
    documentation: 'Time after which the patterns of a consumer group are compared with all topics again.',
  }),
  'offset.metadata.max.bytes': int(4_096, {
    importance: 'high',
    valid: atLeast(0),
    documentation: 'Most bytes of the text that a consumer may store with an offset.',
  }),
  'offsets.retention.minutes': int(10_080, {
    importance: 'high',
    valid: atLeast(1),
    documentation: 'Time after which the offsets of a group are dropped, counted from when it became empty.',
  }),
  'offsets.retention.check.interval.ms': long(600_000, {
    importance: 'high',
    valid: atLeast(1),
    documentation: 'Time between two looks for offsets to drop.',
  }),
  'offsets.topic.num.partitions': int(50, {
    importance: 'high',
    valid: atLeast(1),
    documentation: 'Partitions of the internal topic of consumer groups; counts when it is created.',
  }),
  'offsets.topic.replication.factor': short(1, {
    importance: 'high',
    valid: atLeast(1),
    documentation: 'Replication factor reported for the internal topic of consumer groups; counts when it is created.',
  }),
  'offsets.topic.segment.bytes': int(104_857_600, {
    importance: 'high',
    valid: atLeast(1_048_576),
    documentation: 'Segment size of the internal topic of consumer groups; counts when it is created.',
  }),

  // Transactions.
  'transaction.max.timeout.ms': int(900_000, {
    importance: 'high',
    valid: atLeast(1),
    documentation:
      'Longest transaction timeout that a producer may ask for. Until an open transaction ends, consumers with read_committed see nothing behind it.',
  }),
  'transactional.id.expiration.ms': int(604_800_000, {
    importance: 'high',
    valid: atLeast(1),
    documentation: 'Time without a transaction after which a transactional id is forgotten, with its producer id.',
  }),
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': int(10_000, {
    importance: 'low',
    valid: atLeast(1),
    documentation: 'Time between two looks for transactions that are open past their timeout, to abort them.',
  }),
  'transaction.remove.expired.transaction.cleanup.interval.ms': int(3_600_000, {
    importance: 'low',
    valid: atLeast(1),
    documentation: 'Time between two looks for transactional ids to forget.',
  }),
  'transaction.partition.verification.enable': boolean(true, {
    importance: 'low',
    update: 'cluster-wide',
    documentation:
      'Whether a producer of before Kafka 4.0 must have added a partition to its transaction before it writes there. ' +
      'Without it a record that comes late can leave a transaction open that nobody ends.',
  }),
  'transaction.state.log.num.partitions': int(50, {
    importance: 'high',
    valid: atLeast(1),
    documentation: 'Partitions of the internal topic of transactions; counts when it is created.',
  }),
  'transaction.state.log.replication.factor': short(1, {
    importance: 'high',
    valid: atLeast(1),
    documentation: 'Replication factor reported for the internal topic of transactions; counts when it is created.',
  }),
  'transaction.state.log.segment.bytes': int(104_857_600, {
    importance: 'high',
    valid: atLeast(1_048_576),
    documentation: 'Segment size of the internal topic of transactions; counts when it is created.',
  }),

  // Operating.
  'millrace.ops.host': string('127.0.0.1', {
    importance: 'medium',
    documentation: 'Address of the HTTP port for health checks and metrics.',
  }),
  'millrace.ops.port': int(9644, {
    importance: 'medium',
    valid: between(0, 65_535),
    documentation: 'HTTP port for health checks and metrics; 0 picks a free one.',
  }),
  'millrace.metrics.series.max': int(10_000, {
    importance: 'low',
    valid: atLeast(0),
    update: 'cluster-wide',
    documentation:
      'Partitions whose sizes and offsets the metrics show one by one, and as many committed offsets of groups; sums by topic are shown for all.',
  }),
  'millrace.log.level': string('info', {
    importance: 'low',
    valid: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
    documentation: 'Least level of the log lines that are written.',
  }),
} as const;

function replicationThrottle(what: string) {
  return long(LONG_MAX, {
    importance: 'medium',
    valid: atLeast(0),
    update: 'per-broker',
    noEffect: 'Each partition has one copy here, owned by one broker.',
    documentation: `Most bytes a second of throttled replicas that are ${what}.`,
  });
}

/** A long-typed fallback that is unset by default, so that the coarser keys after it count. */
function unset(key: TopicKey) {
  const topic = TOPIC_KEYS[key] as unknown as ConfigDefinition<number>;
  return {
    ...long(null, {
      importance: 'high',
      update: 'cluster-wide',
      ...(topic.noEffect === null ? {} : { noEffect: topic.noEffect }),
      documentation: `Default of the topic setting ${key}. ${topic.documentation}`,
    }),
    validText: topic.validText,
    parse: (text: string) => topic.parse(text),
  };
}

export type BrokerKey = keyof typeof BROKER_KEYS;

export function isBrokerKey(name: string): name is BrokerKey {
  return Object.hasOwn(BROKER_KEYS, name);
}
