/**
 * What a worker knows of running tasks and connectors: each has a thread of its own, so that one that loops or leaks is ended alone.
 *
 * Everything that goes into a thread is plain data. Offsets of sources come back as messages and are stored by the main thread, except
 * exactly once, where the task writes them inside its transaction.
 */
import type {
  ConfigDefinition,
  ConfigIssue,
  ConfigProperties,
  ConfigValue,
  Plugin,
  Position,
  SourceDelivery,
  SourceOffset,
  TaskConfig,
} from '@millrace/connect-api';

/** Where a plugin is found. */
export interface PluginRef {
  /** Its name, or one of its aliases. */
  readonly name: string;
  /** URL of the module that exports it, by any name or in an array; absent: it is one of the worker's own. */
  readonly module?: string;
  /** The plugin itself, for tasks that run inline; cannot be passed to a thread. */
  readonly loaded?: Plugin;
}

/** What a worker decides for every task. */
export interface TaskSettings {
  /**
   * `thread`: killable, with memory of its own. `process`: tasks in processes, for those that V8 may end the process for. `inline`: in the
   * thread of the caller, for tests and debuggers.
   */
  readonly isolation: 'thread' | 'process' | 'inline';
  /** `task.max.heap.mb`: a task whose heap outgrows it fails alone. */
  readonly maxHeapMb: number;
  /** `task.shutdown.graceful.timeout.ms`: then the thread is terminated. */
  readonly shutdownTimeoutMs: number;
  /** `task.stall.timeout.ms`: a thread that answers nothing for so long fails its task and is terminated; 0: never. */
  readonly stallTimeoutMs: number;
  /** `offset.flush.interval.ms`: how often sources store offsets and sinks flush and commit. */
  readonly offsetFlushIntervalMs: number;
  /** `offset.flush.timeout.ms`: how long storing offsets may take before it is tried again at the next interval. */
  readonly offsetFlushTimeoutMs: number;
  /** `task.max.buffer.bytes`: records that are read and not yet acknowledged, or fetched and not yet written, at most (about). */
  readonly maxBufferBytes: number;
  /** `topic.creation.enable`. */
  readonly isTopicCreationEnabled: boolean;
  /** Aborts `check` and `alterOffsets` that take longer. */
  readonly callTimeoutMs: number;
}

/** Kafka's defaults where Kafka has the setting. */
export const DEFAULT_TASK_SETTINGS: TaskSettings = {
  isolation: 'thread',
  maxHeapMb: 256,
  shutdownTimeoutMs: 5_000,
  stallTimeoutMs: 60_000,
  offsetFlushIntervalMs: 60_000,
  offsetFlushTimeoutMs: 5_000,
  maxBufferBytes: 32 * 1024 * 1024,
  isTopicCreationEnabled: true,
  callTimeoutMs: 30_000,
};

/** KIP-618. */
export interface ExactlyOnceTask {
  /** Of the task's producer, `{group}-{connector}-{task}`; the generations before are fenced already. */
  readonly transactionalId: string;
  /** Where the offsets are written, in the transaction of their records. */
  readonly offsetTopic: string;
}

/** What every call into a plugin needs. */
export interface ConnectorSpec {
  readonly connector: string;
  readonly plugin: PluginRef;
  /** As the user gave it, with `${provider:…}` resolved. */
  readonly connectorConfig: ConfigProperties;
  /** The worker's own settings, resolved: clients (`bootstrap.servers`, `producer.*`, …) and default converters are taken from here. */
  readonly workerConfig: ConfigProperties;
  readonly settings: TaskSettings;
}

export interface TaskSpec extends ConnectorSpec {
  readonly kind: 'source' | 'sink';
  /** From 0. */
  readonly task: number;
  readonly taskConfig: TaskConfig;
  /**
   * Converters, transforms and predicates that are not the worker's own, by the setting that names them: `key.converter`,
   * `transforms.mask.type`, `predicates.old.type`.
   */
  readonly plugins: Readonly<Record<string, PluginRef>>;
  /** Sources only; absent: at least once. */
  readonly exactlyOnce?: ExactlyOnceTask;
  /** Starts without touching the plugin until it is resumed. */
  readonly isPaused?: boolean;
}

