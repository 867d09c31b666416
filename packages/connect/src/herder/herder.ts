/**
 * What REST and the command line ask of the part of a worker that looks after connectors: alone (standalone) or with others (distributed).
 *
 * Answers are those of Kafka Connect's REST API in camel case (see ../rest). Errors are {@link HerderError} with the HTTP status in them;
 * {@link NotTheTargetError} when another worker has to be asked.
 */
import type { ConfigProperties, Position, TaskConfig } from '@millrace/connect-api';

export type ConnectorType = 'source' | 'sink' | 'unknown';

/** What its owner wants a connector to do. */
export type TargetState = 'STARTED' | 'PAUSED' | 'STOPPED';

/** What a connector or a task does. Only connectors are STOPPED. */
export type RunState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'FAILED' | 'RESTARTING' | 'STOPPED';

export interface ConnectorTaskId {
  readonly connector: string;
  /** From 0. */
  readonly task: number;
}

export interface ConnectorInfo {
  readonly name: string;
  /** As it was given, `name` included; references to config providers are not resolved. */
  readonly config: ConfigProperties;
  readonly tasks: readonly ConnectorTaskId[];
  readonly type: ConnectorType;
}

export interface RunStatus {
  readonly state: RunState;
  /** `host:port` of the worker's REST. */
  readonly workerId: string;
  /** Of the plugin. */
  readonly version?: string;
  /** Why it failed. */
  readonly trace?: string;
  /** How often the worker has restarted it by itself since it last ran well. Beyond Kafka Connect. */
  readonly restarts?: number;
  /** When the worker restarts it by itself, milliseconds since 1970. Beyond Kafka Connect. */
  readonly nextRestartAtMs?: number;
}

export interface TaskStatus extends RunStatus {
  readonly id: number;
}

export interface ConnectorStatus {
  readonly name: string;
  readonly connector: RunStatus;
  readonly tasks: readonly TaskStatus[];
  readonly type: ConnectorType;
}

export interface TaskInfo {
  readonly id: ConnectorTaskId;
  readonly config: TaskConfig;
}

/** A place and how far a connector is there; of sinks `{kafka_topic, kafka_partition}` and `{kafka_offset}`. Null: remove it. */
export interface ConnectorOffset {
  readonly partition: Position;
  readonly offset: Position | null;
}

export interface PutConnectorOptions {
  /** Of a connector that is made new. Default STARTED. */
  readonly initialState?: TargetState;
  /** Refuse with 409 when there is one of that name. */
  readonly onlyIfNew?: boolean;
}

export interface PutConnectorResult {
  readonly created: boolean;
  readonly info: ConnectorInfo;
}

export interface RestartRequest {
  readonly connector: string;
  readonly includeTasks: boolean;
  readonly onlyFailed: boolean;
}

/** Headers of a request between workers (KIP-507). */
export interface RequestSignature {
  /** Base64 of the HMAC; undefined: the request had none. */
  readonly signature: string | undefined;
  readonly algorithm: string | undefined;
}

export interface HerderHealth {
  /** `starting` until it can serve; `unhealthy` when its loop has not come round in time. */
  readonly status: 'healthy' | 'starting' | 'unhealthy';
  readonly message: string;
}

export interface Herder {
  /** Resolves when it can serve; until then {@link health} is `starting`. */
  start(): Promise<void>;
  /** Stops connectors and tasks of this worker, each within the graceful timeout. */
  stop(): Promise<void>;
  health(): Promise<HerderHealth>;
  /** Of the cluster that the worker works with. */
  kafkaClusterId(): Promise<string>;

  /** Names, in the order in which they are to be shown. */
  connectors(): Promise<readonly string[]>;
  connectorInfo(connector: string): Promise<ConnectorInfo>;
  connectorConfig(connector: string): Promise<ConfigProperties>;
  connectorStatus(connector: string): Promise<ConnectorStatus>;
  taskConfigs(connector: string): Promise<readonly TaskInfo[]>;
  taskStatus(id: ConnectorTaskId): Promise<TaskStatus>;

  /** Validates, then stores and starts. `config` has `name` in it already. */
  putConnector(connector: string, config: ConfigProperties, options?: PutConnectorOptions): Promise<PutConnectorResult>;
  /** Null removes a setting (KIP-477). */
  patchConnector(connector: string, patch: Readonly<Record<string, string | null>>): Promise<PutConnectorResult>;
  deleteConnector(connector: string): Promise<void>;

  pauseConnector(connector: string): Promise<void>;
  resumeConnector(connector: string): Promise<void>;
  /** Ends its tasks; then offsets can be altered. Resolves when that is on its way. */
  stopConnector(connector: string): Promise<void>;

  /** The connector alone, not its tasks. */
  restartConnector(connector: string): Promise<void>;
  /** What it restarts has the state RESTARTING in the result (KIP-745). */
  restartConnectorAndTasks(request: RestartRequest): Promise<ConnectorStatus>;
  restartTask(id: ConnectorTaskId): Promise<void>;

  /** Topics that its tasks have used since the last reset. */
  activeTopics(connector: string): Promise<readonly string[]>;
  resetActiveTopics(connector: string): Promise<void>;

  connectorOffsets(connector: string): Promise<readonly ConnectorOffset[]>;
  /** Of a STOPPED connector only. Resolves with the message that tells what was done. */
  alterConnectorOffsets(connector: string, offsets: readonly ConnectorOffset[]): Promise<string>;
  resetConnectorOffsets(connector: string): Promise<string>;

  /** Sets the level on all workers (KIP-976); on a standalone one, on itself. */
  setClusterLoggerLevel(logger: string, level: string): Promise<void>;

  /** A worker tells the leader the tasks that its connector has planned; signed. */
  putTaskConfigs(connector: string, configs: readonly TaskConfig[], request: SignedRequest): Promise<void>;
  /** A worker asks the leader to fence the tasks of a connector of before; signed. */
  fenceZombies(connector: string, request: SignedRequest): Promise<void>;
}

/** A request between workers, as it came. */
export interface SignedRequest extends RequestSignature {
  readonly body: Uint8Array;
}
