import { createTempDir, BrokerProcess, type ProcessOutcome, type TempDir } from '@millrace/testing';
import { CLI_MAIN, millrace } from './cli-app.ts';

describe('millrace topics', () => {
  let dir: TempDir;
  let broker: BrokerProcess;

  beforeAll(async () => {
    dir = await createTempDir('cli-topics');
    broker = new BrokerProcess({ mainPath: CLI_MAIN, command: ['start'], dataDir: dir.path });
    await broker.start();
  });

  afterAll(async () => {
    await broker.kill();
    await dir.remove();
  });

  afterEach(async () => {
    const topics = jsonOf(await topicsCommand('list', '--json')) as { name: string }[];
    if (topics.length > 0) await topicsCommand('delete', ...topics.map(({ name }) => name));
  });

  /** With the address of the broker under test. */
  function topicsCommand(name: string, ...argv: readonly string[]): Promise<ProcessOutcome> {
    return millrace('topics', name, '--bootstrap-server', broker.addresses.kafka, ...argv);
  }

  it('creates, lists, describes, alters and deletes, in words', async () => {
    const created = await topicsCommand('create', 'orders', '-p', '2', '-c', 'retention.ms=1000');
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(created.stdout).toMatch(/^created topic orders \(id [\w-]{22}\)\n$/);
    const id = /\(id (.*)\)/.exec(created.stdout)?.[1] ?? '';

    const listed = await topicsCommand('list');
    expect(listed).toEqual(done(`TOPIC   PARTITIONS  REPLICAS  ID\norders  2           1         ${id}\n`));

    const altered = await topicsCommand(
      'alter',
      'orders',
      '-p',
      '3',
      '-c',
      'message.timestamp.type=LogAppendTime',
      '-d',
      'retention.ms',
    );
    expect(altered).toEqual(done('altered topic orders\n'));

    const described = await topicsCommand('describe', 'orders');
    expect(described).toMatchObject({ code: 0, stderr: '' });
    expect(described.stdout.split('\n')).toEqual([
      'topic orders',
      `id    ${id}`,
      'set   message.timestamp.type=LogAppendTime',
      '',
      'PARTITION  LEADER  EPOCH  REPLICAS  IN SYNC',
      expect.stringMatching(/^0 +1 +\d+ +1 +1$/),
      expect.stringMatching(/^1 +1 +\d+ +1 +1$/),
      expect.stringMatching(/^2 +1 +\d+ +1 +1$/),
      '',
    ]);

    expect(await topicsCommand('delete', 'orders')).toEqual(done('deleted topic orders\n'));
    expect(await topicsCommand('list')).toEqual(done('TOPIC  PARTITIONS  REPLICAS  ID\n'));
  });

  it('does the same in JSON, one value a line', async () => {
    const created = jsonOf(await topicsCommand('create', 'orders', '--json', '--partitions', '2'));
    const { topicId } = created as { topicId: string };
    expect(created).toEqual({ name: 'orders', topicId: expect.stringMatching(/^[\w-]{22}$/), validateOnly: false });

    expect(jsonOf(await topicsCommand('list', '--json'))).toEqual([
      { name: 'orders', topicId, isInternal: false, partitionCount: 2, replicationFactor: 1 },
    ]);
    expect(jsonOf(await topicsCommand('alter', 'orders', '--json', '--config', 'retention.ms=7'))).toEqual({
      name: 'orders',
      altered: true,
    });
    expect(jsonOf(await topicsCommand('describe', 'orders', '--json'))).toMatchObject({
      name: 'orders',
      topicId,
      partitionCount: 2,
      configs: { 'retention.ms': '7' },
      partitions: [
        { partition: 0, leaderId: 1, replicas: [1], inSyncReplicas: [1] },
        { partition: 1, leaderId: 1, replicas: [1], inSyncReplicas: [1] },
      ],
    });
    expect(jsonOf(await topicsCommand('delete', 'orders', '--json'))).toEqual({ name: 'orders', deleted: true });
    expect(jsonOf(await topicsCommand('list', '--json'))).toEqual([]);
  });

  it('creates nothing with --validate-only', async () => {
    expect(await topicsCommand('create', 'orders', '--validate-only')).toEqual(done('topic orders could be created\n'));
    expect(jsonOf(await topicsCommand('list', '--json'))).toEqual([]);
  });

  it('takes a value that holds "=" and several bootstrap addresses', async () => {
    const servers = `127.0.0.1:1,${broker.addresses.kafka}`;

    expect((await millrace('topics', 'create', 'orders', '-b', servers)).code).toBe(0);

    const outcome = await topicsCommand('alter', 'orders', '-c', 'retention.ms=a=b');
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('"a=b"') });
  });

  it('deletes the topics that it can, and names those it cannot', async () => {
    await topicsCommand('create', 'a');
    await topicsCommand('create', 'b');

    const outcome = await topicsCommand('delete', 'a', 'missing', 'gone', 'b');

    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toBe('deleted topic a\ndeleted topic b\n');
    expect(outcome.stderr).toMatch(/^millrace: 2 of 4 topics were not deleted: .*"missing".*; .*"gone".*\n$/);
  });

  describe('fails with 1 and one line', () => {
    it.each<[string, readonly string[], RegExp]>([
      [
        'no topic of that name to describe',
        ['describe', 'missing'],
        /describing topic "missing" .*UNKNOWN_TOPIC_OR_PARTITION: there is no topic "missing"\n$/,
      ],
      [
        'no topic of that name to delete',
        ['delete', 'missing'],
        /deleting topic "missing" .*UNKNOWN_TOPIC_OR_PARTITION/,
      ],
      [
        'no topic of that name to alter',
        ['alter', 'missing', '-p', '3'],
        /topic "missing" .*UNKNOWN_TOPIC_OR_PARTITION/,
      ],
      ['a topic that exists', ['create', 'orders'], /creating topic "orders" .*TOPIC_ALREADY_EXISTS/],
      ['fewer partitions', ['alter', 'orders', '-p', '1'], /topic "orders" to 1 partitions .*INVALID_PARTITIONS/],
      ['a setting that does not exist', ['create', 'x', '-c', 'retention.mss=1'], /INVALID_CONFIG.*retention\.ms\b/],
      ['a value out of range', ['alter', 'orders', '-c', 'retention.ms=-7'], /INVALID_CONFIG.*retention\.ms/],
      ['a name that cannot be', ['create', 'no/slash'], /creating topic "no\/slash" .*INVALID_TOPIC_EXCEPTION/],
      ['more replicas than brokers', ['create', 'x', '-r', '3'], /INVALID_REPLICATION_FACTOR/],
    ])('%s', async (_what, argv, line) => {
      await topicsCommand('create', 'orders', '-p', '2');
      const [name = '', ...others] = argv;

      const outcome = await topicsCommand(name, ...others);

      expect(outcome).toMatchObject({ code: 1, stdout: '' });
      expect(outcome.stderr.split('\n')).toEqual([expect.stringMatching(/^millrace: /), '']);
      expect(outcome.stderr).toMatch(line);
    });

    it('no broker there', async () => {
      const outcome = await millrace('topics', 'list', '-b', '127.0.0.1:1');

      const stderr = 'millrace: cannot connect to 127.0.0.1:1: ECONNREFUSED; is a broker running there?\n';
      expect(outcome).toEqual({ code: 1, signal: null, stdout: '', stderr });
    });
  });

  describe('fails with 2 for wrong usage', () => {
    it.each<[readonly string[], RegExp]>([
      [['topics'], /Usage: millrace topics/],
      [['topcs'], /unknown command 'topcs'\n\(Did you mean topics\?\)/],
      [['topics', 'lst'], /unknown command 'lst'\n\(Did you mean list\?\)/],
      [['topics', 'create'], /missing required argument 'topic'/],
      [['topics', 'list', '--jsn'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
      [['topics', 'create', 'x', '-p', '0'], /argument '0' is invalid\. it must be a whole number from 1/],
      [['topics', 'create', 'x', '-c', 'novalue'], /argument 'novalue' is invalid\. it must be key=value/],
      [['topics', 'alter', 'x'], /nothing to change: give --partitions, --config or --delete-config/],
      [['topics', 'list', '-b', 'nowhere'], /"nowhere" is no broker address: write host:port/],
    ])('%j', async (argv, words) => {
      const outcome = await millrace(...argv);

      expect(outcome).toMatchObject({ code: 2, stdout: '' });
      expect(outcome.stderr).toMatch(/^(millrace|Usage): /);
      expect(outcome.stderr).toMatch(words);
    });
  });

  it('prints help and version on stdout', async () => {
    const help = await millrace('topics', 'create', '--help');

    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('millrace topics create orders -p 6 -c retention.ms=86400000');
    expect(await millrace('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

function done(stdout: string): ProcessOutcome {
  return { code: 0, signal: null, stdout, stderr: '' };
}

function jsonOf({ code, stdout, stderr }: ProcessOutcome): unknown {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [line, ...more] = stdout.replace(/\n$/, '').split('\n');
  expect(more).toEqual([]);
  return JSON.parse(line ?? '');
}
