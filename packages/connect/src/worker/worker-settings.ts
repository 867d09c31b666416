/** The settings of a worker: Kafka Connect's keys, and a few of its own. */
import { c, config, type ConfigProperties, type Infer } from '@millrace/connect-api';
import { MillraceError } from '@millrace/base';
import type { TaskSettings } from '../task/task-host.ts';

const CONVERTER = 'org.apache.kafka.connect.json.JsonConverter';

/** Of every worker; the distributed herder has more. Clients take theirs (`security.protocol`, `producer.…`) from the properties themselves. */
export const workerConfig = config({
  'bootstrap.servers': c
    .string()
    .default('localhost:9092')
    .importance('high')
    .doc('Brokers to begin with, host:port separated by commas.'),
  'key.converter': c
    .className()
    .default(CONVERTER)
    .importance('high')
    .doc('Converter of keys, where a connector has none.'),
  'value.converter': c
    .className()
    .default(CONVERTER)
    .importance('high')
    .doc('Converter of values, where a connector has none.'),
  'header.converter': c
    .className()
    .default('org.apache.kafka.connect.storage.SimpleHeaderConverter')
    .importance('low')
    .doc('Converter of header values, where a connector has none.'),
  listeners: c
    .list(c.string())
    .default('http://:8083')
    .doc(
      'Where REST listens: http://host:port or https://host:port (with listeners.https.ssl.…, or else ssl.…, as PEM); an empty host means ' +
        'every address, port 0 a free one.',
    ),
  'admin.listeners': c
    .list(c.string())
    .optional()
    .doc('Where /admin listens; by default where REST does. Empty turns /admin off.'),
  'rest.advertised.host.name': c
    .string()
    .optional()
    .doc('Host under which other workers reach this one; by default that of the first listener.'),
  'rest.advertised.port': c.int().optional().doc('Port under which other workers reach this one.'),
  'rest.advertised.listener': c
    .oneOf('http', 'https')
    .optional()
    .doc('Protocol under which other workers reach this one; by default http where it is among the listeners.'),
  'access.control.allow.origin': c
    .string()
    .default('')
    .doc('Origin whose pages may call REST (Access-Control-Allow-Origin), or *.'),
  'access.control.allow.methods': c
    .string()
    .default('')
    .doc('Methods that such pages may use; by default GET, POST and HEAD.'),
  'response.http.headers.config': c
    .string()
    .default('')
    .doc('Headers of every answer, as "set X-Frame-Options: DENY, add Cache-Control: no-store".'),
  'rest.request.timeout.ms': c
    .duration()
    .default(90_000)
    .atLeast(1)
    .doc('After this time a request is answered with 500.'),
  'rest.redact.secrets': c
    .boolean()
    .default(false)
    .doc(
      'Shows settings of type PASSWORD as [hidden] where configurations are read. By default they are shown as they were given, as Kafka ' +
        'Connect does, since tools compare them with theirs; references to config providers are never resolved for readers.',
    ),
  'plugin.path': c.list(c.string()).default('').doc('Folders with packages of plugins.'),
  'topic.tracking.enable': c.boolean().default(true).doc('Keeps for each connector which topics it has used.'),
  'topic.tracking.allow.reset': c.boolean().default(true).doc('Lets users reset which topics a connector has used.'),
  'topic.creation.enable': c
    .boolean()
    .default(true)
    .doc('Lets sources create topics by their topic.creation.… settings.'),
  'connector.client.config.override.policy': c
    .oneOf('All', 'None', 'Principal')
    .default('All')
    .doc(
      'Which client settings connectors may override: All, None, or Principal (security.protocol, sasl.jaas.config and sasl.mechanism only).',
    ),
  'task.shutdown.graceful.timeout.ms': c
    .duration()
    .default('5s')
    .doc('How long a task may take to end; then its thread is terminated.'),
  'offset.flush.interval.ms': c.duration().default('60s').atLeast(1).doc('How often offsets are stored.'),
  'offset.flush.timeout.ms': c
    .duration()
    .default('5s')
    .doc('How long storing offsets may take before it waits for the next interval.'),
  'task.isolation': c
    .oneOf('thread', 'process', 'inline')
    .default('thread')
    .doc(
      'thread: each task has a thread and heap of its own. process: also a process, which takes more memory and time to start; for plugins ' +
        'that may outgrow task.max.heap.mb at once. inline: tasks run in the thread of the worker, for debuggers.',
    ),
  'task.max.heap.mb': c
    .int()
    .default(256)
    .atLeast(16)
    .doc(
      'Heap of a task in MiB, as far as it is alive; one that outgrows it fails alone. One that takes 256 MiB more before it pauses may end its whole process, which is that of the worker unless task.isolation is process: so V8 does it.',
    ),
  'task.stall.timeout.ms': c
    .duration()
    .default('60s')
    .doc('A task whose thread does nothing but compute for so long is terminated and fails; 0: never.'),
  'task.max.buffer.bytes': c
    .size()
    .default('32MiB')
    .atLeast('64KiB')
    .doc('Records that a task holds in memory at most, about.'),
  'plugin.call.timeout.ms': c
    .duration()
    .default('30s')
    .atLeast(1)
    .doc('How long a connector may take to check its settings or its offsets.'),
  'errors.restart.policy': c
    .oneOf('backoff', 'never')
    .default('backoff')
    .doc(
      'Whether a connector or task that failed is started again by itself. A connector can have a policy of its own.',
    ),
  'errors.restart.delay.ms': c
    .duration()
    .default('1s')
    .atLeast(1)
    .doc('Pause before the first automatic restart; it doubles each time, with jitter.'),
  'errors.restart.delay.max.ms': c
    .duration()
    .default('5m')
    .atLeast(1)
    .doc('The longest pause before an automatic restart.'),
  'errors.restart.max': c.int().default(-1).atLeast(-1).doc('Automatic restarts in a row at most; -1: without end.'),
  'errors.restart.reset.ms': c
    .duration()
    .default('10m')
    .doc('What has run that long begins to count its automatic restarts anew.'),
});

export type WorkerSettings = Infer<typeof workerConfig> & {
  /** As given. */
  readonly properties: ConfigProperties;
};

/** Throws MILLRACE_CONNECT_INVALID_CONFIG, with everything that is wrong in `details.problems`. */
export function readWorkerSettings(properties: ConfigProperties): WorkerSettings {
  const { config: settings, issues } = workerConfig.read(properties);
  if (settings !== undefined) return { ...settings, properties };
  const problems = issues.map(({ message }) => message);
  throw new MillraceError('MILLRACE_CONNECT_INVALID_CONFIG', problems.join('; '), { details: { problems } });
}

export function taskSettings(settings: WorkerSettings): TaskSettings {
  return {
    isolation: settings.taskIsolation,
    maxHeapMb: settings.taskMaxHeapMb,
    shutdownTimeoutMs: settings.taskShutdownGracefulTimeoutMs,
    stallTimeoutMs: settings.taskStallTimeoutMs,
    offsetFlushIntervalMs: settings.offsetFlushIntervalMs,
    offsetFlushTimeoutMs: settings.offsetFlushTimeoutMs,
    maxBufferBytes: settings.taskMaxBufferBytes,
    isTopicCreationEnabled: settings.topicCreationEnable,
    callTimeoutMs: settings.pluginCallTimeoutMs,
  };
}
