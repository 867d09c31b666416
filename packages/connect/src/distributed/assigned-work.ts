/**
 * What the group gave this worker, running: brings what runs here in line with what should.
 *
 * Owns: what of the given work was started, and in which version of its configuration.
 * Invariants: level-triggered: any change only asks to look again. Nothing is started that is not given at that moment, nor before what ran
 *   of it has ended; what is taken away has ended when {@link AssignedWork.release} resolves. A task is restarted when its configuration
 *   changed, and one that writes exactly once whenever tasks of its connector were committed anew, since the leader fences all of them then.
 *   A start or an end that takes long holds up nothing else.
 */
import { messageOf, type Logger } from '@millrace/base';
import type { TaskConfig } from '@millrace/connect-api';
import type { ConnectorTaskId, TargetState } from '../herder/herder.ts';
import { isNoWork, NO_WORK, taskKey, withoutWork, workKey, type WorkLoad } from '../group/work-load.ts';
import type { ConfigState, StoredConnector } from '../stores/config-state.ts';
import type { ConnectWorker, StartTask } from '../worker/worker-types.ts';

export interface AssignedWorkOptions {
  readonly worker: ConnectWorker;
  readonly state: ConfigState;
  readonly log: Logger;
  /** Whether the connector's tasks write in transactions. */
  isExactlyOnce(connector: StoredConnector): boolean;
  /** Resolves when an exactly-once task may be started, with what its start needs. */
  prepareTask(
    connector: StoredConnector,
    id: ConnectorTaskId,
  ): Promise<Pick<StartTask, 'exactlyOnce' | 'confirmOwnership'>>;
  onPlan(connector: string, configs: readonly TaskConfig[]): void;
}

interface Running {
  readonly connector: string;
  /** Undefined: the connector itself. */
  readonly id: ConnectorTaskId | undefined;
  /** Changes when it has to be started anew. */
  readonly version: string;
  isGone: boolean;
}

export class AssignedWork {
  readonly #options: AssignedWorkOptions;
  readonly #running = new Map<string, Running>();
  readonly #ending = new Map<string, Promise<void>>();
  readonly #targets = new Map<string, TargetState>();
  readonly #restarts = new Map<string, number>();
  #given: WorkLoad = NO_WORK;
  #isAsked = false;

  constructor(options: AssignedWorkOptions) {
    this.#options = options;
  }

  get given(): WorkLoad {
    return this.#given;
  }

  /** From now on this is what should run here. */
  take(given: WorkLoad): void {
    this.#given = given;
    this.look();
  }

