/**
 * What a herder asks of the worker of its process, and what it is told. The worker runs connectors and tasks; which ones is up to the herder.
 */
import type { ConfigProperties, TaskConfig } from '@millrace/connect-api';
import type { ExactlyOnceTask } from '../task/task-host.ts';
import type { ConnectorOffset, ConnectorTaskId, RunStatus, TargetState } from '../herder/herder.ts';

export interface StartConnector {
  readonly name: string;
  /** As stored: references to config providers are resolved by the worker. */
  readonly config: ConfigProperties;
  readonly targetState: TargetState;
  /**
   * The tasks that the connector wants now, ready to be stored: each holds the connector's settings and what the plan adds. Called after the
   * start, and again whenever the connector plans anew. A task has to be restarted exactly when its configuration has changed.
   */
  onPlan(configs: readonly TaskConfig[]): void;
}

export interface StartTask {
  readonly id: ConnectorTaskId;
  readonly connectorConfig: ConfigProperties;
  /** As stored. */
  readonly taskConfig: TaskConfig;
  readonly targetState: TargetState;
  /** Of sources; absent: at least once. The generations before it have been fenced by the caller. */
  readonly exactlyOnce?: ExactlyOnceTask;
  /**
   * Exactly once only (KIP-618): called whenever the task asks for its offsets, which it does after its producer has fenced its predecessors
   * and before it writes. Rejects when the task is not ours any more.
   */
  readonly confirmOwnership?: () => Promise<void>;
}

/** What became of a connector or task of this worker. `workerId` is the worker's. */
export interface WorkerListener {
  connectorStatus(connector: string, status: RunStatus): void;
  taskStatus(id: ConnectorTaskId, status: RunStatus): void;
  /** A task has read from or written to the topic; told once per task and topic. */
  topicUsed(id: ConnectorTaskId, topic: string): void;
}

/** Runs connectors and tasks in this process, and restarts by itself what failed, with a backoff (`errors.restart.*`). */
export interface ConnectWorker extends AsyncDisposable {
  /** `host:port` of its REST. */
  readonly workerId: string;
  /** Has to be set before the first start. */
  listen(listener: WorkerListener): void;
  readonly connectors: readonly string[];
  readonly tasks: readonly ConnectorTaskId[];
  /** Resolves when it runs or has failed, which the listener is told. Throws only when it is here already. */
  startConnector(start: StartConnector): Promise<void>;
  /** Resolves when it has ended, at the latest after the graceful timeout. Nothing happens when it is not here. */
  stopConnector(connector: string): Promise<void>;
  startTask(start: StartTask): Promise<void>;
  stopTasks(ids: readonly ConnectorTaskId[]): Promise<void>;
  /** Of the connector and those of its tasks that are here. STOPPED ends the tasks. */
  setTargetState(connector: string, state: TargetState): Promise<void>;
  /** Of a source from the offset store, of a sink from its group. */
  connectorOffsets(connector: string, config: ConfigProperties): Promise<readonly ConnectorOffset[]>;
  /** Undefined resets all. The caller has made sure that no task of it runs anywhere. Resolves with the message for the user. */
  alterOffsets(
    connector: string,
    config: ConfigProperties,
    offsets: readonly ConnectorOffset[] | undefined,
  ): Promise<string>;
}
