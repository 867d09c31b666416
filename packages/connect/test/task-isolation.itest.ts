/** A task that loops, leaks or never ends takes nobody with it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { FromThread } from '../src/thread/thread-messages.ts';
import { TaskFixture, valuesTo } from './task/task-fixture.ts';

describe('a task beside others', () => {
  it('is ended when it loops, and the others go on', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1, other: 1 });
    const looping = fixture.start('CountingSource', { 'loop.at': '20' }, { settings: { stallTimeoutMs: 2_000 } });
    const other = fixture.start('CountingSource', { topic: 'other' }, { connector: 'other' });

    const end = await looping.task.done;

    expect(end).toMatchObject({ kind: 'failed', failure: { code: 'MILLRACE_CONNECT_TASK_STALLED' } });
    await fixture.waitUntil('the other is done', async () => (await fixture.values('other')).length === 100);
    expect(await other.task.stop()).toEqual({ kind: 'stopped', isTerminated: false });
  });

  it('is ended when it leaks, with the setting that would help', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1, other: 1 });
    const other = fixture.start('CountingSource', { topic: 'other' }, { connector: 'other' });
    const leaking = fixture.start('CountingSource', { 'leak.at': '20' }, { settings: { maxHeapMb: 64 } });

    const end = await leaking.task.done;

    expect(end).toMatchObject({ kind: 'failed', failure: { code: 'MILLRACE_CONNECT_TASK_MEMORY' } });
    expect(end.kind === 'failed' && end.failure.message).toContain('64 MB by task.max.heap.mb');
    await fixture.waitUntil('the other is done', async () => (await fixture.values('other')).length === 100);
    await other.task.stop();
  });

  it('in a process of its own takes nobody with it, whatever memory it takes at once', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1, other: 1 });
    const settings = { isolation: 'process', maxHeapMb: 64 } as const;
    const other = fixture.start('CountingSource', { topic: 'other' }, { connector: 'other', settings });
    const greedy = fixture.start('CountingSource', { 'burst.at': '20' }, { settings });

    const end = await greedy.task.done;

    expect(end).toMatchObject({ kind: 'failed', failure: { code: 'MILLRACE_CONNECT_TASK_MEMORY' } });
    await fixture.waitUntil('the other is done', async () => (await fixture.values('other')).length === 100);
    expect(await other.task.stop()).toEqual({ kind: 'stopped', isTerminated: false });
    expect(other.states).toEqual(['RUNNING']);
    expect(fixture.offsets.get({ source: 'all' })).toEqual({ next: 100 });
  });

  it.each([
    ['loops', { 'loop.at': '20' }, 'MILLRACE_CONNECT_TASK_STALLED'],
    ['breaks', { 'break.at': '20' }, ''],
    ['leaves a promise rejected', { 'reject.at': '20' }, ''],
  ])('in a process of its own fails as in a thread when it %s', async (_what, config, code) => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const { task } = fixture.start('CountingSource', config, {
      settings: { isolation: 'process', stallTimeoutMs: 3_000 },
    });

    expect(await task.done).toMatchObject({ kind: 'failed', failure: { code } });
  });

  it('in a process of its own ends with its worker, also when it loops', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const execArgv = ['--conditions=@millrace/source', '--no-warnings'];
    const url = new URL('../src/thread/task-process.ts', import.meta.url);
    const child = fork(url, [], { serialization: 'advanced', execArgv });
    child.on('message', (message: FromThread) => {
      if (message.kind === 'read-offsets') child.send({ kind: 'offsets', id: message.id, offsets: [undefined] });
    });
    child.send({ kind: 'task', spec: fixture.spec('CountingSource', { 'loop.at': '20' }) });
    await fixture.waitUntil('started', () => fixture.lines('notes').includes('start 0'));

    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  });

  it.each([
    ['ends its process', { 'exit.at': '20' }, 'ended by itself'],
    ['leaves a promise rejected', { 'reject.at': '20' }, 'nobody waits for this'],
  ])('fails alone when it %s', async (_what, config, message) => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const { task } = fixture.start('CountingSource', config);

    const end = await task.done;

    expect(end).toMatchObject({ kind: 'failed' });
    expect(end.kind === 'failed' && end.failure.message).toContain(message);
  });

  it('is ended by force when it does not end in time, with what it wrote kept', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const { task } = fixture.start('CountingSource', { deaf: 'true' }, { settings: { shutdownTimeoutMs: 500 } });
    await fixture.waitUntil('written', async () => (await fixture.values('numbers')).length === 100);

    expect(await task.stop()).toEqual({ kind: 'stopped', isTerminated: true });
    expect(await task.done).toEqual({ kind: 'stopped', isTerminated: true });
    expect(await fixture.values('numbers')).toEqual(valuesTo(100));
  });

  it.each(['thread', 'process'] as const)(
    'that is taken away again before its %s has begun ends at once',
    async (isolation) => {
      await using fixture = await TaskFixture.create();
      const { task } = fixture.start('CountingSource', {}, { settings: { isolation, shutdownTimeoutMs: 1 } });

      expect(await task.stop()).toEqual({ kind: 'stopped', isTerminated: false });
    },
  );

  it('fails with what to do when its plugin is not there', async () => {
    await using fixture = await TaskFixture.create();
    const spec = fixture.spec('CountingSource', {});
    const task = fixture.host.start(
      { ...spec, plugin: { ...spec.plugin, name: 'Missing' } },
      { onState: () => undefined },
    );

    const end = await task.done;

    expect(end).toMatchObject({ kind: 'failed', failure: { code: 'MILLRACE_CONNECT_PLUGIN_LOAD' } });
    expect(end.kind === 'failed' && end.failure.message).toContain('it has CountingSource, FileSink, Picky');
  });
});

describe('calls into plugins', () => {
  it('plan tasks, once or again', async () => {
    await using fixture = await TaskFixture.create();
    const {
      kind: _kind,
      task: _task,
      taskConfig: _taskConfig,
      plugins: _plugins,
      ...spec
    } = fixture.spec('CountingSource', {
      plan: 'again',
    });
    const plans: unknown[] = [];
    const connector = fixture.host.startConnector(
      { ...spec, tasksMax: 2 },
      { onTasks: (configs) => plans.push(configs), onFailed: (failure) => plans.push(failure.message) },
    );
    await fixture.waitUntil('planned', () => plans.length === 2);

    expect(plans).toEqual([[{ part: '0' }, { part: '1' }], [{ part: 'only' }]]);
    await connector.stop();
  });

  it('tell why a plan failed, and end one that loops', async () => {
    await using fixture = await TaskFixture.create();
    const plans: unknown[] = [];
    const events = {
      onTasks: () => undefined,
      onFailed: (failure: { message: string }) => plans.push(failure.message),
    };
    fixture.host.startConnector({ ...fixture.spec('CountingSource', { plan: 'throws' }), tasksMax: 1 }, events);
    await fixture.waitUntil('failed', () => plans.length === 1);
    const looping = fixture.host.startConnector(
      { ...fixture.spec('CountingSource', { plan: 'loops' }, { settings: { shutdownTimeoutMs: 200 } }), tasksMax: 1 },
      events,
    );
    await looping.stop();
    expect(plans).toEqual(['no plan today']);

    const settings = { callTimeoutMs: 1_000 };
    fixture.host.startConnector(
      { ...fixture.spec('CountingSource', { plan: 'loops' }, { settings }), tasksMax: 1 },
      events,
    );
    await fixture.waitUntil('ended', () => plans.length === 2);
    expect(plans[1]).toMatch(/the plan of test took more than 1 s/);
  });

  it('read settings and look at the outside world, in time', async () => {
    await using fixture = await TaskFixture.create();
    const spec = fixture.spec('org.example.CountingSource', { check: 'unreachable' });
    expect(await fixture.host.validate(spec)).toMatchObject({
      kind: 'source',
      version: '1.0.0',
      issues: [{ key: 'check', message: 'is unreachable' }],
      delivery: { exactlyOnce: true, ownTransactions: true },
    });
    expect((await fixture.host.validate(spec, { isCheckSkipped: true })).issues).toEqual([]);
    const invalid = fixture.spec('CountingSource', { invalid: 'x' });
    expect((await fixture.host.validate(invalid)).issues).toEqual([{ key: 'invalid', message: 'must not be set' }]);
    const hanging = fixture.spec('CountingSource', { check: 'hangs' }, { settings: { callTimeoutMs: 1_500 } });
    await expect(fixture.host.validate(hanging)).rejects.toMatchObject({ code: 'MILLRACE_CONNECT_TIMEOUT' });
  });

  it('ask about offsets that change', async () => {
    await using fixture = await TaskFixture.create();
    const spec = fixture.spec('CountingSource', {});
    const partition = { source: 'all' };
    expect(await fixture.host.alterOffsets(spec, [{ partition, offset: { next: 3 } }])).toBe('done');
    await expect(fixture.host.alterOffsets(spec, [{ partition, offset: { other: 3 } }])).rejects.toThrow('has next');
    expect(await fixture.host.alterOffsets(fixture.spec('FileSink', {}), [])).toBe('framework-only');
  });
});
