/**
 * kcat as a client: one process per step, its output parsed.
 *
 * kcat 1.7.1 produces, consumes (with groups), looks up offsets and lists metadata; topics are made by producing to them
 * (the broker's default of one partition), so cases here have one partition.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, runOrThrow } from '../../src/processes.ts';
import {
  assert,
  BOOTSTRAP,
  checkInterop,
  equal,
  INTEROP_TOPIC,
  interopRemark,
  interopValues,
  noise,
  numbered,
  runProgram,
  sha256,
  until,
  type CaseBody,
  type CaseContext,
  type Restart,
} from '../harness.ts';

const BASE = ['-b', BOOTSTRAP, '-X', 'topic.metadata.refresh.interval.ms=1000', '-X', 'reconnect.backoff.max.ms=500'];

interface Envelope {
  topic: string;
  partition: number;
  offset: number;
  tstype: string;
  ts: number;
  headers?: (string | null)[];
  key: string | null;
  payload: string | null;
}

function kcat(args: readonly string[], input = ''): Promise<string> {
  return runOrThrow('kcat', [...BASE, ...args], { input, timeoutMs: 60_000 });
}

/** Makes the topic by asking for its metadata, as clients do that let the broker create topics. */
async function createTopic(context: CaseContext, suffix?: string): Promise<string> {
  const topic = context.name(suffix);
  await until(`topic ${topic}`, async () => {
    const found = await run('kcat', [...BASE, '-X', 'allow.auto.create.topics=true', '-L', '-J', '-t', topic]);
    if (found.code !== 0 || !/"partitions":\[\{"partition":0,"leader":\d+/.test(found.stdout)) return false;
    // The leader may not serve yet, and a send without acknowledgement would then be lost.
    return (await run('kcat', [...BASE, '-Q', '-t', `${topic}:0:-1`])).code === 0;
  });
  return topic;
}

async function produce(topic: string, values: readonly string[], args: readonly string[] = []): Promise<void> {
  await kcat(['-P', '-t', topic, '-p', '0', ...args], `${values.join('\n')}\n`);
}

/** Reads to the end of the topic. */
async function consume(topic: string, args: readonly string[] = ['-o', 'beginning']): Promise<Envelope[]> {
  const printed = await kcat(['-C', '-t', topic, '-e', '-q', '-J', ...args]);
  const lines = printed.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Envelope);
}

function check(records: readonly Envelope[], values: readonly string[], first = 0): void {
  equal(
    records.map((one) => one.payload),
    values,
    'values',
  );
  equal(
    records.map((one) => one.offset),
    values.map((_, index) => first + index),
    'offsets',
  );
}

function roundTrip(args: readonly string[], size?: number): CaseBody {
  return async (context) => {
    const topic = await createTopic(context);
    const values = numbered(600, size);
    await produce(topic, values, args);
    const got = await until('600 records', async () => {
      const records = await consume(topic);
      return records.length >= values.length ? records : undefined;
    });
    check(got, values);
    return undefined;
  };
}

const headers: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const args = ['b=two', 'a=one', 'a=more', 'empty=', 'null'].flatMap((header) => ['-H', header]);
  await produce(topic, ['v'], args);
  await produce(topic, ['none']);
  const [first, second] = await consume(topic);
  equal(first?.headers, ['b', 'two', 'a', 'one', 'a', 'more', 'empty', '', 'null', null], 'headers');
  equal(second?.headers ?? [], [], 'headers of a record without any');
  return undefined;
};

const nullAndEmpty: CaseBody = async (context) => {
  const topic = await createTopic(context);
  await kcat(['-P', '-t', topic, '-K', ':', '-Z'], 'k:v\nk:\n:v\n');
  await kcat(['-P', '-t', topic, '-K', ':'], 'k:\n:v\n');
  const records = await consume(topic);
  equal(
    records.map((one) => [one.key, one.payload]),
    [
      ['k', 'v'],
      ['k', null],
      [null, 'v'],
      ['k', ''],
      ['', 'v'],
    ],
    'keys and values',
  );
  return undefined;
};

const idempotence = roundTrip(['-X', 'enable.idempotence=true', '-X', 'batch.num.messages=20', '-X', 'acks=all']);

const largeMessage: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const dir = await mkdtemp(join(tmpdir(), 'conformance-kcat-'));
  context.after(() => rm(dir, { recursive: true }));
  const [fits, tooLarge] = [join(dir, 'fits'), join(dir, 'large')];
  writeFileSync(fits, noise(1_000_000));
  writeFileSync(tooLarge, noise(1_500_000));
  const send = (file: string) => run('kcat', [...BASE, '-P', '-t', topic, '-X', 'message.max.bytes=5000000', file]);
  equal((await send(fits)).code, 0, 'exit code for 1 MB');
  const refused = await send(tooLarge);
  assert(/Message size too large/i.test(refused.stderr), `the broker refuses 1.5 MB, kcat said: ${refused.stderr}`);
  const printed = await kcat(['-C', '-t', topic, '-e', '-q', '-o', 'beginning', '-f', '%o %S\n']);
  equal(printed, '0 1000000\n', 'offset and size of what is stored');
  return 'the default limit of 1,048,588 bytes';
};

