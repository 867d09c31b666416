/** Sources in threads of their own against a broker: what they give is in Kafka, and they are told so. */
import { setTimeout as delay } from 'node:timers/promises';
import { SeededRandom } from '@millrace/base';
import { TaskFixture, valuesTo } from './task/task-fixture.ts';

describe('a source task', () => {
  it('writes everything in order, stores its offset, and is told what is durable', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const { task, states, topics } = fixture.start(
      'CountingSource',
      { count: '1000' },
      { settings: { offsetFlushIntervalMs: 50 } },
    );

    await fixture.waitUntil('stored', () => fixture.offsets.get({ source: 'all' })?.['next'] === 1000);
    await fixture.waitUntil('told', () => fixture.lines('notes').includes('durable 1000'));

    expect(await fixture.values('numbers')).toEqual(valuesTo(1000));
    expect({ states, topics }).toEqual({ states: ['RUNNING'], topics: ['numbers'] });
    expect(await task.stop()).toEqual({ kind: 'stopped', isTerminated: false });
    expect(fixture.lines('notes').at(-1)).toBe('disposed');
    expect(fixture.metric(task, 'source-record-write-total')).toBe(1000);
    expect(fixture.metric(task, 'source-record-poll-total')).toBe(1000);
    expect(fixture.metric(task, 'source-record-active-count')).toBe(0);
  });

  it('stores its offsets when it is stopped, and goes on from there', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const first = fixture.start('CountingSource', { count: '40' });
    await fixture.waitUntil('written', async () => (await fixture.values('numbers')).length === 40);
    await first.task.stop();
    expect(fixture.offsets.get({ source: 'all' })).toEqual({ next: 40 });

    const second = fixture.start('CountingSource', { count: '70' });
    await fixture.waitUntil('written', async () => (await fixture.values('numbers')).length === 70);
    await second.task.stop();

    expect(await fixture.values('numbers')).toEqual(valuesTo(70));
    expect(fixture.lines('notes').filter((line) => line.startsWith('start'))).toEqual(['start 0', 'start 40']);
  });

  it('loses nothing when it is killed at any moment', async () => {
    const seed = Date.now() % 1_000_000;
    const random = new SeededRandom(seed);
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const config = { count: '2000', 'pace.ms': '1' };
    let kills = 0;
    for (; fixture.offsets.get({ source: 'all' })?.['next'] !== 2000; kills++) {
      const settings = { shutdownTimeoutMs: 0, offsetFlushIntervalMs: 10 };
      const { task, states } = fixture.start('CountingSource', config, { settings });
      await fixture.waitUntil(`started (seed ${String(seed)})`, () => states.length === 1);
      await delay(30 + random.nextInt(90));
      await task.stop();
    }

    const values = await fixture.values('numbers');
    expect({ seed, values: [...new Set(values)] }).toEqual({ seed, values: valuesTo(2000) });
    expect(kills).toBeGreaterThan(1);
    // What came twice was sent within one interval before a kill.
    expect(values.length).toBeLessThan(4_000);
  });

  it('starts the plugin again from the stored offset after an error that may pass', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const { task } = fixture.start('CountingSource', { count: '60', 'fail.at': '30' });
    await fixture.waitUntil('written', async () => (await fixture.values('numbers')).length === 60);

    expect(await fixture.values('numbers')).toEqual(valuesTo(60));
    expect(fixture.lines('notes')).toEqual(['start 0', 'durable 30', 'disposed', 'start 30']);
    await task.stop();
  });

  it('fails with what the plugin threw, after it has written and stored what came before', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const { task } = fixture.start('CountingSource', { count: '60', 'break.at': '30' });

    const end = await task.done;

    expect(end).toMatchObject({ kind: 'failed', failure: { message: 'the source is broken', isRetriable: false } });
    expect(end.kind === 'failed' && end.failure.trace).toContain('test-plugins.ts');
    expect(await fixture.values('numbers')).toEqual(valuesTo(30));
    expect(fixture.offsets.get({ source: 'all' })).toEqual({ next: 30 });
  });

  it('stores no offset while the store is away, and all of them afterwards', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    fixture.offsets.isBroken = true;
    const { task } = fixture.start('CountingSource', { count: '30' }, { settings: { offsetFlushIntervalMs: 20 } });
    await fixture.waitUntil('written', async () => (await fixture.values('numbers')).length === 30);
    await fixture.waitUntil('refused', () => (fixture.metric(task, 'offset-commit-failure-percentage') ?? 0) > 0);
    expect(fixture.lines('notes')).toEqual(['start 0']);

    fixture.offsets.isBroken = false;
    await fixture.waitUntil('told', () => fixture.lines('notes').includes('durable 30'));
    await task.stop();
  });

  it('stands still while it is paused, from the start or later', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const { task, states } = fixture.start('CountingSource', { count: '100000000' }, { isPaused: true });
    const written = (): number => fixture.metric(task, 'source-record-write-total') ?? 0;
    await fixture.waitUntil('paused', () => states.length === 1);
    expect({ states, notes: fixture.lines('notes') }).toEqual({ states: ['PAUSED'], notes: [] });

    task.resume();
    await fixture.waitUntil('running', () => written() > 0);
    task.pause();
    await fixture.waitUntil('paused again', () => states.at(-1) === 'PAUSED');
    await fixture.waitUntil('quiet', () => fixture.metric(task, 'source-record-active-count') === 0);
    const count = written();
    const ratio = fixture.metric(task, 'pause-ratio') ?? 0;
    await fixture.waitUntil('a report later', () => (fixture.metric(task, 'pause-ratio') ?? 0) > ratio);

    expect(written()).toBe(count);
    expect(states).toEqual(['PAUSED', 'RUNNING', 'PAUSED']);
    expect(await task.stop()).toEqual({ kind: 'stopped', isTerminated: false });
  });

  it('reads no further than its memory goes while Kafka takes nothing', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const nodeId = await fixture.broker.leaderOf('numbers');
    await fixture.broker.stop(nodeId);
    const { task, states } = fixture.start(
      'CountingSource',
      { count: '10000000', 'batch.size': '100' },
      { settings: { maxBufferBytes: 1_000_000, shutdownTimeoutMs: 300 } },
    );
    await fixture.waitUntil('running', () => states.length === 1);
    await fixture.waitUntil('full', () => (fixture.metric(task, 'source-record-active-count') ?? 0) > 8_000);
    const read = fixture.metric(task, 'source-record-poll-total');
    const ratio = fixture.metric(task, 'running-ratio') ?? 0;
    await fixture.waitUntil('a report later', () => (fixture.metric(task, 'running-ratio') ?? 0) > ratio);

    expect(fixture.metric(task, 'source-record-poll-total')).toBe(read);
    await fixture.broker.start(nodeId);
    await fixture.waitUntil('flowing', () => (fixture.metric(task, 'source-record-write-total') ?? 0) > 20_000);
    await task.stop();
  });

  it('fails when Kafka refuses a record for good, and stores no offset behind it', async () => {
    await using fixture = await TaskFixture.create();
    await fixture.broker.createTopic('numbers', { partitions: 1, configs: { 'max.message.bytes': '60' } });
    const { task } = fixture.start('CountingSource', { count: '60' });

    const end = await task.done;

    expect(end).toMatchObject({ kind: 'failed', failure: { code: 'MILLRACE_CLIENT_DELIVERY' } });
    expect(fixture.offsets.get({ source: 'all' })).toBeUndefined();
  });

  it('says why it stands still when it has failed and its source does not end', async () => {
    await using fixture = await TaskFixture.create();
    await fixture.broker.createTopic('numbers', { partitions: 1, configs: { 'max.message.bytes': '60' } });
    const settings = { shutdownTimeoutMs: 100 };
    const { task } = fixture.start('CountingSource', { count: '60', deaf: 'true' }, { settings });

    await fixture.waitUntil('a warning', () => fixture.warnings.length > 0);
    expect(fixture.warnings).toEqual([
      {
        message: 'a task has failed, and stands still until its source has ended',
        fields: { error: expect.stringContaining('numbers') },
      },
    ]);
    await task.stop();
  });

  it('makes topics as its connector says', async () => {
    await using fixture = await TaskFixture.create();
    const { task } = fixture.start('CountingSource', {
      topic: 'made-here',
      'topic.creation.groups': 'made',
      'topic.creation.default.partitions': '2',
      'topic.creation.default.replication.factor': '-1',
      'topic.creation.made.include': 'made-.*',
      'topic.creation.made.partitions': '3',
      'topic.creation.made.cleanup.policy': 'compact',
    });
    await fixture.waitUntil('written', async () => fixture.metric(task, 'source-record-write-total') === 100);

    const records = await fixture.broker.records('made-here');
    expect(new Set(records.map(({ partition }) => partition))).toEqual(new Set([0, 1, 2]));
    await task.stop();
  });
});

