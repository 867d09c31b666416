/** What an operator does with a cluster and not with one topic: broker settings, log levels, elections, moves, features. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, equal, until, type CaseBody, type CaseContext } from '../harness.ts';
import { createTopic, refused, tool, tryTool } from './tool.ts';

/** Both brokers are node 1 of their cluster. */
const NODE = '1';
const ONE = ['--entity-type', 'brokers', '--entity-name', NODE];
const ALL = ['--entity-type', 'brokers', '--entity-default'];

async function configLines(args: readonly string[]): Promise<string[]> {
  const printed = await tool('configs', ['--describe', ...args]);
  return printed
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.trim());
}

/** Waits until the line of a setting is there and says what it has to. */
function configLine(args: readonly string[], name: string, pattern: RegExp): Promise<string> {
  return until(`${name} is described as ${pattern}`, async () => {
    const line = (await configLines(args)).find((each) => each.startsWith(`${name}=`));
    return line !== undefined && pattern.test(line) ? line : undefined;
  });
}

const brokerConfigs: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const key = 'log.retention.ms';
  const reset = async (): Promise<void> => {
    await tool('configs', ['--alter', ...ONE, '--delete-config', key]);
    await tool('configs', ['--alter', ...ALL, '--delete-config', key]);
  };
  context.after(reset);
  await tool('configs', ['--alter', ...ALL, '--add-config', `${key}=1000000`]);
  await configLine(ALL, key, /^log\.retention\.ms=1000000 /);
  const ofTopic = ['--entity-type', 'topics', '--entity-name', topic, '--all'];
  await configLine(ofTopic, 'retention.ms', /=1000000 .*\{DYNAMIC_DEFAULT_BROKER_CONFIG:log\.retention\.ms=1000000/);
  await tool('configs', ['--alter', ...ONE, '--add-config', `${key}=2000000`]);
  const line = await configLine(ONE, key, /=2000000 .*\{DYNAMIC_BROKER_CONFIG:/);
  const layers = [...line.matchAll(/([A-Z_]+):log\.retention\.(?:ms|hours)=(\d+)/g)].map(([, layer, value]) => [
    layer,
    value,
  ]);
  equal(
    layers,
    [
      ['DYNAMIC_BROKER_CONFIG', '2000000'],
      ['DYNAMIC_DEFAULT_BROKER_CONFIG', '1000000'],
      ['DEFAULT_CONFIG', '168'],
    ],
    'layers of the setting, the one in force first',
  );
  await configLine(ofTopic, 'retention.ms', /=2000000 /);
  for (const [wrong, pattern] of [
    ['node.id=2', /Cannot update these configs dynamically|node\.id cannot be changed while the broker runs/],
    [`${key}=never`, /InvalidRequestException.*never/],
  ] as const) {
    await refused('configs', ['--alter', ...ONE, '--add-config', wrong], pattern);
  }
  await reset();
  await configLine(ofTopic, 'retention.ms', /=604800000 /);
  return undefined;
};

const loggers: CaseBody = async (context) => {
  const entity = ['--entity-type', 'broker-loggers', '--entity-name', NODE];
  const levelOf = (line: string | undefined): string => /=([A-Z]+)/.exec(line ?? '')?.[1] ?? 'none';
  const before = levelOf((await configLines(entity)).find((line) => line.startsWith('root=')));
  const set = (level: string): Promise<string> =>
    tool('configs', ['--alter', ...entity, '--add-config', `root=${level}`]);
  context.after(() => set(before));
  await set('ERROR');
  await configLine(entity, 'root', /^root=ERROR /);
  await set('WARN');
  await configLine(entity, 'root', /^root=WARN /);
  await refused('configs', ['--alter', ...entity, '--add-config', 'root=LOUD'], /InvalidConfigurationException.*LOUD/);
  await refused(
    'configs',
    ['--alter', ...entity, '--add-config', 'no.such=INFO'],
    /Invalid broker logger\(s\): no\.such/,
  );
  await refused('configs', ['--alter', ...entity, '--delete-config', 'root'], /InvalidRequestException/);
  return `${(await configLines(entity)).length} loggers`;
};

const elections: CaseBody = async (context) => {
  const topic = await createTopic(context, 2);
  const of = (partition: number): string[] => ['--topic', topic, '--partition', String(partition)];
  for (const type of ['preferred', 'unclean']) {
    const printed = await tool('election', ['--election-type', type, ...of(0)]);
    assert(printed.includes(`Valid replica already elected for partitions ${topic}-0`), `${type}: ${printed}`);
  }
  equal(
    (await tool('election', ['--election-type', 'preferred', '--all-topic-partitions'])).trim(),
    '',
    'what is said of all',
  );
  await refused('election', ['--election-type', 'preferred', ...of(9)], /UnknownTopicOrPartitionException/);
  return undefined;
};

async function jsonFile(context: CaseContext, content: object): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'conformance-tools-'));
  context.after(() => rm(dir, { recursive: true }));
  const file = join(dir, 'plan.json');
  await writeFile(file, JSON.stringify(content));
  return file;
}

