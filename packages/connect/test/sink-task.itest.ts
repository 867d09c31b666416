/** Sinks in threads of their own against a broker. */
import { TaskFixture, type Started } from './task/task-fixture.ts';

async function filled(count: number, partitions = 1): Promise<TaskFixture> {
  const fixture = await TaskFixture.create({ numbers: partitions });
  await fixture.broker.produce(
    'numbers',
    Array.from({ length: count }, (_, n) => ({
      key: String(n),
      value: `value ${String(n)}`,
      partition: n % partitions,
    })),
  );
  return fixture;
}

function lines(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `0 ${String(n)} value ${String(n)}`);
}

const SOON = { settings: { offsetFlushIntervalMs: 50 } };

function committed(fixture: TaskFixture, offset: number): Promise<void> {
  return fixture.waitUntil(`committed ${String(offset)}`, async () => {
    const offsets = await fixture.broker.committedOffsets('connect-test');
    return offsets.reduce((sum, each) => sum + Number(each.offset), 0) === offset;
  });
}

describe('a sink task', () => {
  it('hands over every record and commits what it has flushed', async () => {
    await using fixture = await filled(1000);
    const { task, states, topics } = fixture.start('FileSink', { topics: 'numbers', buffer: '1' }, SOON);
    await committed(fixture, 1000);

    expect(fixture.lines('out')).toEqual(lines(1000));
    expect({ states, topics }).toEqual({ states: ['RUNNING'], topics: ['numbers'] });
    expect(await task.stop()).toEqual({ kind: 'stopped', isTerminated: false });
    expect(fixture.lines('notes').slice(-3)).toEqual(['flush stop', 'revoked 0 false', 'disposed']);
    expect(fixture.metric(task, 'sink-record-send-total')).toBe(1000);
    expect(fixture.metric(task, 'sink-record-active-count')).toBe(0);
  });

  it('flushes and commits when it is stopped, and goes on from there', async () => {
    await using fixture = await filled(100);
    const first = fixture.start('FileSink', { topics: 'numbers', buffer: '1' });
    await fixture.waitUntil('taken', () => fixture.metric(first.task, 'sink-record-send-total') === 100);
    expect(fixture.lines('out')).toEqual([]);
    await first.task.stop();
    expect(fixture.lines('out')).toEqual(lines(100));

    await fixture.broker.produce('numbers', [{ value: 'value 100' }]);
    const second = fixture.start('FileSink', { topics: 'numbers' });
    await fixture.waitUntil('written', () => fixture.lines('out').length === 101);
    await second.task.stop();
    expect(fixture.lines('out')).toEqual(lines(101));
  });

  it('flushes at once when the sink asks for it', async () => {
    await using fixture = await filled(10);
    const { task } = fixture.start('FileSink', { topics: 'numbers', buffer: '1', 'commit.soon': 'true' });
    await committed(fixture, 10);
    expect(fixture.lines('notes')).toContain('flush asked');
    await task.stop();
  });

  it('hands over the same records again after an error that may pass', async () => {
    await using fixture = await filled(50);
    const { task } = fixture.start('FileSink', { topics: 'numbers', 'fail.at': '20' });
    await fixture.waitUntil('written', () => fixture.lines('out').length === 50);

    const failures = fixture.lines('notes').filter((line) => line.startsWith('failed'));
    expect(failures).toHaveLength(2);
    expect(failures[0]).toBe(failures[1]);
    expect(fixture.lines('out')).toEqual(lines(50));
    await task.stop();
  });

  it('fails for good with what the plugin threw, and commits only what was written', async () => {
    await using fixture = await filled(50);
    const config = { topics: 'numbers', 'break.at': '20', 'consumer.override.max.poll.records': '10' };
    const { task } = fixture.start('FileSink', config);

    const end = await task.done;

    expect(end).toMatchObject({ kind: 'failed', failure: { message: 'the target is broken' } });
    expect(fixture.lines('out')).toEqual(lines(20));
    await committed(fixture, 20);
  });

  it('begins where the target says', async () => {
    await using fixture = await filled(50);
    const { task } = fixture.start('FileSink', { topics: 'numbers', 'begin.at': '40' }, SOON);
    await fixture.waitUntil('written', () => fixture.lines('out').length === 10);
    expect(fixture.lines('out')).toEqual(lines(50).slice(40));
    await committed(fixture, 50);
    await task.stop();
  });

  it('loses nothing when it is killed, whatever it had in hand', async () => {
    await using fixture = await filled(2000);
    const config = {
      topics: 'numbers',
      buffer: '1',
      'pace.ms': '5',
      'consumer.override.max.poll.records': '7',
      'consumer.override.group.protocol': 'classic',
      'consumer.override.session.timeout.ms': '1000',
    };
    for (let kill = 0; kill < 4; kill++) {
      const { task } = fixture.start('FileSink', config, {
        settings: { shutdownTimeoutMs: 0, offsetFlushIntervalMs: 5 },
      });
      const before = fixture.lines('out').length;
      await fixture.waitUntil('some more', () => fixture.lines('out').length > before);
      await task.stop();
    }
    const { task } = fixture.start('FileSink', config, SOON);
    await committed(fixture, 2000);
    await task.stop();

    expect([...new Set(fixture.lines('out'))]).toEqual(lines(2000));
  });

  it('shares partitions with other tasks, and flushes those that it gives up', async () => {
    await using fixture = await filled(400, 4);
    const config = { topics: 'numbers', buffer: '1' };
    const first = fixture.start('FileSink', config, { settings: { offsetFlushIntervalMs: 60_000 } });
    await fixture.waitUntil('taken', () => fixture.metric(first.task, 'sink-record-send-total') === 400);
    expect(fixture.lines('out')).toEqual([]);

    const second = fixture.start('FileSink', config, { task: 1 });
    const partitions = (each: Started): number | undefined => fixture.metric(each.task, 'partition-count');
    await fixture.waitUntil('shared', () => partitions(first) === 2 && partitions(second) === 2);

    expect(fixture.lines('out')).toHaveLength(400);
    expect(fixture.lines('notes')).toContain('flush revoke');
    await second.task.stop();
    await first.task.stop();
    expect(fixture.lines('out')).toHaveLength(400);
  });

  it.each([
    ['tries again to flush what it gives up, while the group waits', 'once', false],
    ['gives up as lost what it cannot flush before it goes, and goes on with the rest', 'always', true],
  ])('%s', async (_what, fails, isLost) => {
    await using fixture = await filled(400, 4);
    const config = { topics: 'numbers', buffer: '1', 'revoke.fails': fails };
    const impatient = { ...config, 'consumer.override.max.poll.interval.ms': '3000' };
    const first = fixture.start('FileSink', fails === 'always' ? impatient : config);
    await fixture.waitUntil('taken', () => fixture.metric(first.task, 'sink-record-send-total') === 400);
    const second = fixture.start('FileSink', config, { task: 1 });
    const partitions = (each: Started): number | undefined => fixture.metric(each.task, 'partition-count');
    await fixture.waitUntil('shared', () => partitions(first) === 2 && partitions(second) === 2);

    const notes = fixture.lines('notes');
    expect(notes.filter((line) => line === 'flush revoke').length).toBeGreaterThan(1);
    expect(notes.filter((line) => line.startsWith('revoked')).map((line) => line.endsWith('true'))).toEqual([isLost]);
    expect(notes).not.toContain('disposed');
    const taken = isLost ? 200 : 0;
    await fixture.waitUntil('again', () => (fixture.metric(second.task, 'sink-record-send-total') ?? 0) === taken);
    await second.task.stop();
    await first.task.stop();
    const numbers = fixture.lines('out').map((line) => line.split(' ').at(-1));
    expect(numbers.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, n) => n));
  });

  it('stands still while it is paused and keeps its partitions', async () => {
    await using fixture = await filled(10);
    const { task, states } = fixture.start('FileSink', { topics: 'numbers' }, SOON);
    await committed(fixture, 10);
    task.pause();
    await fixture.waitUntil('paused', () => states.at(-1) === 'PAUSED');
    await fixture.broker.produce('numbers', [{ value: 'value 10' }]);
    const ratio = fixture.metric(task, 'pause-ratio') ?? 0;
    await fixture.waitUntil('a report later', () => (fixture.metric(task, 'pause-ratio') ?? 0) > ratio);
    expect(fixture.lines('out')).toHaveLength(10);
    expect(fixture.metric(task, 'partition-count')).toBe(1);

    task.resume();
    await fixture.waitUntil('resumed', () => fixture.lines('out').length === 11);
    await task.stop();
  });

  it('goes where its sink seeks', async () => {
    await using fixture = await filled(30);
    const config = { topics: 'numbers', 'seek.at': '25', 'consumer.override.max.poll.records': '10' };
    const { task } = fixture.start('FileSink', config, SOON);
    await fixture.waitUntil('written twice', () => fixture.lines('out').length === 60);
    expect(fixture.lines('out')).toEqual([...lines(30), ...lines(30)]);
    await committed(fixture, 30);
    await task.stop();
  });

  it('hands over nothing of a partition that its sink pauses', async () => {
    await using fixture = await filled(60, 2);
    const config = { topics: 'numbers', 'pause.at': '4', 'consumer.override.max.poll.records': '5' };
    const { task } = fixture.start('FileSink', config, SOON);
    await committed(fixture, 60);

    const of = (partition: string): string[] => fixture.lines('out').filter((line) => line.startsWith(`${partition} `));
    expect([of('0').length, of('1').length]).toEqual([30, 30]);
    expect(
      fixture
        .lines('notes')
        .filter((line) => /^(pauses|resumes)/.test(line))
        .sort(),
    ).toEqual(['pauses 0', 'pauses 1', 'resumes 0', 'resumes 1']);
    await task.stop();
  });

  it('flushes again what could not be flushed', async () => {
    await using fixture = await filled(20);
    const { task } = fixture.start('FileSink', { topics: 'numbers', buffer: '1', 'flush.fails': 'true' }, SOON);
    await committed(fixture, 20);
    expect(fixture.lines('out')).toEqual(lines(20));
    await task.stop();
  });

  it('reads topics by a pattern', async () => {
    await using fixture = await filled(5);
    const { task } = fixture.start('FileSink', { 'topics.regex': 'num.*' });
    await fixture.waitUntil('written', () => fixture.lines('out').length === 5);
    await task.stop();
  });
});

