import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@millrace/testing';
import { CliBroker, outcomeOf } from './cli-broker.ts';

describe('millrace produce and consume', () => {
  let cli: CliBroker;
  let count = 0;
  let topic: string;

  beforeAll(async () => {
    cli = await CliBroker.start();
  });

  afterAll(() => cli[Symbol.asyncDispose]());

  beforeEach(async () => {
    topic = `topic-${String(count++)}`;
    await cli.broker.createTopic(topic, { partitions: 2 });
  });

  const done = (stdout: string) => ({ code: 0, signal: null, stdout, stderr: '' });

  it('write each line of the input, and print the values again', async () => {
    expect(await cli.run(['produce', topic, '-p', '1'], 'one\ntwo\nthree')).toEqual(
      done(`sent 3 records (11 bytes) to ${topic}\n`),
    );

    expect(await cli.run(['consume', topic, '--from-beginning', '-e'])).toEqual(done('one\ntwo\nthree\n'));
    expect(await cli.run(['consume', topic, '-o', '-1', '-e'])).toEqual(done('three\n'));
    expect(await cli.run(['consume', topic, '-o', '1', '-e', '-n', '1', '-p', '1'])).toEqual(done('two\n'));
    expect(await cli.run(['consume', topic, '-o', 'end', '-e'])).toEqual(done(''));
    expect(await cli.run(['consume', topic, '-o', '-1h', '-e', '-f', '%s,'])).toEqual(done('one,two,three,'));
  });

  it('split keys off, set headers and compress', async () => {
    const written = ['produce', topic, '-K', ':', '-H', 'from=cli', '-z', 'zstd', '-Z', '-q', '-p', '0'];
    expect(await cli.run(written, 'a:1\nb:\nno key\n')).toEqual(done(''));

    const format = '%k|%K|%s|%S|%h|%t-%p@%o\\n';
    expect((await cli.run(['consume', topic, '--from-beginning', '-e', '-f', format])).stdout.split('\n')).toEqual([
      `a|1|1|1|from=cli|${topic}-0@0`,
      `b|1||-1|from=cli|${topic}-0@1`,
      `|-1|no key|6|from=cli|${topic}-0@2`,
      '',
    ]);
  });

  it('copy a topic as JSON, bytes that are no text included', async () => {
    await cli.broker.produce(topic, [
      { key: 'k', value: 'text', partition: 0, headers: { h: Buffer.from('1') } },
      { key: Buffer.from([0xff, 0]), value: Buffer.from([0xfe]), partition: 0 },
      { key: 'k', value: null, partition: 0 },
    ]);
    const copy = `${topic}-copy`;
    await cli.broker.createTopic(copy);

    const json = await cli.run(['consume', topic, '--json', '--from-beginning', '-e']);
    const copied = await cli.run(['produce', copy, '--format', 'json', '--json'], json.stdout);

    expect(JSON.parse(copied.stdout)).toMatchObject({ topic: copy, records: 3 });
    const again = await cli.run(['consume', copy, '--json', '--from-beginning', '-e']);
    const records = (stdout: string): unknown[] =>
      stdout
        .trim()
        .split('\n')
        .map((line) => ({ ...(JSON.parse(line) as object), topic: '' }));
    expect(records(again.stdout)).toEqual(records(json.stdout));
    expect(records(json.stdout)).toMatchObject([
      { key: 'k', value: 'text', headers: [{ key: 'h', value: '1' }] },
      { key: { base64: '/wA=' }, value: { base64: '/g==' } },
      { key: 'k', value: null },
    ]);
  });

  it('take objects as JSON values, and name the line that is none', async () => {
    const lines = ['{"key":"k","value":{"total":7},"headers":{"h":"x"},"timestamp":1700000000000}', '', '{"value":'];

    const outcome = await cli.run(['produce', topic, '--format', 'json', '-p', '0'], lines.join('\n'));

    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/^millrace: the input cannot be sent: line 3 is no JSON/);
    expect((await cli.run(['consume', topic, '--from-beginning', '-e', '-f', '%T %s'])).stdout).toBe(
      '1700000000000 {"total":7}',
    );
  });

  it('read as a member of a group from where it stopped', async () => {
    await cli.run(['produce', topic, '-p', '0', '-q'], 'a\nb\nc\nd\n');

    expect(await cli.run(['consume', topic, '-g', `g-${topic}`, '-n', '3'])).toEqual(done('a\nb\nc\n'));
    expect(await cli.run(['consume', topic, '-g', `g-${topic}`, '-e'])).toEqual(done('d\n'));
    expect(await cli.run(['consume', topic, '-g', `g-${topic}`, '-e'])).toEqual(done(''));
  });

  it('follow a topic until they are interrupted, which is no failure', async () => {
    const child = cli.spawn(['consume', topic, '--from-beginning']);
    const outcome = outcomeOf(child);
    await cli.broker.produce(topic, [{ value: 'now' }]);
    await once(child.stdout as NodeJS.EventEmitter, 'data');

    child.kill('SIGINT');

    expect(await outcome).toEqual(done('now\n'));
  });

  it('end quietly when nobody reads on', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${String(index)}`).join('\n');
    await cli.run(['produce', topic, '-p', '0', '-q'], lines);

    const outcome = await cli.shell(
      `millrace consume ${topic} --from-beginning -g piped | head -2; echo "\${PIPESTATUS[0]}"`,
    );

    expect(outcome).toEqual(done('line 0\nline 1\n0\n'));
    await cli.broker.waitForGroup('piped', { state: 'Empty' });
  });

  it('send what was read when the input is interrupted, and say so by the exit code', async () => {
    const child = cli.spawn(['produce', topic, '-p', '0']);
    const outcome = outcomeOf(child);
    child.stdin?.write('first\n');
    await cli.broker.waitForRecords(topic, 1);

    child.kill('SIGINT');

    expect(await outcome).toMatchObject({ code: 130, stdout: `sent 1 records (5 bytes) to ${topic}\n` });
  });

  it('hold back to the throughput that is asked for', async () => {
    const beganMs = performance.now();

    await cli.run(['produce', topic, '--throughput', '20', '-q'], 'x\n'.repeat(21));

    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(1_000);
  });

  it('read a file', async () => {
    await using dir = await createTempDir('cli-records');
    const path = join(dir.path, 'records.txt');
    await writeFile(path, 'x;y;');

    expect((await cli.run(['produce', topic, '-f', path, '-D', ';', '--json'])).stdout).toMatch(/"records":2/);
  });

  it.each<[readonly string[], number, RegExp]>([
    [['produce', 'TOPIC', '-p', '9'], 2, /partition 9 of topic/],
    [['produce', 'TOPIC', '--acks', '2'], 2, /Allowed choices are all, 1, 0/],
    [['produce', 'TOPIC', '--format', 'json', '-K', ':'], 2, /--key-separator is for --format lines/],
    [['produce', 'TOPIC', '-f', '/no/such/file'], 1, /no such file/],
    [['consume', 'missing'], 1, /UNKNOWN_TOPIC_OR_PARTITION: there is no topic "missing"/],
    [['consume', 'TOPIC', '-p', '7'], 1, /UNKNOWN_TOPIC_OR_PARTITION.*has 2 partitions/],
    [['consume', 'TOPIC', '-o', 'yesterday'], 2, /it must be beginning, end, an offset/],
    [['consume', 'TOPIC', '-f', '%x'], 2, /there is no %x/],
    [['consume', 'TOPIC', '-g', 'g', '-p', '0'], 2, /leave out --partition/],
    [['consume', 'TOPIC', '-g', 'g', '-o', '5'], 2, /groups reset-offsets/],
    [['consume', 'TOPIC', '--json', '-f', '%s'], 2, /--format or --json, not both/],
  ])('refuse %j with %i', async (argv, code, words) => {
    const outcome = await cli.run(
      argv.map((each) => (each === 'TOPIC' ? topic : each)),
      'x\n',
    );

    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toMatch(words);
  });

  it('measure', async () => {
    const written = await cli.run(['perf', 'produce', topic, '--count', '2000', '--size', '50', '--json']);
    const read = await cli.run(['perf', 'consume', topic, '--count', '2000', '--json']);

    expect(JSON.parse(written.stdout)).toMatchObject({
      records: 2_000,
      bytes: 100_000,
      recordsPerSecond: expect.any(Number),
      latency: { p50Ms: expect.any(Number), p99Ms: expect.any(Number), maxMs: expect.any(Number) },
    });
    const { records, latency } = JSON.parse(read.stdout) as { records: number; latency: unknown };
    expect(records).toBeGreaterThanOrEqual(2_000);
    expect(latency).toBeNull();
  });
});
