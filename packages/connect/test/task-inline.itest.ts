/** Tasks in the thread of their caller behave as those in threads of their own, apart from being ended by force. */
import { TaskFixture, valuesTo } from './task/task-fixture.ts';

describe('an inline task', () => {
  it('writes, stores, tells and ends', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const { task, states } = fixture.start('CountingSource', { count: '200' }, { settings: { isolation: 'inline' } });
    await fixture.waitUntil('written', async () => (await fixture.values('numbers')).length === 200);

    expect(await task.stop()).toEqual({ kind: 'stopped', isTerminated: false });
    expect(await fixture.values('numbers')).toEqual(valuesTo(200));
    expect(states).toEqual(['RUNNING']);
    expect(fixture.lines('notes')).toEqual(['start 0', 'durable 200', 'disposed']);
  });

  it('says when it does not end in time', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const settings = { isolation: 'inline', shutdownTimeoutMs: 100 } as const;
    const { task, states } = fixture.start('CountingSource', { deaf: 'true' }, { settings });
    await fixture.waitUntil('running', () => states.length === 1);
    expect(await task.stop()).toEqual({ kind: 'stopped', isTerminated: true });
  });

  it('plans and validates there, too', async () => {
    await using fixture = await TaskFixture.create();
    const spec = fixture.spec(
      'CountingSource',
      { check: 'wrong' },
      { settings: { isolation: 'inline', callTimeoutMs: 200 } },
    );
    const plans: unknown[] = [];
    const connector = fixture.host.startConnector(
      { ...spec, tasksMax: 1 },
      { onTasks: (tasks) => plans.push(tasks), onFailed: (failure) => plans.push(failure) },
    );
    await fixture.waitUntil('planned', () => plans.length === 1);
    await connector.stop();

    expect(plans).toEqual([[{ part: '0' }]]);
    expect((await fixture.host.validate(spec)).issues).toEqual([{ key: 'check', message: 'is wrong' }]);
    const hanging = { ...spec, connectorConfig: { check: 'hangs' } };
    await expect(fixture.host.validate(hanging)).rejects.toMatchObject({ code: 'MILLRACE_CONNECT_TIMEOUT' });
    expect(await fixture.host.alterOffsets(spec, [])).toBe('done');
  });
});
