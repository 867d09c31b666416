import { allOrThrow, oneOrThrow, type Admin, type Outcome } from '@millrace/sdk';
import { assert, BOOTSTRAP, equal, numbered, rejection, until, type CaseBody } from '../harness.ts';
import {
  assertKafkaCode,
  assigned,
  bounds,
  createTopic,
  inOrder,
  joinGroup,
  openAdmin,
  openProducer,
  readAll,
  serving,
  texts,
} from './client.ts';
import { CLUSTER_ADMIN_CASES } from './cluster-admin.ts';

/** An operation on one item must be refused with this code. */
async function refused(code: string, outcomes: Promise<readonly Outcome<object>[]>): Promise<void> {
  assertKafkaCode(await rejection(code, async () => oneOrThrow(await outcomes)), code);
}

const topics: CaseBody = async (context) => {
  const admin = openAdmin(context);
  const name = context.name();
  const create = (topicName: string, configs = {}) =>
    admin.createTopics([{ name: topicName, partitions: 3, replicationFactor: 1, configs }]);
  const created = oneOrThrow(await create(name, { 'retention.ms': '1000000' }));
  equal([created.partitionCount, created.replicationFactor], [3, 1], 'created topic');
  equal(created.configs?.['retention.ms'], '1000000', 'config in the answer');
  await serving(admin, name, 3);
  assert(
    (await admin.listTopics()).some((one) => one.name === name),
    'the topic is listed',
  );
  equal(oneOrThrow(await admin.describeTopics([name])).topicId, created.topicId, 'described topic id');
  await refused('TOPIC_ALREADY_EXISTS', create(name));
  await refused('INVALID_TOPIC_EXCEPTION', create('a b'));
  oneOrThrow(await admin.deleteTopics([{ topicId: created.topicId }]));
  await until('the topic is gone', async () => !(await admin.listTopics()).some((one) => one.name === name));
  await refused('UNKNOWN_TOPIC_OR_PARTITION', admin.describeTopics([name]));
  const again = oneOrThrow(await create(name));
  assert(again.topicId !== created.topicId, 'a topic made again has a new id');
  oneOrThrow(await admin.deleteTopics([name]));
  return undefined;
};

async function configValue(admin: Admin, name: string, key: string): Promise<string | null | undefined> {
  const described = oneOrThrow(await admin.describeConfigs([{ type: 'topic', name }], { keys: [key] }));
  equal(
    described.configs.map((one) => one.name),
    [key],
    'described names',
  );
  return described.configs[0]?.value;
}

const configs: CaseBody = async (context) => {
  const target = await createTopic(context, { configs: { 'retention.ms': '3600000' } });
  const admin = openAdmin(context);
  const producer = openProducer(context);
  const alter = (change: object) => admin.alterConfigs([{ type: 'topic', name: target.name, ...change }]);
  const send = (): Promise<unknown> => producer.send(target, { value: 'x'.repeat(3_000) });
  oneOrThrow(await alter({ set: { 'max.message.bytes': '2000' } }));
  await until(
    'the new value is described',
    async () => (await configValue(admin, target.name, 'max.message.bytes')) === '2000',
  );
  equal(await configValue(admin, target.name, 'retention.ms'), '3600000', 'a config that was not named stays');
  assertKafkaCode(await rejection('3,000 bytes', send), 'MESSAGE_TOO_LARGE');
  await refused('INVALID_CONFIG', alter({ set: { 'max.message.bytes': 'plenty' } }));
  oneOrThrow(await alter({ unset: ['max.message.bytes'] }));
  await until(
    'the default is back',
    async () => (await configValue(admin, target.name, 'max.message.bytes')) === '1048588',
  );
  await send();
  const [broker] = (await admin.describeCluster()).brokers;
  const described = oneOrThrow(await admin.describeConfigs([{ type: 'broker', name: String(broker?.nodeId) }]));
  const names = described.configs.map((one) => one.name);
  for (const name of ['log.retention.ms', 'num.partitions', 'message.max.bytes'])
    assert(names.includes(name), `broker config ${name}`);
  return `${names.length} broker configs`;
};

const partitions: CaseBody = async (context) => {
  const target = await createTopic(context);
  const admin = openAdmin(context);
  oneOrThrow(await admin.createPartitions([{ name: target.name, totalCount: 4 }]));
  await serving(admin, target.name, 4);
  await openProducer(context).sendAll(
    target,
    [0, 1, 2, 3].map((partition) => ({ partition, value: `p${partition}` })),
  );
  const received = await readAll(context, target, 4, 4);
  equal(
    received.map((one) => `${one.partition}:${one.offset}:${one.value}`).sort(),
    ['0:0:p0', '1:0:p1', '2:0:p2', '3:0:p3'],
    'records',
  );
  await refused('INVALID_PARTITIONS', admin.createPartitions([{ name: target.name, totalCount: 2 }]));
  return undefined;
};