const autoCreate: CaseBody = async (context) => {
  const topic = context.name();
  await kcat(['-P', '-t', topic], 'first\n');
  check(await consume(topic), ['first']);
  return undefined;
};

const interop: CaseBody = async () => {
  for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    for (const value of interopValues('kcat', codec)) {
      await kcat(['-P', '-t', INTEROP_TOPIC, '-z', codec, '-H', `sha256=${sha256(value)}`], value);
      if (codec !== 'none') break;
    }
  }
  const records = await consume(INTEROP_TOPIC);
  const digest = (list: readonly (string | null)[] = []): string => list[list.indexOf('sha256') + 1] ?? '';
  const counts = checkInterop(records.map((one) => ({ value: one.payload ?? '', digest: digest(one.headers) })));
  equal(counts.get('kcat'), 14, 'own records');
  return interopRemark(counts);
};

/** `kcat -G`: a member of a group whose records are read line by line. */
class Member {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  #log = '';

  constructor(context: CaseContext, group: string, topic: string, args: readonly string[] = []) {
    this.#child = spawn('kcat', [
      ...BASE,
      '-X',
      'auto.offset.reset=earliest',
      '-X',
      'session.timeout.ms=6000',
      '-X',
      'heartbeat.interval.ms=300',
      ...args,
      '-u',
      '-f',
      '%p %o %s\n',
      '-G',
      group,
      topic,
    ]);
    context.after(() => this.#child.kill('SIGKILL'));
    let rest = '';
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString('utf8')).split('\n');
      rest = parts.pop() ?? '';
      this.lines.push(...parts);
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString('utf8');
      process.stderr.write(chunk);
    });
  }

  /** Partitions of the last assignment that kcat reported. */
  get partitions(): number | undefined {
    const last = this.#log.match(/% Group \S+ rebalanced \(memberid \S+\): (?:assigned|revoked).*/g)?.at(-1);
    if (last === undefined) return undefined;
    return last.includes('assigned:') ? (last.match(/\[\d+\]/g)?.length ?? 0) : 0;
  }

  get values(): string[] {
    return this.lines.map((line) => line.split(' ')[2] ?? '');
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill(signal);
    await ended;
  }
}

function handOver(signal: 'SIGTERM' | 'SIGKILL'): CaseBody {
  return async (context) => {
    const topic = await createTopic(context);
    const group = context.name('group');
    const first = new Member(context, group, topic);
    await until('the partition with the first member', () => first.partitions === 1);
    const values = numbered(40);
    await produce(topic, values.slice(0, 20));
    await until('20 records', () => first.lines.length >= 20);
    const second = new Member(context, group, topic);
    await until('both in the group', () => second.partitions !== undefined);
    const [owner, heir] = second.partitions === 1 ? [second, first] : [first, second];
    await until('one owner', () => owner.partitions === 1 && heir.partitions === 0);
    const since = Date.now();
    await owner.end(signal);
    await until('the partition with the heir', () => heir.partitions === 1);
    const took = Date.now() - since;
    if (signal === 'SIGKILL') assert(took > 3_000, `taken over after ${took} ms, before the session could end`);
    await produce(topic, values.slice(20));
    const seen = (): string[] => [...new Set([...first.values, ...second.values])].sort();
    await until('40 records', () => seen().length === 40);
    equal(seen(), values, 'values');
    return `taken over after ${took} ms`;
  };
}

const commitOffsets: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const group = context.name('group');
  const values = numbered(30);
  await produce(topic, values.slice(0, 20));
  const first = new Member(context, group, topic);
  await until('20 records', () => first.lines.length >= 20);
  await first.end('SIGTERM');
  await produce(topic, values.slice(20));
  const second = new Member(context, group, topic);
  await until('10 records', () => second.lines.length >= 10);
  equal(
    second.lines,
    values.slice(20).map((value, index) => `0 ${20 + index} ${value}`),
    'what the second member read',
  );
  return undefined;
};

const seekOffset: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const values = numbered(50);
  await produce(topic, values);
  check(await consume(topic, ['-o', '37']), values.slice(37), 37);
  check(await consume(topic, ['-o', '-5']), values.slice(45), 45);
  check(await consume(topic, ['-o', '10', '-c', '3']), values.slice(10, 13), 10);
  check(await consume(topic, ['-o', '500', '-X', 'auto.offset.reset=earliest']), values);
  return undefined;
};

