/**
 * A connector of this worker: runs its plan, which says what its tasks are.
 *
 * Invariants: the plan runs when the target is STARTED and at no other time; each plan that is handed on is whole, and no larger than
 *   `tasks.max` unless `tasks.max.enforce` is false.
 */
import { createDeferred, messageOf, type Deferred, type Timer } from '@millrace/base';
import type { TaskConfig } from '@millrace/connect-api';
import type { RunState, RunStatus, TargetState } from '../herder/herder.ts';
import type { RunningConnector } from '../task/task-host.ts';
import { RestartCount, restartSettings } from './restart-policy.ts';
import { failureTrace } from './failure-trace.ts';
import type { WorkerParts } from './worker.ts';
import type { StartConnector } from './worker-types.ts';

export class LocalConnector {
  readonly #start: StartConnector;
  readonly #parts: WorkerParts;
  readonly #restarts: RestartCount;
  #target: TargetState;
  #running: RunningConnector | undefined;
  #restartTimer: Timer | undefined;
  #startedAtMs = 0;
  #status: RunStatus | undefined;
  #hasPlanned = false;
  /** Of the start under way: a later one, or a stop, makes what comes of it void. */
  #epoch = 0;

  constructor(start: StartConnector, parts: WorkerParts) {
    this.#start = start;
    this.#parts = parts;
    this.#target = start.targetState;
    this.#restarts = new RestartCount(restartSettings(parts.settings, start.config), parts.random);
  }

  /** As the listener was told last. */
  get status(): RunStatus | undefined {
    return this.#status;
  }

  async start(): Promise<void> {
    if (this.#target === 'STARTED') await this.#run();
    else this.#tell(this.#target);
  }

  async stop(): Promise<void> {
    await this.#halt();
    this.#tell('UNASSIGNED');
  }

  async setTargetState(state: TargetState): Promise<void> {
    if (state === this.#target) return;
    this.#target = state;
    await this.#halt();
    await this.start();
  }

  async #halt(): Promise<void> {
    this.#epoch++;
    this.#restartTimer?.cancel();
    this.#restartTimer = undefined;
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
  }

  async #run(): Promise<void> {
    const epoch = ++this.#epoch;
    this.#startedAtMs = this.#parts.clock.monotonicMs();
    this.#hasPlanned = false;
    const settled = createDeferred<void>();
    try {
      const { name, config } = this.#start;
      const spec = await this.#parts.connectorSpec(name, config);
      if (epoch !== this.#epoch) return;
      const tasksMax = Number(spec.connectorConfig['tasks.max'] ?? 1);
      const isBound = (spec.connectorConfig['tasks.max.enforce'] ?? 'true').toLowerCase() !== 'false';
      this.#running = this.#parts.host.startConnector(
        { ...spec, tasksMax },
        {
          onTasks: (configs) => {
            if (epoch !== this.#epoch) return;
            if (isBound && configs.length > tasksMax) this.#fail(tooManyTasks(name, configs.length, tasksMax));
            else this.#planned(configs);
            settled.resolve();
          },
          onFailed: ({ trace }) => {
            if (epoch === this.#epoch) this.#fail(trace);
            settled.resolve();
          },
        },
      );
      await this.#settledOrStopped(settled);
    } catch (error) {
      if (epoch === this.#epoch) this.#fail(failureTrace(error));
    }
  }

  /** A connector may look around for long before its first plan: it runs meanwhile. */
  async #settledOrStopped(settled: Deferred<void>): Promise<void> {
    const timer = this.#parts.timers.schedule(PLAN_WAIT_MS, () => {
      if (this.#running !== undefined) this.#tell('RUNNING');
      settled.resolve();
    });
    await settled.promise;
    timer.cancel();
  }

  #planned(configs: readonly TaskConfig[]): void {
    if (!this.#hasPlanned) this.#parts.countStart('connector', true);
    this.#hasPlanned = true;
    this.#tell('RUNNING');
    const { config } = this.#start;
    const taskClass = this.#parts.pluginOf(config).className.replace(/Connector$/, 'Task');
    this.#start.onPlan(configs.map((planned) => ({ ...config, ...planned, 'task.class': taskClass })));
  }

  #fail(trace: string): void {
    this.#epoch++;
    const running = this.#running;
    this.#running = undefined;
    void running?.stop().catch((error: unknown) => {
      this.#parts.log.warn('a connector that failed did not end well', {
        connector: this.#start.name,
        reason: messageOf(error),
      });
    });
    const { clock, timers, log } = this.#parts;
    if (!this.#hasPlanned) this.#parts.countStart('connector', false);
    const pauseMs = this.#restarts.afterFailure(clock.monotonicMs() - this.#startedAtMs);
    log.error('a connector failed', { connector: this.#start.name, trace, restartInMs: pauseMs });
    this.#tell('FAILED', trace, pauseMs === undefined ? undefined : clock.nowMs() + pauseMs);
    if (pauseMs === undefined) return;
    this.#restartTimer = timers.schedule(pauseMs, () => void this.#run());
  }

  #tell(state: RunState, trace?: string, nextRestartAtMs?: number): void {
    const { count } = this.#restarts;
    this.#status = {
      state,
      workerId: this.#parts.workerId,
      ...versionOf(this.#parts, this.#start),
      ...(trace === undefined ? {} : { trace }),
      ...(count === 0 ? {} : { restarts: count }),
      ...(nextRestartAtMs === undefined ? {} : { nextRestartAtMs }),
    };
    this.#parts.listener().connectorStatus(this.#start.name, this.#status);
  }
}

const PLAN_WAIT_MS = 5_000;

function versionOf(parts: WorkerParts, { config }: StartConnector): { readonly version?: string } {
  try {
    return { version: parts.pluginOf(config).description.version };
  } catch {
    // A plugin that is not there has no version; the failure itself is told by the start.
    return {};
  }
}

function tooManyTasks(connector: string, count: number, tasksMax: number): string {
  return (
    `connector ${connector} has planned ${count} tasks, and tasks.max allows ${tasksMax}: raise tasks.max, or set tasks.max.enforce to ` +
    'false until the connector is repaired'
  );
}