const groups: CaseBody = async (context) => {
  const source = await createTopic(context, { partitions: 2 });
  const admin = openAdmin(context);
  const values = numbered(10);
  await openProducer(context).sendAll(
    source,
    values.map((value) => ({ value, partition: 0 })),
  );
  const group = context.name('group');
  const member = joinGroup(context, [source], { group, commit: 'manual' });
  await until('10 records', () => member.received.length >= 10);
  const listed = async (states: readonly ('Stable' | 'Empty')[]) =>
    (await admin.listGroups({ states })).groups.find((one) => one.groupId === group);
  equal((await listed(['Stable']))?.protocolType, 'consumer', 'listed group');
  equal(await listed(['Empty']), undefined, 'a stable group among the empty ones');
  const described = oneOrThrow(await admin.describeGroups([group]));
  const [only] = described.members;
  equal([described.state, only?.clientId], ['Stable', 'conformance-sdk'], 'described group');
  equal(
    only?.assignment?.map((one) => one.partition),
    assigned(member),
    'assignment in the description',
  );
  await refused('NON_EMPTY_GROUP', admin.deleteGroups([group]));
  await member.leave();
  await until('an empty group', async () => (await listed(['Empty'])) !== undefined);
  const place = (partition: number) => ({ topic: source.name, partition });
  allOrThrow(
    await admin.alterGroupOffsets(group, [
      { ...place(0), offset: 7 },
      { ...place(1), offset: 0 },
    ]),
  );
  const second = joinGroup(context, [source], { group });
  await until('3 records', () => second.received.length >= 3);
  equal(inOrder(second.received, 0, 7), values.slice(7), 'values after the offset that was set');
  await second.leave();
  const lag = allOrThrow(await admin.fetchGroupLag(group));
  equal(
    lag.map((one) => one.lagRecords),
    [0, 0],
    'lag',
  );
  oneOrThrow(await admin.deleteGroupOffsets(group, [place(0)]));
  const left = oneOrThrow(await admin.fetchGroupOffsets([{ groupId: group }]));
  equal(
    left.offsets.map((one) => one.partition),
    [1],
    'partitions with an offset',
  );
  oneOrThrow(await admin.deleteGroups([group]));
  assert(!(await admin.listGroups()).groups.some((one) => one.groupId === group), 'the group is gone');
  return undefined;
};

const deleteRecords: CaseBody = async (context) => {
  const source = await createTopic(context);
  const admin = openAdmin(context);
  const values = numbered(30);
  await openProducer(context).sendAll(
    source,
    values.map((value) => ({ value, partition: 0 })),
  );
  const remove = (before: number | 'latest') => admin.deleteRecords([{ topic: source.name, partition: 0, before }]);
  equal(oneOrThrow(await remove(21)).lowWatermark, 21, 'low watermark');
  equal(inOrder(await readAll(context, source, 9), 0, 21), values.slice(21), 'values that are left');
  equal(oneOrThrow(await remove(5)).lowWatermark, 21, 'low watermark when asked for less');
  equal(oneOrThrow(await remove('latest')).lowWatermark, 30, 'low watermark after deleting all');
  equal(await bounds(admin, source.name, 1), [{ low: 30, high: 30 }], 'bounds');
  await refused('OFFSET_OUT_OF_RANGE', remove(31));
  return undefined;
};

const offsets: CaseBody = async (context) => {
  const source = await createTopic(context, { partitions: 2 });
  const admin = openAdmin(context);
  const start = Date.now() - 60_000;
  await openProducer(context).sendAll(
    texts(source.name),
    [0, 1, 2, 9, 4].map((delta) => ({ value: 'v', partition: 1, timestamp: start + delta })),
  );
  equal(
    await bounds(admin, source.name, 2),
    [
      { low: 0, high: 0 },
      { low: 0, high: 5 },
    ],
    'earliest and latest',
  );
  const ask = async (at: 'max-timestamp' | Date): Promise<unknown> => {
    const found = oneOrThrow(await admin.listOffsets([{ topic: source.name, partition: 1, at }]));
    return [found.offset, found.timestamp];
  };
  equal(await ask(new Date(start + 2)), [2, start + 2], 'by time');
  equal(await ask('max-timestamp'), [3, start + 9], 'largest timestamp');
  equal(await ask(new Date(start + 10)), [undefined, undefined], 'after the largest timestamp');
  return undefined;
};

const cluster: CaseBody = async (context) => {
  const admin = openAdmin(context);
  const target = await createTopic(context);
  const described = await admin.describeCluster();
  assert(described.clusterId.length > 0, 'a cluster id');
  equal(
    described.brokers.map((one) => `${one.host}:${one.port}`),
    [BOOTSTRAP],
    'brokers',
  );
  assert(
    described.brokers.some((one) => one.nodeId === described.controllerId),
    'the controller is a broker',
  );
  await openProducer(context).send(target, { value: 'x'.repeat(1_000) });
  const place = { topic: target.name, partition: 0 };
  const dirs = allOrThrow(await admin.describeLogDirs({ partitions: [place] })).flatMap((one) => one.dirs);
  const size = dirs.flatMap((one) => one.replicas)[0]?.sizeBytes ?? 0;
  assert(size >= 1_000 && size < 2_000, `size of the partition on disk, got ${size}`);
  const features = await admin.describeFeatures();
  assert(
    features.some((one) => one.name === 'transaction.version'),
    'the feature transaction.version',
  );
  return `${(await admin.describeApiVersions()).length} APIs`;
};

export const ADMIN_CASES: Record<string, CaseBody> = {
  'admin-topics': topics,
  'admin-configs': configs,
  'admin-partitions': partitions,
  'admin-groups': groups,
  'admin-delete-records': deleteRecords,
  'admin-offsets': offsets,
  'admin-cluster': cluster,
  ...CLUSTER_ADMIN_CASES,
};