describe('transforms of a source with a predicate', () => {
  it('are applied to the records that it holds for, and with negate to all others', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const drop = (alias: string, ending: string, predicate: string, negate: string): Record<string, string> => ({
      [`transforms.${alias}.type`]: 'Picky',
      [`transforms.${alias}.drop`]: ending,
      [`transforms.${alias}.predicate`]: predicate,
      [`transforms.${alias}.negate`]: negate,
    });
    const { task } = fixture.start('CountingSource', {
      count: '10',
      predicates: 'mine,foreign',
      'predicates.mine.type': 'TopicNameMatches',
      'predicates.mine.pattern': 'num.*',
      'predicates.foreign.type': 'TopicNameMatches',
      'predicates.foreign.pattern': 'other',
      transforms: 'held,heldNot,failed,failedNot',
      ...drop('held', '1', 'mine', 'false'),
      ...drop('heldNot', '2', 'mine', 'true'),
      ...drop('failed', '3', 'foreign', 'false'),
      ...drop('failedNot', '4', 'foreign', 'true'),
    });
    await fixture.waitUntil('written', async () => (await fixture.values('numbers')).includes('value 9'));

    const expected = valuesTo(10).filter((value) => !/[14]$/.test(value));
    expect(await fixture.values('numbers')).toEqual(expected);
    await task.stop();
  });
});

