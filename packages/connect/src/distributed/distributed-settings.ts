/** Settings that only workers of a group have, in Kafka Connect's words. */
import { MillraceError } from '@millrace/base';
import { c, config, type ConfigProperties, type Infer } from '@millrace/connect-api';

export const distributedConfig = config({
  'group.id': c
    .string()

    .importance('high')
    .doc('Name of the group of workers that share connectors and tasks.'),
  'config.storage.topic': c
    .string()

    .importance('high')
    .doc('Topic of connectors and their tasks. Made, with one partition, when it is not there.'),
  'config.storage.replication.factor': c
    .int()
    .default(3)
    .doc('Replicas of that topic when it is made; -1: as the cluster has it.'),
  'offset.storage.topic': c.string().importance('high').doc('Topic of the offsets of sources.'),
  'offset.storage.partitions': c.int().default(25).atLeast(1).doc('Partitions of that topic when it is made.'),
  'offset.storage.replication.factor': c
    .int()
    .default(3)
    .doc('Replicas of that topic when it is made; -1: as the cluster has it.'),
  'status.storage.topic': c.string().importance('high').doc('Topic of what connectors and tasks do.'),
  'status.storage.partitions': c.int().default(5).atLeast(1).doc('Partitions of that topic when it is made.'),
  'status.storage.replication.factor': c
    .int()
    .default(3)
    .doc('Replicas of that topic when it is made; -1: as the cluster has it.'),
  'session.timeout.ms': c
    .duration()
    .default('10s')
    .atLeast(1)
    .doc('A worker of which the group hears nothing for so long is taken for lost.'),
  'heartbeat.interval.ms': c
    .duration()
    .default('3s')
    .atLeast(1)
    .doc('How often a worker tells the group that it is there; a third of the session or less.'),
  'rebalance.timeout.ms': c
    .duration()
    .default('60s')
    .atLeast(1)
    .doc('How long workers may take to give up work when it is shared out anew.'),
  'scheduled.rebalance.max.delay.ms': c
    .duration()
    .default(0)
    .doc(
      'How long the work of a worker that went away waits for it to come back before the others take it over. 0: they do at once. Kafka ' +
        'Connect waits five minutes unless told otherwise; set some seconds here when workers are restarted one after the other and their work ' +
        'should stay where it was.',
    ),
  'worker.sync.timeout.ms': c
    .duration()
    .default('3s')
    .atLeast(1)
    .doc('How long a worker that is behind may take to read the config topic before it joins again.'),
  'exactly.once.source.support': c
    .oneOf('disabled', 'preparing', 'enabled')
    .default('disabled')
    .doc(
      'Whether sources write records and offsets in transactions (KIP-618). A running cluster goes through preparing, on all workers, before ' +
        'it is enabled.',
    ),
  'inter.worker.key.ttl.ms': c
    .duration()
    .default('1h')
    .atLeast(1)
    .doc('How long the key that signs requests between workers is used.'),
  'inter.worker.signature.algorithm': c
    .oneOf('HmacSHA256', 'HmacSHA384', 'HmacSHA512')
    .default('HmacSHA256')
    .doc('How workers sign requests to each other.'),
  'inter.worker.verification.algorithms': c
    .list(c.oneOf('HmacSHA256', 'HmacSHA384', 'HmacSHA512'))
    .default('HmacSHA256')
    .doc('Which signatures are accepted.'),
});

export type DistributedSettings = Infer<typeof distributedConfig> & {
  /** As given. */
  readonly properties: ConfigProperties;
};

/** Throws MILLRACE_CONNECT_INVALID_CONFIG, with everything that is wrong in `details.problems`. */
export function readDistributedSettings(properties: ConfigProperties): DistributedSettings {
  const { config: settings, issues } = distributedConfig.read(properties);
  const problems = issues.map(({ message }) => message);
  if (settings !== undefined) {
    const topics = [settings.configStorageTopic, settings.offsetStorageTopic, settings.statusStorageTopic];
    if (new Set(topics).size < topics.length) {
      problems.push('config.storage.topic, offset.storage.topic and status.storage.topic must be three topics');
    }
    if (settings.heartbeatIntervalMs >= settings.sessionTimeoutMs) {
      problems.push('heartbeat.interval.ms must be below session.timeout.ms, best a third of it');
    }
    if (!settings.interWorkerVerificationAlgorithms.includes(settings.interWorkerSignatureAlgorithm)) {
      problems.push('inter.worker.verification.algorithms must contain inter.worker.signature.algorithm');
    }
    if (problems.length === 0) return { ...settings, properties };
  }
  throw new MillraceError('MILLRACE_CONNECT_INVALID_CONFIG', problems.join('; '), { details: { problems } });
}

/** Further settings of a topic of the workers: `offset.storage.min.insync.replicas` and the like. */
export function topicConfigs(
  properties: ConfigProperties,
  storage: 'config' | 'offset' | 'status',
): Record<string, string> {
  const prefix = `${storage}.storage.`;
  const own = new Set(['topic', 'partitions', 'replication.factor', 'cleanup.policy']);
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, value]) => {
      const name = key.startsWith(prefix) ? key.slice(prefix.length) : '';
      return name === '' || own.has(name) ? [] : [[name, value]];
    }),
  );
}

/** Of the leader's writer to the config topic (KIP-618). */
export function leaderTransactionalId(groupId: string): string {
  return `connect-cluster-${groupId}`;
}

export function taskTransactionalId(groupId: string, connector: string, task: number): string {
  return `${groupId}-${connector}-${String(task)}`;
}
