import { silentLogger, type Clock, type Timers } from '@millrace/base';
import type { ConfigProperties, TaskConfig } from '@millrace/connect-api';
import { builtInPlugins } from '../built-in-plugins.ts';
import type { RunStatus } from '../herder/herder.ts';
import { builtInPlugin, PluginRegistry } from '../plugins/plugin-registry.ts';
import { onePlace } from '../stores/offset-places.ts';
import type { OffsetStore } from '../stores/offset-store.ts';
import type { ConnectorEvents, RunningTask, TaskEnd, TaskEvents, TaskFailure, TaskHost } from '../task/task-host.ts';
import { Worker } from './worker.ts';
import { readWorkerSettings } from './worker-settings.ts';

/** Time that the test moves. */
class ManualTime implements Clock, Timers {
  #nowMs = 1_000_000;
  #timers: { readonly atMs: number; readonly callback: () => void }[] = [];

  nowMs = (): number => this.#nowMs;
  monotonicMs = (): number => this.#nowMs;

  schedule(delayMs: number, callback: () => void): { cancel(): void } {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return { cancel: () => void (this.#timers = this.#timers.filter((each) => each !== timer)) };
  }

  get pauses(): number[] {
    return this.#timers.map(({ atMs }) => atMs - this.#nowMs);
  }

  async pass(ms: number): Promise<void> {
    this.#nowMs += ms;
    const due = this.#timers.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#timers = this.#timers.filter((each) => !due.includes(each));
    for (const { callback } of due) callback();
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

interface StartedTask {
  readonly events: TaskEvents;
  readonly config: TaskConfig;
  readonly isPaused: boolean;
  fail(message: string): Promise<void>;
}

class FakeHost implements TaskHost {
  readonly tasks: StartedTask[] = [];
  readonly connectors: ConnectorEvents[] = [];
  readonly told: string[] = [];
  plan: readonly TaskConfig[] | Error = [{ part: '0' }];
  /** What tasks wait for before they end. */
  holdUp: Promise<void> | undefined;

  start(spec: Parameters<TaskHost['start']>[0], events: TaskEvents): RunningTask {
    const end = Promise.withResolvers<TaskEnd>();
    this.tasks.push({
      events,
      config: spec.taskConfig,
      isPaused: spec.isPaused === true,
      fail: async (message) => {
        end.resolve({ kind: 'failed', failure: failure(message) });
        await settle();
      },
    });
    events.onState(spec.isPaused === true ? 'PAUSED' : 'RUNNING');
    return {
      spec,
      done: end.promise,
      metrics: () => [],
      pause: () => void this.told.push('pause'),
      resume: () => void this.told.push('resume'),
      stop: async () => {
        this.told.push('stop');
        await this.holdUp;
        end.resolve({ kind: 'stopped', isTerminated: false });
        return end.promise;
      },
    };
  }

  startConnector(spec: Parameters<TaskHost['startConnector']>[0], events: ConnectorEvents) {
    this.connectors.push(events);
    queueMicrotask(() => {
      if (this.plan instanceof Error) events.onFailed(failure(this.plan.message));
      else events.onTasks(this.plan);
    });
    return { spec, stop: async () => void this.told.push('stop plan') };
  }

  validate(): never {
    throw new Error('not asked');
  }

  alterOffsets(): never {
    throw new Error('not asked');
  }

  async close(): Promise<void> {}
}

const failure = (message: string): TaskFailure => ({
  message,
  code: '',
  isRetriable: false,
  trace: `Error: ${message}\n    at x`,
});

const CONFIG: ConfigProperties = {
  name: 'one',
  'connector.class': 'FileStreamSource',
  'tasks.max': '1',
  file: '/x',
  topic: 't',
  password: '${env:SECRET}',
};
const ID = { connector: 'one', task: 0 };

function worker(properties: ConfigProperties = {}) {
  const host = new FakeHost();
  const time = new ManualTime();
  const settings = readWorkerSettings({ 'errors.restart.delay.ms': '1000', ...properties });
  const built = new Worker({
    workerId: 'here:8083',
    settings,
    plugins: new PluginRegistry(builtInPlugins.map(builtInPlugin)),
    host,
    offsets: onePlace({} as OffsetStore),
    resolve: async (config) =>
      Object.fromEntries(Object.entries(config).map(([key, text]) => [key, text.replace('${env:SECRET}', 'hush')])),
    log: silentLogger,
    clock: time,
    timers: time,
    // In the middle of the jitter.
    random: { next: () => 0.5, nextInt: () => 0, bytes: (length) => Buffer.alloc(length) },
  });
  const connectorStates: RunStatus[] = [];
  const taskStates: RunStatus[] = [];
  built.listen({
    connectorStatus: (_connector, status) => void connectorStates.push(status),
    taskStatus: (_id, status) => void taskStates.push(status),
    topicUsed: () => undefined,
  });
  const plans: (readonly TaskConfig[])[] = [];
  const startConnector = (config = CONFIG) =>
    built.startConnector({ name: 'one', config, targetState: 'STARTED', onPlan: (tasks) => void plans.push(tasks) });
  const startTask = (targetState: 'STARTED' | 'PAUSED' = 'STARTED') =>
    built.startTask({ id: ID, connectorConfig: CONFIG, taskConfig: { ...CONFIG, part: '0' }, targetState });
  return { built, host, time, connectorStates, taskStates, plans, startConnector, startTask };
}

describe('a connector of a worker', () => {
  it('plans tasks that hold its settings as they were given, with nothing resolved', async () => {
    const { startConnector, plans, connectorStates } = worker();

    await startConnector();

    expect(plans).toEqual([
      [{ ...CONFIG, part: '0', 'task.class': 'org.apache.kafka.connect.file.FileStreamSourceTask' }],
    ]);
    expect(connectorStates.at(-1)).toEqual({ state: 'RUNNING', workerId: 'here:8083', version: '0.1.0' });
  });

  it('fails when it plans more than tasks.max, and says what to set', async () => {
    const { startConnector, plans, connectorStates, host } = worker();
    host.plan = [{ part: '0' }, { part: '1' }];

    await startConnector();

    expect(plans).toEqual([]);
    expect(connectorStates.at(-1)).toMatchObject({ state: 'FAILED', trace: expect.stringMatching(/raise tasks\.max/) });
  });

  it('plans what it likes when tasks.max is not enforced', async () => {
    const { startConnector, plans, host } = worker();
    host.plan = [{ part: '0' }, { part: '1' }];

    await startConnector({ ...CONFIG, 'tasks.max.enforce': 'false' });

    expect(plans[0]).toHaveLength(2);
  });

  it('is started again after a failure, with pauses that double up to the longest', async () => {
    const { startConnector, time, connectorStates, host } = worker({ 'errors.restart.delay.max.ms': '3000' });
    host.plan = new Error('no database');

    await startConnector();
    const pauses: number[] = [];
    for (let round = 0; round < 4; round++) {
      const [pause = 0] = time.pauses.filter((each) => each !== 5_000);
      pauses.push(pause);
      await time.pass(pause);
    }

    expect(pauses).toEqual([1000, 2000, 3000, 3000]);
    expect(connectorStates.at(-1)).toMatchObject({ state: 'FAILED', restarts: 5, nextRestartAtMs: expect.any(Number) });
    host.plan = [];
    await time.pass(3000);
    expect(connectorStates.at(-1)).toMatchObject({ state: 'RUNNING' });
  });

  it('fails when its plugin is not there, without harm to the worker', async () => {
    const { startConnector, connectorStates } = worker();

    await startConnector({ ...CONFIG, 'connector.class': 'Nope' });

    expect(connectorStates.at(-1)).toMatchObject({ state: 'FAILED', trace: expect.stringMatching(/plugin\.path/) });
  });

  it('ends its plan when it is paused, and plans again when it is resumed', async () => {
    const { built, startConnector, host, plans, connectorStates } = worker();
    await startConnector();

    await built.setTargetState('one', 'PAUSED');
    expect(connectorStates.at(-1)?.state).toBe('PAUSED');
    expect(host.told).toEqual(['stop plan']);
    // What a plan of before still says is not heard.
    host.connectors[0]?.onTasks([]);
    await built.setTargetState('one', 'STARTED');

    expect(connectorStates.at(-1)?.state).toBe('RUNNING');
    expect(plans).toHaveLength(2);
  });
});

describe('a task of a worker', () => {
  it('gets its settings resolved', async () => {
    const { startTask, host, taskStates } = worker();

    await startTask();

    expect(host.tasks[0]?.config).toMatchObject({ password: 'hush', part: '0' });
    expect(taskStates).toEqual([{ state: 'RUNNING', workerId: 'here:8083', version: '0.1.0' }]);
  });

  it('is told to have ended when it has, however often it is stopped', async () => {
    const { built, startTask, host, taskStates } = worker();
    const held = Promise.withResolvers<void>();
    host.holdUp = held.promise;
    await startTask();

    const stopping = [built.stopTasks([ID]), built.setTargetState('one', 'STOPPED')];
    await settle();
    expect(taskStates.map(({ state }) => state)).toEqual(['RUNNING']);
    expect(built.tasks).toEqual([ID]);

    held.resolve();
    await Promise.all(stopping);
    expect(taskStates.map(({ state }) => state)).toEqual(['RUNNING', 'UNASSIGNED']);
    expect(built.tasks).toEqual([]);
  });

  it('that fails is told with its trace, and runs again after the pause', async () => {
    const { startTask, host, time, taskStates } = worker();
    await startTask();

    await host.tasks[0]?.fail('poison');
    expect(taskStates.at(-1)).toEqual({
      state: 'FAILED',
      workerId: 'here:8083',
      version: '0.1.0',
      trace: 'Error: poison\n    at x',
      restarts: 1,
      nextRestartAtMs: time.nowMs() + 1000,
    });
    await time.pass(1000);

    expect(host.tasks).toHaveLength(2);
    expect(taskStates.at(-1)).toMatchObject({ state: 'RUNNING', restarts: 1 });
  });

  it('that ran well for errors.restart.reset.ms begins to count anew', async () => {
    const { startTask, host, time, taskStates } = worker({ 'errors.restart.reset.ms': '60000' });
    await startTask();
    await host.tasks[0]?.fail('first');
    await time.pass(1000);
    await time.pass(60_000);

    await host.tasks[1]?.fail('second');

    expect(taskStates.at(-1)).toMatchObject({ restarts: 1, nextRestartAtMs: time.nowMs() + 1000 });
  });

  it('is not started again beyond errors.restart.max, or when the policy is never', async () => {
    const limited = worker({ 'errors.restart.max': '1' });
    await limited.startTask();
    await limited.host.tasks[0]?.fail('first');
    await limited.time.pass(1000);
    await limited.host.tasks[1]?.fail('second');
    expect(limited.time.pauses).toEqual([]);
    expect(limited.taskStates.at(-1)).not.toHaveProperty('nextRestartAtMs');

    const never = worker({ 'errors.restart.policy': 'never' });
    await never.startTask();
    await never.host.tasks[0]?.fail('first');
    expect(never.time.pauses).toEqual([]);
  });

  it('that was stopped is not started again, and what it says afterwards is not told', async () => {
    const { built, startTask, host, time, taskStates } = worker();
    await startTask();
    await host.tasks[0]?.fail('first');

    await built.stopTasks([ID]);
    await time.pass(10_000);
    host.tasks[0]?.events.onState('RUNNING');

    expect(host.tasks).toHaveLength(1);
    expect(taskStates.at(-1)?.state).toBe('UNASSIGNED');
    expect(built.tasks).toEqual([]);
  });

  it('that is paused while it waits for its restart comes up paused', async () => {
    const { built, startTask, host, time } = worker();
    await startTask();
    await host.tasks[0]?.fail('first');

    await built.setTargetState('one', 'PAUSED');
    await time.pass(1000);

    expect(host.tasks[1]?.isPaused).toBe(true);
  });

  it('that has failed for good says so also when it is paused and resumed', async () => {
    const { built, startTask, host, taskStates } = worker({ 'errors.restart.max': '0' });
    await startTask();
    await host.tasks[0]?.fail('for good');

    await built.setTargetState('one', 'PAUSED');
    await built.setTargetState('one', 'STARTED');

    expect(taskStates.map(({ state }) => state)).toEqual(['RUNNING', 'FAILED']);
    expect(taskStates.at(-1)?.trace).toContain('for good');
  });

  it('is never there twice', async () => {
    const { startTask } = worker();
    await startTask();

    await expect(startTask()).rejects.toThrow(/runs on this worker already/);
  });
});
