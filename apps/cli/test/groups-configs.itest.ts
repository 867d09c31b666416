import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kafka } from '@millrace/sdk';
import { createTempDir } from '@millrace/testing';
import { CliBroker } from './cli-broker.ts';

describe('millrace groups, configs, offsets and cluster', () => {
  let cli: CliBroker;

  beforeAll(async () => {
    cli = await CliBroker.start({ topics: { orders: 2 } });
    await cli.broker.produce('orders', [
      { value: 'a', partition: 0 },
      { value: 'b', partition: 0 },
      { value: 'c', partition: 1 },
    ]);
    await cli.run(['groups', 'reset-offsets', 'reporting', '--to-earliest', '-t', 'orders', '--execute']);
  });

  afterAll(() => cli[Symbol.asyncDispose]());

  async function json(...argv: readonly string[]): Promise<unknown> {
    const outcome = await cli.run([...argv, '--json']);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(outcome.stdout);
  }

  it('list and describe groups with their lag', async () => {
    expect(await json('groups', 'list', '--state', 'Empty')).toMatchObject([{ groupId: 'reporting', state: 'Empty' }]);
    expect(await json('groups', 'list', '--state', 'Stable')).toEqual([]);
    expect(await json('groups', 'describe', 'reporting')).toMatchObject({
      groupId: 'reporting',
      lagRecords: 3,
      members: [],
      partitions: [
        { topic: 'orders', partition: 0, offset: 0, endOffset: 2, lagRecords: 2 },
        { topic: 'orders', partition: 1, offset: 0, endOffset: 1, lagRecords: 1 },
      ],
    });
    const words = await cli.run(['groups', 'describe', 'reporting']);
    expect(words.stdout).toMatch(/^group {7}reporting \(classic\)\nstate {7}Empty\n/);
    expect(words.stdout).toMatch(/\norders {2}0 {10}0 {7}2 {4}2 {4}- {7}-\n/);
  });

  it('show a move of offsets, and make it only when told to', async () => {
    const planned = await json('groups', 'reset-offsets', 'reporting', '--to-latest', '-t', 'orders:0');
    expect(planned).toEqual({
      groupId: 'reporting',
      executed: false,
      offsets: [{ topic: 'orders', partition: 0, from: 0, to: 2 }],
    });
    expect((await cli.run(['groups', 'reset-offsets', 'reporting', '--to-latest'])).stdout).toContain(
      'nothing is changed yet: add --execute',
    );
    expect(await json('groups', 'describe', 'reporting')).toMatchObject({ lagRecords: 3 });

    for (const [target, expected] of [
      [['--to-offset', '1'], 1],
      [['--shift-by', '1'], 2],
      [['--shift-by=-1'], 1],
      [['--to-time', '-1h'], 0],
      [['--to-latest'], 2],
      [['--to-earliest'], 0],
    ] as const) {
      const moved = await json('groups', 'reset-offsets', 'reporting', ...target, '-t', 'orders:0', '--execute');
      expect(moved).toMatchObject({ executed: true, offsets: [{ partition: 0, to: expected }] });
    }
  });

  it('move offsets to what a file says', async () => {
    await using dir = await createTempDir('cli-groups');
    const path = join(dir.path, 'offsets.csv');
    await writeFile(path, '# made by hand\norders,0,2\norders, 1, 1\n');

    const moved = await json('groups', 'reset-offsets', 'from-csv', '--from-file', path, '--execute');

    expect(moved).toMatchObject({
      offsets: [
        { partition: 0, to: 2 },
        { partition: 1, to: 1 },
      ],
    });
    await writeFile(path, 'orders;0;2\n');
    const refused = await cli.run(['groups', 'reset-offsets', 'from-csv', '--from-file', path]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('line 1 is not topic,partition,offset') });
    expect(await cli.run(['groups', 'delete', 'from-csv', 'missing'])).toMatchObject({
      code: 1,
      stdout: 'deleted group from-csv\n',
      stderr: expect.stringMatching(/^millrace: deleting group "missing" failed with GROUP_ID_NOT_FOUND/),
    });
  });

  it('do not take a group that is not there, or has no offsets, for one that was moved', async () => {
    const missing = await cli.run(['groups', 'reset-offsets', 'nosuch', '--to-earliest']);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toMatch(
      /^millrace: there is no group "nosuch", .* say with --topic where it is to begin\n$/,
    );
    const named = ['groups', 'reset-offsets', 'nosuch', '--to-earliest', '-t', 'orders'];
    expect(await cli.run(named)).toMatchObject({ code: 0, stderr: '' });

    await using client = kafka({ brokers: [cli.broker.bootstrapServers] });
    const consumer = client.consumer({ group: 'idle', topics: ['orders'], commit: 'manual' });
    const messages = consumer[Symbol.asyncIterator]();
    await messages.next();
    const idle = await cli.run(['groups', 'reset-offsets', 'idle', '--to-earliest']);
    expect(idle).toMatchObject({ code: 1, stdout: '' });
    expect(idle.stderr).toMatch(/^millrace: group "idle" has no committed offsets, /);
    await consumer.close();
  });

  it('change and show settings', async () => {
    expect(await cli.run(['configs', 'alter', 'orders', '--set', 'retention.ms=77', '--validate-only'])).toMatchObject({
      code: 0,
      stdout: 'topic/orders could be altered\n',
    });
    expect(await json('configs', 'describe', 'orders')).toMatchObject({ configs: [] });

    await json('configs', 'alter', 'topic/orders', '--set', 'retention.ms=77', '--append', 'cleanup.policy=compact');

    expect(await json('configs', 'describe', 'topic/orders')).toMatchObject({
      configs: [
        { name: 'cleanup.policy', value: 'delete,compact', source: 'topic' },
        { name: 'retention.ms', value: '77', source: 'topic' },
      ],
    });
    const documented = await cli.run(['configs', 'describe', 'broker/1', '-k', 'num.partitions', '--docs']);
    expect(documented.stdout).toMatch(/^SETTING +VALUE +SOURCE +MEANING\nnum\.partitions +\d+ +default +\w+/);
    await json('configs', 'alter', 'orders', '--unset', 'retention.ms', '--unset', 'cleanup.policy');
  });

  it('tell where partitions begin and end, and of the cluster', async () => {
    expect(await json('offsets', 'orders', '--at', '2001-01-01')).toEqual([
      { topic: 'orders', partition: 0, startOffset: 0, endOffset: 2, count: 2, offset: 0 },
      { topic: 'orders', partition: 1, startOffset: 0, endOffset: 1, count: 1, offset: 0 },
    ]);
    expect((await cli.run(['offsets', 'orders', '-p', '1'])).stdout).toMatch(/^TOPIC .*\norders +1 +0 +1 +1\n$/);
    expect(await json('cluster')).toMatchObject({
      clusterId: expect.any(String),
      brokers: [{ nodeId: 1, host: expect.any(String) }],
    });
  });

  it.each<[readonly string[], RegExp]>([
    [['groups', 'reset-offsets', 'g'], /say where to, once/],
    [['groups', 'reset-offsets', 'g', '--to-latest', '--to-earliest'], /say where to, once/],
    [['groups', 'reset-offsets', 'g', '--to-latest', '--execute', '--dry-run'], /--execute or --dry-run/],
    [['groups', 'reset-offsets', 'g', '--to-latest', '-t', 'orders:x'], /it must be a topic, or one with partitions/],
    [['configs', 'alter', 'orders'], /nothing to change/],
    [['configs', 'describe', 'planet/x'], /it must be one of topic\/…, broker\/…/],
    [['configs', 'describe', 'broker/x'], /named by its id/],
    [['offsets', 'orders', '-p', 'x'], /it must be like 3/],
  ])('refuse %j as wrong usage', async (argv, words) => {
    const outcome = await cli.run(argv);

    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toMatch(words);
  });
});
