import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, BOOTSTRAP, equal, numbered, until, type CaseBody } from '../harness.ts';
import { consume, createTopic, endOffsets, EventTool, print, produce, refused, tool, tryTool } from './tool.ts';

const topics: CaseBody = async (context) => {
  const topic = context.name();
  await tool('topics', ['--create', '--topic', topic, '--partitions', '3', '--config', 'retention.ms=1000000']);
  const [listed, described] = await Promise.all([
    tool('topics', ['--list']),
    tool('topics', ['--describe', '--topic', topic]),
  ]);
  assert(listed.split('\n').includes(topic), 'the topic is listed');
  const [head = '', ...rows] = described.trim().split('\n');
  assert(
    /PartitionCount: 3\tReplicationFactor: 1\t/.test(head) && head.includes('retention.ms=1000000'),
    `described: ${head}`,
  );
  equal(
    rows.map((row) => /Partition: (\d+)\tLeader: (\d+)/.exec(row)?.[1]),
    ['0', '1', '2'],
    'partitions',
  );
  await refused('topics', ['--create', '--topic', topic], /TopicExistsException|already exists/);
  await refused('topics', ['--create', '--topic', 'a,b'], /illegal|invalid/i);
  await refused('topics', ['--create', '--topic', `${topic}-rf`, '--replication-factor', '3'], /replication factor/i);
  await tool('topics', ['--delete', '--topic', topic]);
  await until('the topic is gone', async () => !(await tool('topics', ['--list'])).split('\n').includes(topic));
  await createTopic(context);
  return undefined;
};

const configs: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const entity = ['--entity-type', 'topics', '--entity-name', topic];
  const described = async (): Promise<string> =>
    (await tool('configs', ['--describe', ...entity])).trim().split('\n').slice(1).join('\n');
  await tool('configs', ['--alter', ...entity, '--add-config', 'retention.ms=5000000,max.message.bytes=2000']);
  const both = await until('both are described', async () => {
    const text = await described();
    return text.includes('retention.ms=5000000') && text.includes('max.message.bytes=2000') ? text : undefined;
  });
  assert(both.includes('DYNAMIC_TOPIC_CONFIG:retention.ms=5000000'), `synonyms: ${both}`);
  const large = await tryTool('producer', ['--topic', topic], `${'x'.repeat(3_000)}\n`);
  assert(/RecordTooLarge/.test(large.stdout + large.stderr), `3,000 bytes are refused: ${large.stdout}${large.stderr}`);
  await refused('configs', ['--alter', ...entity, '--add-config', 'retention.ms=abc'], /InvalidConfigurationException/);
  await refused(
    'configs',
    ['--alter', ...entity, '--add-config', 'no.such.key=1'],
    /InvalidConfigurationException|Unknown/,
  );
  await tool('configs', ['--alter', ...entity, '--delete-config', 'max.message.bytes,retention.ms']);
  await until('nothing is set', async () => (await described()) === '');
  await produce(topic, ['x'.repeat(3_000)]);
  equal((await consume(topic, 1, ['--from-beginning']))[0]?.length, 3_000, 'size of the record after the reset');
  const all = await tool('configs', ['--describe', '--all', ...entity]);
  for (const name of ['cleanup.policy=delete', 'segment.bytes=1073741824', 'max.message.bytes=1048588']) {
    assert(all.includes(`  ${name} `), `${name} among the defaults`);
  }
  return undefined;
};

const partitions: CaseBody = async (context) => {
  const topic = await createTopic(context, 1);
  await tool('topics', ['--alter', '--topic', topic, '--partitions', '3']);
  await refused(
    'topics',
    ['--alter', '--topic', topic, '--partitions', '2'],
    /would not be an increase|InvalidPartitions/,
  );
  await until('three partitions', async () => (await endOffsets(topic)).length === 3);
  const lines = Array.from({ length: 30 }, (_, index) => `key${index}\tvalue${index}`);
  await produce(topic, lines, ['--reader-property', 'parse.key=true']);
  const ends = (await endOffsets(topic)).map((line) => Number(line.split(':')[2]));
  assert(ends.length === 3 && ends.every((end) => end > 0), `each partition got records: ${ends}`);
  const read = await consume(topic, 30, ['--from-beginning', ...print('key')]);
  equal(read.sort(), lines.sort(), 'records');
  return undefined;
};

/** Rows of `--describe`: topic, partition, current offset, end, lag. */
function offsetRows(printed: string): string[] {
  const rows = printed
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('GROUP') && !line.startsWith('Consumer group'));
  return rows.map((line) => line.trim().split(/\s+/).slice(1, 6).join(' '));
}

