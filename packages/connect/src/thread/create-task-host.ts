/**
 * Runs tasks, plans and calls into plugins, each in a thread of its own (or in this one, where the settings say so).
 *
 * Owns: the threads and whoever listens to them.
 * Invariants: a task that loops, leaks or hangs ends alone. What a task is told to do is done by force when its time is over.
 * Bounds: a thread for each task and for each connector whose plan goes on; one per call.
 */
import { MillraceError, silentLogger, type Logger, type MetricsRegistry, noMetrics } from '@millrace/base';
import type { Plugin } from '@millrace/connect-api';
import { builtInPlugins } from '../built-in-plugins.ts';
import { runAlterOffsets, runPlan, runValidation, type OffsetToAlter } from '../task/run-task.ts';
import { failureOf, TaskError } from '../task/task-error.ts';
import type {
  ConnectorEvents,
  ConnectorSpec,
  RunningConnector,
  RunningTask,
  TaskEvents,
  TaskFailure,
  TaskHost,
  TaskSpec,
  ValidatedConfig,
} from '../task/task-host.ts';
import { InlineTask } from './inline-task.ts';
import { PluginThread } from './plugin-thread.ts';
import { TaskMetricFamilies } from './task-metric-families.ts';
import { ThreadTask } from './thread-task.ts';
import { loggerOf, logLine } from './thread-log.ts';
import type { FromThread, ThreadJob } from './thread-messages.ts';

export interface TaskHostOptions {
  readonly log?: Logger;
  readonly metrics?: MetricsRegistry;
  /** For tasks that run inline. Default: those of the worker; threads know those alone. */
  readonly builtIn?: readonly Plugin[];
}

const TICK_MS = 1_000;

interface Deadline {
  ticksLeft: number;
  readonly onOver: () => void;
}

export function createTaskHost(options: TaskHostOptions = {}): TaskHost {
  return new ThreadTaskHost(options);
}

class ThreadTaskHost implements TaskHost {
  readonly #log: Logger;
  readonly #families: TaskMetricFamilies;
  readonly #builtIn: readonly Plugin[];
  readonly #tasks = new Set<ThreadTask | InlineTask>();
  readonly #connectors = new Set<RunningConnector>();
  readonly #calls = new Set<PluginThread>();
  readonly #deadlines = new Set<Deadline>();
  readonly #ticking: NodeJS.Timeout;

