import { join } from 'node:path';
import type { Broker } from '@millrace/broker';
import { BrokerProcess, createTempDir, runProcess, startBroker } from '@millrace/testing';
import { runCli } from '../src/run-cli.ts';

const MAIN = join(import.meta.dirname, '../src/main.ts');

describe('millrace topics', () => {
  let broker: Broker;

  beforeAll(async () => {
    broker = await startBroker({ config: { 'num.partitions': '2' } });
  });

  afterAll(() => broker.close());

  interface Outcome {
    readonly code: number;
    readonly out: string;
    readonly errors: string;
  }

  async function millrace(...argv: string[]): Promise<Outcome> {
    const out: string[] = [];
    const errors: string[] = [];
    const code = await runCli([...argv, '--bootstrap-server', `127.0.0.1:${broker.port}`], {
      output: { line: (text) => out.push(text) },
      errorOutput: { line: (text) => errors.push(text) },
    });
    return { code, out: out.join('\n'), errors: errors.join('\n') };
  }

  it('creates, describes, alters, lists and deletes a topic', async () => {
    const created = await millrace(
      'topics',
      'create',
      'orders',
      '-p',
      '3',
      '-c',
      'retention.ms=1000',
      '-c',
      'segment.ms=500',
    );
    expect(created).toMatchObject({ code: 0, errors: '' });
    expect(created.out).toMatch(/^created topic orders \(id [\w-]{22}\)$/);

    const altered = await millrace(
      'topics',
      'alter',
      'orders',
      '-p',
      '5',
      '-c',
      'retention.ms=2000',
      '-d',
      'segment.ms',
    );
    expect(altered).toMatchObject({ code: 0, out: 'altered topic orders' });

    const described = await millrace('topics', 'describe', 'orders');
    expect(described.code).toBe(0);
    expect(described.out).toContain('set   retention.ms=2000');
    expect(described.out).not.toContain('segment.ms');
    expect(described.out.split('\n').filter((line) => /^\d/.test(line))).toHaveLength(5);

    const listed = await millrace('topics', 'list');
    expect(listed.out).toMatch(/^TOPIC +PARTITIONS +REPLICAS +ID\norders +5 +1 +[\w-]{22}$/);

    expect(await millrace('topics', 'delete', 'orders')).toMatchObject({ code: 0, out: 'deleted topic orders' });
    expect((await millrace('topics', 'list', '--json')).out).toBe('[]');
  });

  it('prints JSON for programs and takes defaults from the broker', async () => {
    const created = JSON.parse((await millrace('topics', 'create', 'json-topic', '--json')).out) as { topicId: string };
    const described = JSON.parse((await millrace('topics', 'describe', 'json-topic', '--json')).out) as {
      topicId: string;
      partitions: { leader: number }[];
    };

    expect(described.topicId).toBe(created.topicId);
    expect(described.partitions.map(({ leader }) => leader)).toEqual([broker.nodeId, broker.nodeId]);
    await millrace('topics', 'delete', 'json-topic');
  });

  it('checks without creating', async () => {
    expect((await millrace('topics', 'create', 'unborn', '--validate-only')).out).toBe('topic unborn could be created');
    expect((await millrace('topics', 'describe', 'unborn')).code).toBe(1);
  });

  it.each([
    ['an unknown topic', ['describe', 'nobody'], /UNKNOWN_TOPIC_OR_PARTITION/],
    ['a bad setting', ['create', 'bad', '-c', 'retention.mss=1'], /INVALID_CONFIG.*retention\.ms/],
    ['a bad name', ['create', 'no spaces'], /INVALID_TOPIC_EXCEPTION/],
    ['too many replicas', ['create', 'replicated', '-r', '3'], /INVALID_REPLICATION_FACTOR/],
  ])("fails with 1 and the broker's words for %s", async (_what, argv, message) => {
    const outcome = await millrace('topics', ...argv);

    expect(outcome.code).toBe(1);
    expect(outcome.errors).toMatch(message);
    expect(outcome.out).toBe('');
  });

  it('does not shrink a topic', async () => {
    await millrace('topics', 'create', 'shrinking', '-p', '3');

    const outcome = await millrace('topics', 'alter', 'shrinking', '-p', '2');

    expect(outcome).toMatchObject({ code: 1 });
    expect(outcome.errors).toMatch(/INVALID_PARTITIONS/);
  });

  it.each([
    [['topics', 'alter', 'orders']],
    [['topics', 'create', 'x', '-p', 'many']],
    [['topics', 'create', 'x', '-c', 'novalue']],
    [['topics', 'frobnicate']],
    [['topics', 'create']],
  ])('calls %j wrong usage, exit code 2', async (argv) => {
    const outcome = await millrace(...argv);

    expect(outcome.code).toBe(2);
    expect(outcome.errors).not.toBe('');
  });

  it('says where it could not connect', async () => {
    const outcome = await runProcess(MAIN, ['topics', 'list', '--bootstrap-server', '127.0.0.1:1']);

    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toBe('millrace: cannot connect to 127.0.0.1:1: ECONNREFUSED; is a broker running there?\n');
  });
});

describe('millrace start', () => {
  it('is the broker, with its flags and its exit codes', async () => {
    const directory = await createTempDir('cli-start');
    try {
      await using broker = new BrokerProcess({ mainPath: MAIN, command: ['start'], dataDir: directory.path });
      await broker.start();
      const listed = await runProcess(MAIN, ['topics', 'list', '--json', '-b', broker.addresses.kafka]);
      expect(listed).toMatchObject({ code: 0, stdout: '[]\n' });
      expect(await broker.stop()).toEqual({ code: 0, signal: null });
    } finally {
      await directory.remove();
    }

    const wrong = await runProcess(MAIN, ['start', '--prot', '1']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('did you mean --port?');
  });
});