  /** Resolves when none of it runs here any more. */
  async release(work: WorkLoad): Promise<void> {
    this.#given = withoutWork(this.#given, work);
    this.#bringInLine();
    const keys = [...work.connectors.map((connector) => workKey(connector)), ...work.tasks.map(taskKey)];
    await Promise.all(keys.map((key) => this.#ending.get(key) ?? Promise.resolve()));
  }

  /** Starts it anew, as it is, where it is given to this worker. */
  restart(work: WorkLoad): void {
    for (const connector of work.connectors) this.#countRestart(workKey(connector));
    for (const id of work.tasks) this.#countRestart(taskKey(id));
    this.look();
  }

  /** Something may have changed. What is asked for in one turn is one look. */
  look(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    queueMicrotask(() => this.#bringInLine());
  }

  #countRestart(key: string): void {
    this.#restarts.set(key, (this.#restarts.get(key) ?? 0) + 1);
  }

  #bringInLine(): void {
    this.#isAsked = false;
    const wanted = this.#wanted();
    for (const [key, running] of this.#running) {
      if (wanted.get(key)?.version !== running.version) this.#end(key, running);
    }
    this.#tellTargets();
    for (const [key, next] of wanted) {
      // What ends is looked at again when it has ended.
      if (this.#running.has(key) || this.#ending.has(key)) continue;
      this.#running.set(key, next);
      if (next.id === undefined) void this.#startConnector(next);
      else void this.#startTask(next, next.id);
    }
    if (isNoWork(this.#given)) this.#restarts.clear();
  }

  #end(key: string, running: Running): void {
    const { worker, log } = this.#options;
    const { connector, id } = running;
    running.isGone = true;
    this.#running.delete(key);
    const ended = (id === undefined ? worker.stopConnector(connector) : worker.stopTasks([id]))
      .catch((error: unknown) => log.error('stopping work failed', { connector, ...id, error: messageOf(error) }))
      .finally(() => {
        this.#ending.delete(key);
        this.look();
      });
    this.#ending.set(key, ended);
  }

  #wanted(): Map<string, Running> {
    const { state } = this.#options;
    const wanted = new Map<string, Running>();
    for (const connector of this.#given.connectors) {
      const stored = state.connector(connector);
      if (stored === undefined) continue;
      const key = workKey(connector);
      const version = `${String(stored.configOffset)} ${String(this.#restarts.get(key) ?? 0)}`;
      wanted.set(key, { connector, id: undefined, version, isGone: false });
    }
    for (const id of this.#given.tasks) {
      const stored = state.connector(id.connector);
      const config = stored?.tasks[id.task];
      if (stored === undefined || config === undefined || stored.targetState === 'STOPPED') continue;
      const key = taskKey(id);
      const generation = this.#options.isExactlyOnce(stored) ? String(stored.tasksOffset) : '';
      const version = `${generation} ${String(this.#restarts.get(key) ?? 0)} ${JSON.stringify(config)}`;
      wanted.set(key, { connector: id.connector, id, version, isGone: false });
    }
    return wanted;
  }

  /** Pauses, resumes and stops what runs here already. */
  #tellTargets(): void {
    const { state, worker, log } = this.#options;
    const here = new Set([...this.#running.values()].map(({ connector }) => connector));
    for (const connector of this.#targets.keys()) if (!here.has(connector)) this.#targets.delete(connector);
    for (const connector of here) {
      const target = state.connector(connector)?.targetState;
      if (target === undefined || target === this.#targets.get(connector)) continue;
      const isNews = this.#targets.has(connector);
      this.#targets.set(connector, target);
      if (!isNews) continue;
      // A connector that is slow to follow must not hold up the others.
      worker.setTargetState(connector, target).catch((error: unknown) => {
        log.error('changing the state of a connector failed', { connector, target, error: messageOf(error) });
      });
    }
  }

  async #startConnector(running: Running): Promise<void> {
    const { worker, state, log } = this.#options;
    const { connector } = running;
    const stored = state.connector(connector);
    if (stored === undefined) return;
    this.#targets.set(connector, stored.targetState);
    try {
      await worker.startConnector({
        name: connector,
        config: stored.config,
        targetState: stored.targetState,
        onPlan: (configs) => {
          if (!running.isGone) this.#options.onPlan(connector, configs);
        },
      });
    } catch (error) {
      log.error('starting a connector failed', { connector, error: messageOf(error) });
    }
  }

  async #startTask(running: Running, id: ConnectorTaskId): Promise<void> {
    const { worker, state, log } = this.#options;
    try {
      const before = state.connector(id.connector);
      if (before === undefined) return;
      const more = this.#options.isExactlyOnce(before) ? await this.#options.prepareTask(before, id) : {};
      const stored = state.connector(id.connector);
      const taskConfig = stored?.tasks[id.task];
      if (running.isGone || stored === undefined || taskConfig === undefined) return;
      this.#targets.set(id.connector, this.#targets.get(id.connector) ?? stored.targetState);
      const { targetState, config: connectorConfig } = stored;
      await worker.startTask({ id, connectorConfig, taskConfig, targetState, ...more });
    } catch (error) {
      if (!running.isGone) log.error('starting a task failed', { ...id, error: messageOf(error) });
    }
  }
}