/** Offsets of one connector, in the main thread. */
export interface TaskOffsets {
  /** In the order of the partitions; undefined where nothing is stored. Sees what was stored before it was called, by any worker. */
  read(partitions: readonly Position[]): Promise<readonly (Position | undefined)[]>;
  /** Resolves when they are stored durably. Later offsets of a partition replace earlier ones. */
  write(offsets: readonly SourceOffset[]): Promise<void>;
}

/** Why a task or a connector ended by itself. */
export interface TaskFailure {
  readonly message: string;
  /** `MILLRACE_…`, or empty where the plugin threw something else. */
  readonly code: string;
  /** The error said that the same may succeed later. */
  readonly isRetriable: boolean;
  /** For `trace` in the status: stack with causes. */
  readonly trace: string;
}

export type TaskEnd =
  | { readonly kind: 'stopped'; /** It did not end in time, and was terminated. */ readonly isTerminated: boolean }
  | { readonly kind: 'failed'; readonly failure: TaskFailure };

export interface TaskEvents {
  /** The plugin is up and records flow, or it is told to stand still. Comes again when it changes. */
  onState(state: 'RUNNING' | 'PAUSED'): void;
  /** A topic is read or written for the first time in the life of the task (KIP-558). */
  onTopic?(topic: string): void;
  /** Of sources that are not exactly once, reading and writing; of exactly once, reading. */
  readonly offsets?: TaskOffsets;
}

/** A measurement of a task as of its last report, about a second old at most. Names are Kafka's attributes: `source-record-poll-total`. */
export interface TaskMetric {
  /** `source-task-metrics`, `sink-task-metrics`, `connector-task-metrics`, `task-error-metrics`. */
  readonly group: string;
  readonly name: string;
  readonly value: number;
}

export interface RunningTask {
  readonly spec: TaskSpec;
  /** Hands nothing to the plugin and takes nothing from it until `resume`; a sink gives no partitions away for it. */
  pause(): void;
  resume(): void;
  /** Ends it: gracefully within `shutdownTimeoutMs`, else by force. Resolves when nothing of it runs any more. */
  stop(): Promise<TaskEnd>;
  /** Never rejects. */
  readonly done: Promise<TaskEnd>;
  metrics(): readonly TaskMetric[];
}

export interface ConnectorEvents {
  /** A new set of tasks replaces the one before. */
  onTasks(configs: readonly TaskConfig[]): void;
  /** `plan` failed; it runs no more. */
  onFailed(failure: TaskFailure): void;
}

export interface RunningConnector {
  readonly spec: ConnectorSpec;
  stop(): Promise<void>;
}

export interface ValidatedConfig {
  readonly kind: Plugin['kind'];
  readonly version: string;
  readonly definitions: readonly ConfigDefinition[];
  readonly values: readonly ConfigValue[];
  /** Of the definition, and where that has none those of `check`. */
  readonly issues: readonly ConfigIssue[];
  /** What works but should be changed. */
  readonly warnings: readonly ConfigIssue[];
  /** Names of settings that must not be shown. */
  readonly secretKeys: readonly string[];
  /** Names of all settings that it knows; absent: there may be others. */
  readonly keys?: readonly string[];
  /** Of sources whose settings are right. */
  readonly delivery?: SourceDelivery;
}

/**
 * Calls are rejected with `MILLRACE_CONNECT_PLUGIN_LOAD` (the module or the plugin in it is not there), `MILLRACE_CONNECT_TIMEOUT` (took
 * longer than `callTimeoutMs`) or what the plugin threw.
 */
export interface TaskHost {
  start(spec: TaskSpec, events: TaskEvents): RunningTask;
  /** Runs `plan`: its tasks come as events, once for most connectors. */
  startConnector(spec: ConnectorSpec & { readonly tasksMax: number }, events: ConnectorEvents): RunningConnector;
  /** Reads the settings of any plugin; of a connector whose settings are right, `check` looks at the outside world, too. */
  validate(spec: ConnectorSpec, options?: { readonly isCheckSkipped?: boolean }): Promise<ValidatedConfig>;
  /** Asks the plugin about offsets that are about to change; sinks: `{kafka_topic, kafka_partition}` and `{kafka_offset}`. */
  alterOffsets(
    spec: ConnectorSpec,
    changes: readonly { readonly partition: Position; readonly offset: Position | null }[],
  ): Promise<'done' | 'framework-only'>;
  /** Stops everything. */
  close(): Promise<void>;
}