const reassignments: CaseBody = async (context) => {
  const topic = await createTopic(context, 2);
  const topics = await jsonFile(context, { version: 1, topics: [{ topic }] });
  const generated = await tool('reassign', ['--generate', '--topics-to-move-json-file', topics, '--broker-list', NODE]);
  const plan = JSON.parse(generated.trim().split('\n').at(-1) ?? '{}') as { partitions: { replicas: number[] }[] };
  equal(
    plan.partitions.map(({ replicas }) => replicas),
    [[Number(NODE)], [Number(NODE)]],
    'replicas of the generated plan',
  );
  const file = ['--reassignment-json-file', await jsonFile(context, plan)];
  for (const throttle of [[], ['--throttle', '1000000']]) {
    const started = await tool('reassign', ['--execute', ...file, ...throttle]);
    assert(started.includes(`Successfully started partition reassignments for ${topic}-0,${topic}-1`), started);
    const verified = await tool('reassign', ['--verify', ...file]);
    for (const partition of [0, 1]) {
      assert(verified.includes(`Reassignment of partition ${topic}-${partition} is completed`), verified);
    }
  }
  assert(/No partition reassignments found/.test(await tool('reassign', ['--list'])), 'nothing moves');
  assert(
    /None of the specified partition reassignments are active/.test(await tool('reassign', ['--cancel', ...file])),
    'nothing to cancel',
  );
  const elsewhere = { version: 1, partitions: [{ topic, partition: 0, replicas: [99], log_dirs: ['any'] }] };
  await refused(
    'reassign',
    ['--execute', '--reassignment-json-file', await jsonFile(context, elsewhere)],
    /Unknown broker id 99/,
  );
  return undefined;
};

const features: CaseBody = async () => {
  const described = await tool('features', ['describe']);
  assert(
    /Feature: transaction\.version\s+SupportedMinVersion: 0\s+SupportedMaxVersion: 2\s+FinalizedVersionLevel: 2/.test(
      described,
    ),
    described,
  );
  const upgraded = await tool('features', ['upgrade', '--feature', 'transaction.version=2']);
  assert(/transaction\.version was upgraded to 2/.test(upgraded), upgraded);
  await refused(
    'features',
    ['upgrade', '--feature', 'transaction.version=9'],
    /Could not upgrade transaction\.version to 9/,
  );
  await refused('features', ['upgrade', '--feature', 'no.such=1'], /Could not upgrade no\.such to 1/);
  return undefined;
};

/** Settings of groups, and what the tool lists of each type when no name is given. */
const groupConfigs: CaseBody = async (context) => {
  const entity = ['--entity-type', 'groups', '--entity-name', context.name('group')];
  const key = 'consumer.session.timeout.ms';
  await tool('configs', ['--alter', ...entity, '--add-config', `${key}=50000`]);
  await configLine(entity, key, /=50000 .*DYNAMIC_GROUP_CONFIG:consumer\.session\.timeout\.ms=50000/);
  const listed = await tool('configs', ['--describe', '--entity-type', 'groups']);
  assert(listed.includes(context.name('group')), `the group is listed: ${listed}`);
  await refused('configs', ['--alter', ...entity, '--add-config', `${key}=1`], /InvalidConfigurationException/);
  await refused('configs', ['--alter', ...entity, '--add-config', 'no.such=1'], /InvalidConfigurationException/);
  await tool('configs', ['--alter', ...entity, '--delete-config', key]);
  await until('nothing is set any more', async () => {
    const { stdout } = await tryTool('configs', ['--describe', ...entity]);
    return !stdout.includes(`${key}=50000`);
  });
  return undefined;
};

export const CLUSTER_ADMIN_CASES: Record<string, CaseBody> = {
  'admin-broker-configs': brokerConfigs,
  'admin-loggers': loggers,
  'admin-group-configs': groupConfigs,
  'admin-elections': elections,
  'admin-reassignments': reassignments,
  'admin-features': features,
};