describe('transforms of a sink with a predicate', () => {
  it.each([
    ['are applied to the records that it holds for', undefined, ['new 1', 'new 3']],
    ['with negate=false to the same', 'false', ['new 1', 'new 3']],
    ['with negate=true to all others', 'true', ['old 0', 'old 2']],
  ])('%s', async (_what, negate, expected) => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    await fixture.broker.produce('numbers', [
      { value: 'old 0', headers: { old: 'yes' } },
      { value: 'new 1' },
      { value: 'old 2', headers: { old: 'yes' } },
      { value: 'new 3' },
    ]);
    const { task } = fixture.start(
      'FileSink',
      {
        topics: 'numbers',
        predicates: 'isOld',
        'predicates.isOld.type': 'HasHeaderKey',
        'predicates.isOld.name': 'old',
        transforms: 'dropped',
        'transforms.dropped.type': 'Picky',
        'transforms.dropped.drop': '',
        'transforms.dropped.predicate': 'isOld',
        ...(negate === undefined ? {} : { 'transforms.dropped.negate': negate }),
      },
      SOON,
    );
    await committed(fixture, 4);

    expect(fixture.lines('out').map((line) => line.replace(/^0 \d+ /, ''))).toEqual(expected);
    await task.stop();
  });
});

describe('records that a sink cannot use', () => {
  const dead = {
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': 'dead',
    'errors.deadletterqueue.topic.replication.factor': '1',
    'errors.deadletterqueue.context.headers.enable': 'true',
  };

  it('fail the task unless that is tolerated', async () => {
    await using fixture = await filled(30);
    const { task } = fixture.start('FileSink', { topics: 'numbers', poison: 'value 7' });
    const end = await task.done;
    expect(end).toMatchObject({ kind: 'failed', failure: { code: 'MILLRACE_CONNECT_TASK_RECORD' } });
  });

  it('go to the dead letter topic as they were, with ten headers; all others are delivered', async () => {
    await using fixture = await filled(30);
    await fixture.broker.produce('numbers', [
      { key: 'k', value: 'refuse me', headers: { own: 'header' }, timestamp: 5_000 },
    ]);
    const { task } = fixture.start(
      'FileSink',
      {
        ...dead,
        topics: 'numbers',
        poison: 'value 7',
        transforms: 't',
        'transforms.t.type': 'Picky',
        'transforms.t.refuse': 'refuse me',
        'transforms.t.drop': '9',
      },
      SOON,
    );
    await committed(fixture, 31);
    const letters = await fixture.broker.waitForRecords('dead', 2);

    expect(fixture.lines('out')).toEqual(lines(30).filter((line) => !/[ 12]9$|e 7$/.test(line)));
    const refused = letters.find(({ value }) => value === 'refuse me');
    const { ['__connect.errors.exception.stacktrace']: trace, ...headers } = refused?.headers ?? {};
    expect(trace).toContain('refused');
    expect(refused).toMatchObject({ key: 'k', timestamp: 5_000 });
    expect(headers).toEqual({
      own: 'header',
      '__connect.errors.topic': 'numbers',
      '__connect.errors.partition': '0',
      '__connect.errors.offset': '30',
      '__connect.errors.connector.name': 'test',
      '__connect.errors.task.id': '0',
      '__connect.errors.stage': 'TRANSFORMATION',
      '__connect.errors.class.name': 'Picky',
      '__connect.errors.exception.class.name': 'TypeError',
      '__connect.errors.exception.message': 'refused refuse me',
    });
    const reported = letters.find(({ value }) => value === 'value 7');
    expect(reported).toMatchObject({ key: '7' });
    expect(reported?.headers).toMatchObject({
      '__connect.errors.stage': 'TASK_PUT',
      '__connect.errors.class.name': 'FileSink',
      '__connect.errors.exception.class.name': 'RangeError',
    });
    await task.stop();
  });

  it('go to a dead letter topic that takes no more than they have, with the reason shortened', async () => {
    await using fixture = await filled(1);
    const message = `refused ${'x'.repeat(3_000)}`;
    await fixture.broker.createTopic('dead', { configs: { 'max.message.bytes': '5000' } });
    await fixture.broker.produce('numbers', [{ key: 'k', value: message }]);
    const settings = { transforms: 't', 'transforms.t.type': 'Picky', 'transforms.t.refuse': message };
    const { task } = fixture.start('FileSink', { ...dead, topics: 'numbers', ...settings }, SOON);
    await committed(fixture, 2);
    const [letter] = await fixture.broker.waitForRecords('dead', 1);
    await task.stop();

    expect(letter).toMatchObject({ key: 'k', value: message });
    expect(letter?.headers).not.toHaveProperty('__connect.errors.exception.stacktrace');
    expect(letter?.headers['__connect.errors.exception.message']).toBe(`refused ${message}`.slice(0, 1_000));
    expect(letter?.headers['__connect.errors.offset']).toBe('1');
  });

  it('are not committed past while their dead letters cannot be written', async () => {
    await using fixture = await filled(30);
    await fixture.broker.createTopic('dead', { configs: { 'max.message.bytes': '1' } });
    const { task } = fixture.start('FileSink', { ...dead, topics: 'numbers', poison: 'value 7' });
    const end = await task.done;
    expect(end).toMatchObject({
      kind: 'failed',
      failure: {
        code: 'MILLRACE_CONNECT_TASK_TOPIC',
        message: expect.stringContaining('raise max.message.bytes of dead'),
      },
    });
    expect(await fixture.broker.committedOffsets('connect-test')).toEqual([]);
  });
});