const seekTimestamp: CaseBody = async (context) => {
  const topic = await createTopic(context);
  await produce(topic, ['a', 'b']);
  const last = (await consume(topic)).at(-1)?.ts ?? 0;
  await until('the clock goes on', () => Date.now() > last);
  await produce(topic, ['c', 'd', 'e']);
  const records = await consume(topic);
  const third = records[2]?.ts ?? 0;
  assert(third > (records[1]?.ts ?? 0), `the third record is younger: ${records.map((one) => one.ts)}`);
  check(await consume(topic, ['-o', `s@${third}`]), ['c', 'd', 'e'], 2);
  check(await consume(topic, ['-o', 'beginning', '-o', `e@${third}`]), ['a', 'b']);
  const query = async (time: number): Promise<string> => (await kcat(['-Q', '-t', `${topic}:0:${time}`])).trim();
  equal(await query(third), `${topic} [0] offset 2`, 'offset by time');
  equal(await query(-2), `${topic} [0] offset 0`, 'earliest');
  equal(await query(-1), `${topic} [0] offset 5`, 'latest');
  return undefined;
};

function restarted(mode: Restart): CaseBody {
  return async (context) => {
    const topic = await createTopic(context);
    const group = context.name('group');
    const member = new Member(context, group, topic, ['-E', '-X', 'session.timeout.ms=30000']);
    await until('an assignment', () => member.partitions === 1);
    const producer = spawn('kcat', [
      ...BASE,
      '-X',
      'enable.idempotence=true',
      '-X',
      'linger.ms=1',
      '-E',
      '-P',
      '-t',
      topic,
      '-p',
      '0',
    ]);
    context.after(() => producer.kill('SIGKILL'));
    producer.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk));
    const values = numbered(2_000);
    let sent = 0;
    const feed = (upTo: number): void => {
      producer.stdin.write(
        values
          .slice(sent, upTo)
          .map((value) => `${value}\n`)
          .join(''),
      );
      sent = upTo;
    };
    // kcat reads its input in blocks, so the end of what was fed stays with it until more comes.
    feed(1_000);
    await until('300 records', () => member.lines.length >= 300);
    const restart = context.restart(mode);
    feed(1_500);
    await restart;
    feed(2_000);
    const ended = new Promise<number | null>((resolve) => producer.once('exit', resolve));
    producer.stdin.end();
    equal(await ended, 0, 'exit code of the producer');
    await until('2,000 records', () => member.lines.length >= 2_000);
    equal(
      member.lines,
      values.map((value, index) => `0 ${index} ${value}`),
      'what the member read',
    );
    check(await consume(topic), values);
    await member.end('SIGTERM');
    return 'idempotent producer: nothing stored twice';
  };
}

const cluster: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const listed = JSON.parse(await kcat(['-L', '-J'])) as {
    controllerid: number;
    brokers: { id: number; name: string }[];
    topics: { topic: string; partitions: { partition: number; leader: number; isrs: { id: number }[] }[] }[];
  };
  equal(
    listed.brokers.map((one) => one.name),
    [BOOTSTRAP],
    'brokers',
  );
  equal(listed.controllerid, listed.brokers[0]?.id, 'controller');
  const id = listed.brokers[0]?.id ?? -1;
  const found = listed.topics.find((one) => one.topic === topic);
  equal(found?.partitions, [{ partition: 0, leader: id, replicas: [{ id }], isrs: [{ id }] }], 'partitions');
  return undefined;
};

const printedVersion = await run('kcat', ['-V']);
const version = /Version (\S+) .*librdkafka (\S+)/.exec(printedVersion.stdout + printedVersion.stderr);
await runProgram(`${version?.[1]} (librdkafka ${version?.[2]})`, {
  'produce-acks-all': roundTrip(['-X', 'acks=all']),
  'produce-acks-1': roundTrip(['-X', 'acks=1']),
  'produce-acks-0': roundTrip(['-X', 'acks=0']),
  'codec-gzip': roundTrip(['-z', 'gzip'], 300),
  'codec-snappy': roundTrip(['-z', 'snappy'], 300),
  'codec-lz4': roundTrip(['-z', 'lz4'], 300),
  'codec-zstd': roundTrip(['-z', 'zstd'], 300),
  headers,
  'null-and-empty': nullAndEmpty,
  idempotence,
  'large-message': largeMessage,
  'auto-create': autoCreate,
  interop,
  'commit-offsets': commitOffsets,
  'seek-offset': seekOffset,
  'seek-timestamp': seekTimestamp,
  'group-join-leave': handOver('SIGTERM'),
  'group-crash': handOver('SIGKILL'),
  'restart-clean': restarted('clean'),
  'restart-kill': restarted('kill'),
  'admin-cluster': cluster,
});