  constructor({ log = silentLogger, metrics = noMetrics, builtIn = builtInPlugins }: TaskHostOptions) {
    this.#log = log;
    this.#families = new TaskMetricFamilies(metrics, log);
    this.#builtIn = builtIn;
    this.#ticking = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  start(spec: TaskSpec, events: TaskEvents): RunningTask {
    const parts = { spec, events, log: loggerOf(this.#log, spec.connector, spec.task), families: this.#families };
    const task = spec.settings.isolation === 'inline' ? new InlineTask(parts, this.#builtIn) : new ThreadTask(parts);
    this.#tasks.add(task);
    void task.done.then(() => this.#tasks.delete(task));
    return task;
  }

  startConnector(spec: ConnectorSpec & { readonly tasksMax: number }, events: ConnectorEvents): RunningConnector {
    const running =
      spec.settings.isolation === 'inline' ? this.#planInline(spec, events) : this.#planThread(spec, events);
    this.#connectors.add(running);
    return running;
  }

  async validate(
    spec: ConnectorSpec,
    { isCheckSkipped = false }: { readonly isCheckSkipped?: boolean } = {},
  ): Promise<ValidatedConfig> {
    if (spec.settings.isolation === 'inline') {
      return this.#callInline(spec, (signal) => runValidation(spec, isCheckSkipped, this.#context(spec, signal)));
    }
    const answer = await this.#call(spec, { kind: 'validate', spec, isCheckSkipped }, 'validated');
    return answer.config;
  }

  async alterOffsets(spec: ConnectorSpec, changes: readonly OffsetToAlter[]): Promise<'done' | 'framework-only'> {
    if (spec.settings.isolation === 'inline') {
      return this.#callInline(spec, (signal) => runAlterOffsets(spec, changes, this.#context(spec, signal)));
    }
    const answer = await this.#call(spec, { kind: 'alter-offsets', spec, changes }, 'altered');
    return answer.outcome;
  }

  async close(): Promise<void> {
    clearInterval(this.#ticking);
    await Promise.all([
      ...Array.from(this.#tasks, (task) => task.stop()),
      ...Array.from(this.#connectors, (connector) => connector.stop()),
      ...Array.from(this.#calls, (thread) => thread.terminate()),
    ]);
  }

  #tick(): void {
    for (const task of this.#tasks) task.tick();
    for (const deadline of this.#deadlines) {
      deadline.ticksLeft--;
      if (deadline.ticksLeft >= 0) continue;
      this.#deadlines.delete(deadline);
      deadline.onOver();
    }
  }

  /** Calls back when the time is over, give or take a second; time in which the process itself stood still does not count. */
  #after(ms: number, onOver: () => void): { cancel(): void } {
    const deadline: Deadline = { ticksLeft: Math.ceil(ms / TICK_MS), onOver };
    this.#deadlines.add(deadline);
    return { cancel: () => this.#deadlines.delete(deadline) };
  }

  #planThread(spec: ConnectorSpec & { readonly tasksMax: number }, events: ConnectorEvents): RunningConnector {
    const { tasksMax, ...connectorSpec } = spec;
    const log = loggerOf(this.#log, spec.connector);
    const thread = new PluginThread({
      name: `connector ${spec.connector}`,
      job: { kind: 'plan', spec: connectorSpec, tasksMax },
      maxHeapMb: spec.settings.maxHeapMb,
      onMessage: (message) => {
        if (message.kind === 'log') logLine(log, message);
        if (message.kind !== 'tasks') return;
        firstPlan.cancel();
        events.onTasks(message.configs);
      },
    });
    const firstPlan = this.#after(spec.settings.callTimeoutMs, () => {
      thread.fail(failureOf(lateError(spec, 'the plan')));
    });
    let isStopped = false;
    void thread.ended.then((failure) => {
      firstPlan.cancel();
      if (failure !== undefined && !isStopped) events.onFailed(failure);
    });
    const running: RunningConnector = {
      spec: connectorSpec,
      stop: async () => {
        isStopped = true;
        this.#connectors.delete(running);
        await thread.stop(spec.settings.shutdownTimeoutMs);
      },
    };
    return running;
  }

  #planInline(spec: ConnectorSpec & { readonly tasksMax: number }, events: ConnectorEvents): RunningConnector {
    const stopping = new AbortController();
    const run = async (): Promise<void> => {
      for await (const tasks of runPlan(spec, spec.tasksMax, this.#context(spec, stopping.signal)))
        events.onTasks(tasks);
    };
    const ended = run().catch((error: unknown) => {
      if (!stopping.signal.aborted) events.onFailed(failureOf(error));
    });
    const running: RunningConnector = {
      spec,
      stop: async () => {
        stopping.abort();
        this.#connectors.delete(running);
        await ended;
      },
    };
    return running;
  }

  async #call<Kind extends FromThread['kind']>(
    spec: ConnectorSpec,
    job: ThreadJob,
    kind: Kind,
  ): Promise<Extract<FromThread, { readonly kind: Kind }>> {
    const log = loggerOf(this.#log, spec.connector);
    let answer: Extract<FromThread, { readonly kind: Kind }> | undefined;
    const thread = new PluginThread({
      name: `${job.kind} of ${spec.connector}`,
      job,
      maxHeapMb: spec.settings.maxHeapMb,
      onMessage: (message) => {
        if (message.kind === 'log') logLine(log, message);
        if (message.kind === kind) answer = message as Extract<FromThread, { readonly kind: Kind }>;
      },
    });
    this.#calls.add(thread);
    const { callTimeoutMs } = spec.settings;
    let isLate = false;
    const deadline = this.#after(callTimeoutMs, () => {
      isLate = true;
      void thread.terminate();
    });
    const failure = await thread.ended;
    deadline.cancel();
    this.#calls.delete(thread);
    if (answer !== undefined) return answer;
    if (failure !== undefined) throw errorOf(failure);
    if (isLate) throw lateError(spec, job.kind);
    throw new TaskError('MILLRACE_CONNECT_TASK_ENDED', `${job.kind} of ${spec.connector} was ended: the worker closes`);
  }

  async #callInline<Value>(spec: ConnectorSpec, call: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    const late = new AbortController();
    const failed = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.abort();
      failed.reject(lateError(spec, 'a call'));
    }, spec.settings.callTimeoutMs);
    try {
      return await Promise.race([call(late.signal), failed.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #context(spec: ConnectorSpec, signal: AbortSignal): Parameters<typeof runPlan>[2] {
    return { log: loggerOf(this.#log, spec.connector), signal, builtIn: this.#builtIn };
  }
}

function lateError({ connector, settings }: ConnectorSpec, what: string): TaskError {
  const seconds = String(settings.callTimeoutMs / 1_000);
  return new TaskError(
    'MILLRACE_CONNECT_TIMEOUT',
    `${what} of ${connector} took more than ${seconds} s and was ended: see whether what it looks at can be reached`,
    { retriable: true },
  );
}

function errorOf({ code, message, isRetriable, trace }: TaskFailure): MillraceError {
  const error = new MillraceError(code === '' ? 'MILLRACE_CONNECT_FAILED' : code, message, { retriable: isRetriable });
  error.stack = trace;
  return error;
}