describe('records of a source that cannot be used', () => {
  const refusing = {
    transforms: 't',
    'transforms.t.type': 'Picky',
    'transforms.t.refuse': '7',
    'transforms.t.drop': '8',
  };

  it('fail the task and name the record, its stage and the remedy', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const { task } = fixture.start('CountingSource', { count: '60', ...refusing });

    const end = await task.done;

    expect(end).toMatchObject({ kind: 'failed', failure: { code: 'MILLRACE_CONNECT_TASK_RECORD' } });
    expect(end.kind === 'failed' && end.failure.message).toMatch(
      /test-0 stopped at a record at numbers\[\{"source":"all"\}\] offset \{"next":10\}: TRANSFORMATION \(Picky\) failed: refused value 7; .*errors.tolerance=all/,
    );
  });

  it('go to the dead letter topic with ten headers, and the others to theirs', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    const { task } = fixture.start('CountingSource', {
      count: '20',
      'letter.at': '10',
      ...refusing,
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': 'dead',
      'errors.deadletterqueue.topic.replication.factor': '1',
      'errors.deadletterqueue.context.headers.enable': 'true',
    });
    await fixture.waitUntil('written', async () => (await fixture.values('numbers')).length === 16);
    const dead = await fixture.broker.waitForRecords('dead', 3);

    expect(dead.map(({ value }) => value)).toEqual(['value 7', 'raw', 'value 17']);
    const { ['__connect.errors.exception.stacktrace']: trace, ...headers } = dead[0]?.headers ?? {};
    expect(trace).toContain('TypeError: refused value 7');
    expect(headers).toEqual({
      '__connect.errors.topic': 'numbers',
      '__connect.errors.partition': '{"source":"all"}',
      '__connect.errors.offset': '{"next":10}',
      '__connect.errors.connector.name': 'test',
      '__connect.errors.task.id': '0',
      '__connect.errors.stage': 'TRANSFORMATION',
      '__connect.errors.class.name': 'Picky',
      '__connect.errors.exception.class.name': 'TypeError',
      '__connect.errors.exception.message': 'refused value 7',
    });
    expect(dead[1]?.headers['__connect.errors.stage']).toBe('TASK_POLL');
    expect(fixture.metric(task, 'total-records-skipped') ?? 3).toBe(3);
    await task.stop();
  });

  it('store no offset before their dead letters are written, when Kafka refuses them', async () => {
    await using fixture = await TaskFixture.create();
    await fixture.broker.createTopic('numbers', { partitions: 1, configs: { 'max.message.bytes': '60' } });
    await fixture.broker.createTopic('dead', { partitions: 1 });
    const config = {
      count: '60',
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': 'dead',
      'errors.deadletterqueue.topic.replication.factor': '1',
    };
    const settings = { offsetFlushIntervalMs: 10, shutdownTimeoutMs: 0 };
    using lost = fixture.broker.faults.disconnect({ api: 'Produce', topic: 'dead', when: 'before' });
    const killed = fixture.start('CountingSource', config, { settings });
    await lost.hit(2);
    await killed.task.stop();
    expect(fixture.offsets.get({ source: 'all' })).toBeUndefined();

    lost.off();
    const { task } = fixture.start('CountingSource', config, { settings: { offsetFlushIntervalMs: 10 } });
    await fixture.waitUntil('stored', () => fixture.offsets.get({ source: 'all' })?.['next'] === 60);
    expect([...new Set(await fixture.values('dead'))].sort()).toEqual(valuesTo(60).sort());
    await task.stop();
  });

  it('are not skipped for what is not their fault', async () => {
    await using fixture = await TaskFixture.create({ numbers: 1 });
    using _broken = fixture.broker.faults.error('UNKNOWN_SERVER_ERROR', { api: 'Produce', topic: 'numbers' });
    const { task } = fixture.start('CountingSource', { count: '60', 'errors.tolerance': 'all' });

    const end = await task.done;

    expect(end).toMatchObject({ kind: 'failed', failure: { code: 'MILLRACE_CLIENT_DELIVERY' } });
    expect(fixture.offsets.get({ source: 'all' })).toBeUndefined();
  });
});
