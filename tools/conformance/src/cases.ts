/**
 * The cases, one name for all clients: what a client shows of the broker it talks to.
 *
 * A client's program lists the cases that the client can express; the others are "not offered" in the table, which is
 * no skip: kcat has no delete-records, whatever the broker does.
 */
export interface CaseInfo {
  readonly name: string;
  readonly group:
    | 'produce and consume'
    | 'groups and offsets'
    | 'restarts'
    | 'transactions'
    | 'administration'
    | 'Kafka Connect'
    | 'web interfaces';
  readonly shows: string;
  /** The case asks the runner to stop and start the broker, so it needs a broker that the runner owns. */
  readonly restarts?: boolean;
}

export const CASES: readonly CaseInfo[] = [
  {
    name: 'produce-acks-all',
    group: 'produce and consume',
    shows: 'records come back with the acknowledged offsets, in order per partition',
  },
  { name: 'produce-acks-1', group: 'produce and consume', shows: 'the same with acks=1' },
  { name: 'produce-acks-0', group: 'produce and consume', shows: 'records sent without an answer arrive, in order' },
  { name: 'codec-gzip', group: 'produce and consume', shows: 'gzip batches survive' },
  { name: 'codec-snappy', group: 'produce and consume', shows: 'snappy batches survive' },
  { name: 'codec-lz4', group: 'produce and consume', shows: 'lz4 batches survive' },
  { name: 'codec-zstd', group: 'produce and consume', shows: 'zstd batches survive' },
  {
    name: 'headers',
    group: 'produce and consume',
    shows: 'header order, repeated names, empty, null and binary values survive, as far as the client can say them',
  },
  {
    name: 'null-and-empty',
    group: 'produce and consume',
    shows: 'a null key or value stays different from an empty one',
  },
  { name: 'timestamps', group: 'produce and consume', shows: 'CreateTime is kept, LogAppendTime replaces it' },
  {
    name: 'idempotence',
    group: 'produce and consume',
    shows: 'an idempotent producer with batches in flight stores each record once, in order',
  },
  {
    name: 'large-message',
    group: 'produce and consume',
    shows: 'a 5 MB record passes where max.message.bytes allows it; above it the broker refuses and stores nothing',
  },
  {
    name: 'many-topics',
    group: 'produce and consume',
    shows: '100 topics are made, written, read by one consumer and deleted',
  },
  { name: 'auto-create', group: 'produce and consume', shows: 'producing to a new name makes the topic' },
  {
    name: 'throughput',
    group: 'produce and consume',
    shows: "Kafka's own performance tools run through and count every record",
  },
  {
    name: 'verifiable',
    group: 'produce and consume',
    shows: "Kafka's verifiable producer and consumer agree on every record",
  },
  {
    name: 'interop',
    group: 'produce and consume',
    shows: 'reads what the clients before it wrote in every codec, checked by SHA-256, and adds its own',
  },
  {
    name: 'commit-offsets',
    group: 'groups and offsets',
    shows: 'a committed offset (with metadata) is fetched back and the next consumer continues there',
  },
  {
    name: 'seek-offset',
    group: 'groups and offsets',
    shows: 'a consumer that seeks gets exactly the records from there; outside the log the reset policy decides',
  },
  {
    name: 'seek-timestamp',
    group: 'groups and offsets',
    shows: 'an offset looked up by time is the first record at or after it',
  },
  {
    name: 'group-join-leave',
    group: 'groups and offsets',
    shows: 'members share the partitions; after one leaves the other has all, and no record is lost',
  },
  {
    name: 'group-crash',
    group: 'groups and offsets',
    shows: 'a member killed with SIGKILL loses its partitions after the session timeout',
  },
  {
    name: 'group-cooperative',
    group: 'groups and offsets',
    shows: 'a second member takes partitions while the first keeps the others',
  },
  {
    name: 'group-static',
    group: 'groups and offsets',
    shows: 'a static member comes back to its partitions without a rebalance',
  },
  {
    name: 'consumer-group',
    group: 'groups and offsets',
    shows: 'members of group.protocol=consumer share the partitions that the broker assigns; none is lost on the way',
  },
  {
    name: 'consumer-group-static',
    group: 'groups and offsets',
    shows: 'a static member of such a group leaves for a while and comes back to its partitions',
  },
  {
    name: 'consumer-group-pattern',
    group: 'groups and offsets',
    shows: 'the broker finds the topics of a pattern, also one that is made later; a bad pattern is refused',
  },
  {
    name: 'consumer-group-migration',
    group: 'groups and offsets',
    shows:
      'a classic group takes a member of group.protocol=consumer, shares with it, and is classic again when it leaves',
  },
  {
    name: 'restart-clean',
    group: 'restarts',
    shows: 'the broker stops and starts under producer and group: nothing acknowledged is lost, the group goes on',
    restarts: true,
  },
  { name: 'restart-kill', group: 'restarts', shows: 'the same with kill -9', restarts: true },
  {
    name: 'txn-commit',
    group: 'transactions',
    shows: 'read_committed sees nothing of an open transaction and everything, in order, after its commit',
  },
  {
    name: 'txn-abort',
    group: 'transactions',
    shows: 'two producers interleave in one partition: aborted records are seen by read_uncommitted only',
  },
  {
    name: 'txn-fencing',
    group: 'transactions',
    shows: 'a second producer with the same id aborts what the first left open; the first is refused',
  },
  {
    name: 'txn-timeout',
    group: 'transactions',
    shows: 'a transaction left open is aborted after its timeout; its late commit is refused, the id is usable again',
  },
  {
    name: 'txn-offsets',
    group: 'transactions',
    shows: 'offsets of a group are committed with the records or not at all',
  },
  {
    name: 'txn-group',
    group: 'transactions',
    shows: 'read-process-write in a group: a member that lost partitions cannot commit them, all is processed once',
  },
  {
    name: 'txn-restart-kill',
    group: 'transactions',
    shows: 'the broker is killed with -9 under open transactions; they go on, commit and abort',
    restarts: true,
  },
  {
    name: 'txn-admin',
    group: 'transactions',
    shows: 'transactions and producers are listed and described; an open transaction is ended by force',
  },
  {
    name: 'streams-word-count',
    group: 'transactions',
    shows:
      'Kafka Streams with exactly_once_v2 counts words, is killed, restores its state and counts on: each count once',
  },
  {
    name: 'streams-windows',
    group: 'transactions',
    shows: 'the same with sums in windows, late records and one result per closed window',
  },
  {
    name: 'streams-join',
    group: 'transactions',
    shows: 'the same with a join whose state folder is lost: the killed transaction times out, each pair comes once',
  },
  {
    name: 'admin-topics',
    group: 'administration',
    shows: 'create, list, describe, delete, re-create; existing and bad names are refused',
  },
  {
    name: 'admin-configs',
    group: 'administration',
    shows: 'topic and broker configs are described, set, obeyed and reset; a bad value is refused',
  },
  { name: 'admin-partitions', group: 'administration', shows: 'partitions are added and usable, fewer are refused' },
  {
    name: 'admin-groups',
    group: 'administration',
    shows: 'groups are listed, described, their offsets set and deleted; a live group is not deleted',
  },
  { name: 'admin-delete-records', group: 'administration', shows: 'the log start moves and earlier records are gone' },
  { name: 'admin-offsets', group: 'administration', shows: 'earliest, latest and by-time offsets are listed' },
  { name: 'admin-cluster', group: 'administration', shows: 'cluster id, controller and brokers are described' },
  {
    name: 'admin-broker-configs',
    group: 'administration',
    shows:
      'settings of one broker and of all: the finest layer wins, topics follow and name the layers; read-only ones and bad values are refused',
  },
  { name: 'admin-loggers', group: 'administration', shows: 'log levels are shown, set and refused' },
  {
    name: 'admin-group-configs',
    group: 'administration',
    shows: 'settings of a group are set, listed and reset; bad values and unknown names are refused',
  },
  {
    name: 'admin-elections',
    group: 'administration',
    shows: 'an election is not needed where the leader is up; unknown partitions are refused',
  },
  {
    name: 'admin-reassignments',
    group: 'administration',
    shows:
      'a plan is generated, executed with and without throttle, verified, listed and cancelled; unknown brokers are refused',
  },
  {
    name: 'admin-features',
    group: 'administration',
    shows: 'features are described; levels that cannot be are refused',
  },
  {
    name: 'admin-reset-offsets',
    group: 'administration',
    shows: 'a group is moved to every kind of place, as a dry run and really, its offsets exported and deleted',
  },
  {
    name: 'connect-standalone',
    group: 'Kafka Connect',
    shows:
      'a standalone worker streams a file through a topic into another file; after a restart it goes on, each line once',
  },
  {
    name: 'connect-distributed',
    group: 'Kafka Connect',
    shows:
      'the same with a distributed worker, told over REST, whose settings, offsets and states are in compacted topics',
  },
  {
    name: 'connect-worker-kill',
    group: 'Kafka Connect',
    shows: 'the same with a worker killed with -9: its successor takes over, and no line is lost',
  },
  {
    name: 'ui-kafbat-overview',
    group: 'web interfaces',
    shows: 'what kafbat UI asks when it connects and every half minute; what is not offered is refused at once',
  },
  {
    name: 'ui-kafbat-topic',
    group: 'web interfaces',
    shows: 'its topic pages: create, edit settings, add partitions, clear messages, recreate, delete',
  },
  {
    name: 'ui-kafbat-messages',
    group: 'web interfaces',
    shows: 'its message page: oldest, newest, page back, from a time, live, with an empty partition',
  },
  {
    name: 'ui-kafbat-groups',
    group: 'web interfaces',
    shows: 'its group pages: lag, refusals while the group is live, reset of offsets, deletion',
  },
  {
    name: 'ui-akhq-cluster',
    group: 'web interfaces',
    shows: "AKHQ's node and topic lists: offsets by consumer, log dirs, settings; ACLs are refused at once",
  },
  {
    name: 'ui-akhq-topic',
    group: 'web interfaces',
    shows: 'its topic pages: create, settings, produce, tombstone, partitions, why a compacted topic is not emptied',
  },
  {
    name: 'ui-akhq-data',
    group: 'web interfaces',
    shows: 'its data pages: oldest, newest, one record, live tail',
  },
  {
    name: 'ui-akhq-groups',
    group: 'web interfaces',
    shows: 'offsets set by a consumer that never joins, its refusal while the group is live, lag, deletion of offsets',
  },
  {
    name: 'ui-console-overview',
    group: 'web interfaces',
    shows: 'what Redpanda Console asks for its overview, brokers and list of abilities; the rest is refused at once',
  },
  {
    name: 'ui-console-topic',
    group: 'web interfaces',
    shows: 'its topic pages: create, settings, partitions with sizes, consumers, deletion of records and topic',
  },
  {
    name: 'ui-console-messages',
    group: 'web interfaces',
    shows: 'its message page: oldest, newest of each partition, from a time',
  },
  {
    name: 'ui-console-groups',
    group: 'web interfaces',
    shows: 'its group pages: lag of many groups, offsets edited, offsets and group deleted',
  },
];

export const RESTART_CASES: readonly string[] = CASES.filter((one) => one.restarts === true).map((one) => one.name);