const groups: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const values = numbered(20);
  await produce(topic, values);
  const group = context.name('group');
  const member = new EventTool(context, 'verifiableConsumer', [
    '--topic',
    topic,
    '--group-id',
    group,
    '--reset-policy',
    'earliest',
  ]);
  await until('a commit', () => member.named('offsets_committed').length > 0);
  const [listed, state, members] = await Promise.all([
    tool('groups', ['--list', '--state', 'stable']),
    tool('groups', ['--describe', '--group', group, '--state']),
    tool('groups', ['--describe', '--group', group, '--members', '--verbose']),
  ]);
  assert(listed.includes(group), 'the group is among the stable ones');
  assert(/\brange\b.*\bStable\b.*\b1\b/.test(state), `state: ${state}`);
  assert(members.includes(`${topic}(0)`) || members.includes(`${topic}:0`), `members with assignment: ${members}`);
  equal(
    offsetRows(await tool('groups', ['--describe', '--group', group])),
    [`${topic} 0 20 20 0`],
    'offsets of a live group',
  );
  await refused('groups', ['--delete', '--group', group], /GroupNotEmptyException|not empty/i);
  member.terminate();
  await member.ended;
  const reset = await tool('groups', [
    '--group',
    group,
    '--topic',
    topic,
    '--reset-offsets',
    '--to-offset',
    '3',
    '--execute',
  ]);
  assert(new RegExp(`${topic}\\s+0\\s+3\\s*$`).test(reset), `reset: ${reset}`);
  equal(
    offsetRows(await tool('groups', ['--describe', '--group', group])),
    [`${topic} 0 3 20 17`],
    'offsets after the reset',
  );
  equal(await consume(topic, 17, ['--group', group]), values.slice(3), 'values from the reset offset');
  assert(
    /Successful/.test(await tool('groups', ['--group', group, '--topic', topic, '--delete-offsets'])),
    'offsets deleted',
  );
  assert(/was successful/.test(await tool('groups', ['--delete', '--group', group])), 'group deleted');
  assert(!(await tool('allGroups', ['--list'])).includes(group), 'the group is gone');
  return undefined;
};

const deleteRecords: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const values = numbered(30);
  await produce(topic, values);
  const dir = await mkdtemp(join(tmpdir(), 'conformance-tools-'));
  context.after(() => rm(dir, { recursive: true }));
  const remove = async (offset: number): Promise<string> => {
    const file = join(dir, 'offsets.json');
    await writeFile(file, JSON.stringify({ version: 1, partitions: [{ topic, partition: 0, offset }] }));
    return (await tool('deleteRecords', ['--offset-json-file', file])).trim().split('\n').at(-1) ?? '';
  };
  equal(await remove(21), `partition: ${topic}-0\tlow_watermark: 21`, 'what the tool printed');
  equal(await endOffsets(topic, '-2'), [`${topic}:0:21`], 'earliest offset');
  equal(await consume(topic, 9, ['--from-beginning']), values.slice(21), 'values that are left');
  assert(/OffsetOutOfRange/.test(await remove(31)), 'beyond the end is refused');
  return undefined;
};

const offsets: CaseBody = async (context) => {
  const topic = await createTopic(context, 2);
  const values = numbered(10);
  await produce(
    topic,
    values.map((value) => `key\t${value}`),
    ['--reader-property', 'parse.key=true'],
  );
  const latest = await endOffsets(topic, 'latest');
  equal(latest.map((line) => Number(line.split(':')[2])).sort(), [0, 10], 'latest offsets');
  const full = latest.find((line) => line.endsWith(':10'))?.split(':')[1] ?? '';
  equal(await endOffsets(topic, 'earliest'), [`${topic}:0:0`, `${topic}:1:0`], 'earliest offsets');
  const max = await tool('offsets', ['--topic-partitions', `${topic}:${full}`, '--time', 'max-timestamp']);
  const largest = Number(max.trim().split(':')[2]);
  assert(largest >= 0 && largest <= 9, `offset of the largest timestamp: ${max}`);
  return undefined;
};

const cluster: CaseBody = async (context) => {
  const topic = await createTopic(context);
  await produce(topic, numbered(10, 100));
  const [apis, id, endpoints, dirs] = await Promise.all([
    tool('apiVersions', []),
    tool('cluster', ['cluster-id']),
    tool('cluster', ['list-endpoints']),
    tool('logDirs', ['--describe', '--topic-list', topic]),
  ]);
  assert(apis.startsWith(`${BOOTSTRAP} (id: `), `first line of the versions: ${apis.split('\n')[0]}`);
  for (const row of ['Produce(0): 0 to 13', 'Fetch(1): 4 to 18', 'Metadata(3): 0 to 13', 'JoinGroup(11): 0 to 9']) {
    assert(apis.includes(row), `${row} among the versions`);
  }
  assert(/^Cluster ID: \S{10,}/m.test(id), `cluster id: ${id}`);
  const [host, port] = BOOTSTRAP.split(':');
  assert(new RegExp(`${host}\\s+${port}\\s`).test(endpoints), `end points: ${endpoints}`);
  const json = JSON.parse(dirs.trim().split('\n').at(-1) ?? '{}') as {
    brokers: { logDirs: { partitions: { partition: string; size: number }[] }[] }[];
  };
  const sizes = json.brokers.flatMap((one) => one.logDirs.flatMap((dir) => dir.partitions));
  const own = sizes.find((one) => one.partition === `${topic}-0`);
  assert(own !== undefined && own.size > 1_000 && own.size < 3_000, `size of the partition: ${JSON.stringify(own)}`);
  return `${apis.split('\n').filter((line) => /\[usable: /.test(line)).length} APIs usable`;
};

export const ADMIN_CASES: Record<string, CaseBody> = {
  'admin-topics': topics,
  'admin-configs': configs,
  'admin-partitions': partitions,
  'admin-groups': groups,
  'admin-delete-records': deleteRecords,
  'admin-offsets': offsets,
  'admin-cluster': cluster,
};
