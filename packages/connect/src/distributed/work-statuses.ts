/**
 * What the status topic says of what runs: written for the work of this worker, read for all.
 *
 * Owns: which of this worker's work is being started anew.
 * Invariants: nothing is told of what is not configured any more, and what was told of it is forgotten. Work that was told to start anew is
 *   RESTARTING from its end until it runs again.
 */
import type { ConfigProperties } from '@millrace/connect-api';
import { taskKey, workKey, type WorkLoad } from '../group/work-load.ts';
import { notFound } from '../herder/herder-error.ts';
import type { ConnectorStatus, ConnectorTaskId, ConnectorType, RunStatus, TaskStatus } from '../herder/herder.ts';
import type { ConfigState, StoredConnector } from '../stores/config-state.ts';
import type { StoredStatus } from '../stores/status-records.ts';
import type { StatusStore } from '../stores/status-store.ts';

export interface WorkStatusesOptions {
  readonly store: StatusStore;
  readonly state: ConfigState;
  readonly typeOf: (config: ConfigProperties) => ConnectorType;
  /** Of the last round; 0: there was none. */
  readonly generation: () => number;
}

export class WorkStatuses {
  readonly #options: WorkStatusesOptions;
  readonly #restarting = new Set<string>();

  constructor(options: WorkStatusesOptions) {
    this.#options = options;
  }

  ofConnector({ name, config }: StoredConnector): ConnectorStatus {
    const { store, typeOf } = this.#options;
    const status = store.connector(name);
    return {
      name,
      // Between its configuration and its first start nobody has it.
      connector: status === undefined ? { state: 'UNASSIGNED', workerId: '' } : runStatus(status),
      tasks: store.tasks(name).map(({ id, status: ofTask }) => ({ id: id.task, ...runStatus(ofTask) })),
      type: typeOf(config),
    };
  }

  /** Throws MILLRACE_CONNECT_NOT_FOUND. */
  ofTask(id: ConnectorTaskId): TaskStatus {
    const status = this.#options.store.task(id);
    if (status === undefined) throw notFound.taskStatus(id.connector, id.task);
    return { id: id.task, ...runStatus(status) };
  }

  /** Tasks that were not told to have ended, here or elsewhere. */
  stillRunning(connector: string): readonly { readonly id: ConnectorTaskId; readonly workerId: string }[] {
    return this.#options.store.tasks(connector).flatMap(({ id, status: { state, workerId } }) => {
      return state === 'UNASSIGNED' ? [] : [{ id, workerId }];
    });
  }

  /** Which of the work has failed. */
  failedOf({ connectors, tasks }: WorkLoad): WorkLoad {
    const { store } = this.#options;
    return {
      connectors: connectors.filter((each) => store.connector(each)?.state === 'FAILED'),
      tasks: tasks.filter((each) => store.task(each)?.state === 'FAILED'),
    };
  }

  tellConnector(connector: string, status: RunStatus): void {
    const { store, state } = this.#options;
    if (state.connector(connector) === undefined) return store.forget(connector);
    store.write(connector, this.#toStore(workKey(connector), status));
  }

  tellTask(id: ConnectorTaskId, status: RunStatus): void {
    const { store, state } = this.#options;
    const stored = state.connector(id.connector);
    if (stored === undefined) return store.forget(id.connector);
    if (stored.tasks[id.task] === undefined) return store.forgetTask(id);
    store.write(id, this.#toStore(taskKey(id), status));
  }

  /** It is about to be started anew. */
  tellRestart(work: WorkLoad): void {
    for (const connector of work.connectors) this.#restarting.add(workKey(connector));
    for (const id of work.tasks) this.#restarting.add(taskKey(id));
  }

  /** Nobody runs what waits for a worker that went away, and readers of the status should know. */
  tellWaiting(waiting: WorkLoad): void {
    const { store } = this.#options;
    const generation = this.#options.generation();
    const lost = (status: StoredStatus | undefined): StoredStatus | undefined =>
      status === undefined || status.state === 'UNASSIGNED'
        ? undefined
        : { state: 'UNASSIGNED', workerId: status.workerId, generation, trace: undefined, version: undefined };
    for (const connector of waiting.connectors) {
      const status = lost(store.connector(connector));
      if (status !== undefined) store.write(connector, status);
    }
    for (const id of waiting.tasks) {
      const status = lost(store.task(id));
      if (status !== undefined) store.write(id, status);
    }
  }

  /** Of what is configured no more. Whoever still runs it tells when it has ended; with `isEnded` nobody does. */
  forgetGone(connector: string, isEnded: boolean): void {
    const { store, state } = this.#options;
    const stored = state.connector(connector);
    if (stored === undefined) return store.forget(connector);
    for (const { id, status } of store.tasks(connector)) {
      if (id.task < stored.tasks.length) continue;
      if (isEnded || status.state === 'UNASSIGNED') store.forgetTask(id);
    }
  }

  /** A worker that went away for good tells nothing of what it had. */
  forgetAllGone(): void {
    for (const connector of this.#options.store.connectors()) this.forgetGone(connector, true);
  }

  #toStore(key: string, { state, workerId, version, trace, restarts, nextRestartAtMs }: RunStatus): StoredStatus {
    const isRestarting = state === 'UNASSIGNED' && this.#restarting.has(key);
    if (state !== 'UNASSIGNED') this.#restarting.delete(key);
    return {
      state: isRestarting ? 'RESTARTING' : state,
      workerId,
      version,
      trace,
      generation: this.#options.generation(),
      ...(restarts === undefined ? {} : { restarts }),
      ...(nextRestartAtMs === undefined ? {} : { nextRestartAtMs }),
    };
  }
}

function runStatus({ state, workerId, version, trace, restarts, nextRestartAtMs }: StoredStatus): RunStatus {
  return {
    state,
    workerId,
    ...(version === undefined ? {} : { version }),
    ...(trace === undefined ? {} : { trace }),
    ...(restarts === undefined ? {} : { restarts }),
    ...(nextRestartAtMs === undefined ? {} : { nextRestartAtMs }),
  };
}
