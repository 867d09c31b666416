import { ConfigResourceTypes, IncrementalAlterConfigOperationTypes, type Admin } from '@platformatic/kafka';
import { assert, BOOTSTRAP, equal, numbered, rejection, until, type CaseBody } from '../harness.ts';
import {
  assertProtocolError,
  bounds,
  createTopic,
  serving,
  inOrder,
  joinGroup,
  openAdmin,
  openProducer,
  readAll,
} from './client.ts';

const topics: CaseBody = async (context) => {
  const admin = openAdmin(context);
  const topic = context.name();
  const [created] = await admin.createTopics({
    topics: [topic],
    partitions: 3,
    replicas: 1,
    configs: [{ name: 'retention.ms', value: '1000000' }],
  });
  equal([created?.name, created?.partitions, created?.replicas], [topic, 3, 1], 'created topic');
  equal(created?.configuration['retention.ms'], '1000000', 'config in the answer');
  await serving(admin, topic, 3);
  assert((await admin.listTopics()).includes(topic), 'the topic is listed');
  const metadata = (await admin.metadata({ topics: [topic], forceUpdate: true })).topics.get(topic);
  equal(metadata?.id, created?.id, 'topic id in metadata');
  const create = (name: string): Promise<unknown> => admin.createTopics({ topics: [name], partitions: 1, replicas: 1 });
  assertProtocolError(await rejection('the same topic', () => create(topic)), 'TOPIC_ALREADY_EXISTS');
  assertProtocolError(await rejection('a bad name', () => create('a b')), 'INVALID_TOPIC_EXCEPTION');
  await admin.deleteTopics({ topics: [topic] });
  await until('the topic is gone', async () => !(await admin.listTopics()).includes(topic));
  const [again] = await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
  assert(again?.id !== created?.id, 'a topic made again has a new id');
  await admin.deleteTopics({ topics: [topic] });
  return undefined;
};

async function configValue(admin: Admin, topic: string, name: string): Promise<string | null | undefined> {
  const resources = [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: [name] }];
  const [answer] = await admin.describeConfigs({ resources, includeSynonyms: true, includeDocumentation: true });
  equal(
    answer?.configs.map((one) => one.name),
    [name],
    'described names',
  );
  return answer?.configs[0]?.value;
}

const configs: CaseBody = async (context) => {
  const topic = await createTopic(context, { configs: { 'retention.ms': '3600000' } });
  const admin = openAdmin(context);
  const producer = openProducer(context);
  const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic };
  const { SET, DELETE } = IncrementalAlterConfigOperationTypes;
  const set = (value: string): Promise<void> =>
    admin.incrementalAlterConfigs({
      resources: [{ ...resource, configs: [{ name: 'max.message.bytes', configOperation: SET, value }] }],
    });
  const send = (): Promise<unknown> => producer.send({ messages: [{ topic, value: Buffer.alloc(3_000, 'x') }] });
  await set('2000');
  await until(
    'the new value is described',
    async () => (await configValue(admin, topic, 'max.message.bytes')) === '2000',
  );
  equal(await configValue(admin, topic, 'retention.ms'), '3600000', 'a config that was not named stays');
  assertProtocolError(await rejection('3,000 bytes', send), 'MESSAGE_TOO_LARGE');
  assertProtocolError(await rejection('a value that is no number', () => set('plenty')), 'INVALID_CONFIG');
  await admin.incrementalAlterConfigs({
    resources: [{ ...resource, configs: [{ name: 'max.message.bytes', configOperation: DELETE }] }],
  });
  await until('the default is back', async () => (await configValue(admin, topic, 'max.message.bytes')) === '1048588');
  await send();
  await admin.alterConfigs({ resources: [{ ...resource, configs: [{ name: 'cleanup.policy', value: 'delete' }] }] });
  await until(
    'alterConfigs replaces all',
    async () => (await configValue(admin, topic, 'retention.ms')) === '604800000',
  );
  const node = String([...(await admin.metadata({})).brokers.keys()][0]);
  const [broker] = await admin.describeConfigs({
    resources: [{ resourceType: ConfigResourceTypes.BROKER, resourceName: node }],
  });
  const names = broker?.configs.map((one) => one.name) ?? [];
  for (const name of ['log.retention.ms', 'num.partitions', 'message.max.bytes'])
    assert(names.includes(name), `broker config ${name}`);
  return `${names.length} broker configs`;
};

const partitions: CaseBody = async (context) => {
  const topic = await createTopic(context, { partitions: 1 });
  const admin = openAdmin(context);
  await admin.createPartitions({ topics: [{ name: topic, count: 4 }] });
  await serving(admin, topic, 4);
  const producer = openProducer(context);
  await producer.send({
    messages: [0, 1, 2, 3].map((partition) => ({ topic, partition, value: Buffer.from(`p${partition}`) })),
  });
  const received = await readAll(context, topic, 4, 4);
  equal(
    received.map((one) => `${one.partition}:${one.offset}:${one.value}`).sort(),
    ['0:0:p0', '1:0:p1', '2:0:p2', '3:0:p3'],
    'records',
  );
  const error = await rejection('fewer partitions', () =>
    admin.createPartitions({ topics: [{ name: topic, count: 2 }] }),
  );
  assertProtocolError(error, 'INVALID_PARTITIONS');
  return undefined;
};

const groups: CaseBody = async (context) => {
  const topic = await createTopic(context, { partitions: 2 });
  const admin = openAdmin(context);
  const producer = openProducer(context);
  const values = numbered(10);
  await producer.send({ messages: values.map((value) => ({ topic, value: Buffer.from(value), partition: 0 })) });
  const group = context.name('group');
  const member = await joinGroup(context, [topic], { group, autocommit: false });
  await until('10 records', () => member.received.length >= 10);
  const listed = (await admin.listGroups()).get(group);
  equal(
    [String(listed?.state).toUpperCase(), listed?.protocolType, listed?.groupType],
    ['STABLE', 'consumer', 'classic'],
    'listed group',
  );
  assert(!(await admin.listGroups({ states: ['EMPTY'] })).has(group), 'a stable group is not among the empty ones');
  const described = (await admin.describeGroups({ groups: [group] })).get(group);
  const [only] = [...(described?.members.values() ?? [])];
  equal(
    [String(described?.state).toUpperCase(), only?.clientId],
    ['STABLE', 'conformance-platformatic'],
    'described group',
  );
  equal(only?.assignments?.get(topic)?.partitions, [0, 1], 'assignment in the description');
  assertProtocolError(
    await rejection('deleting a live group', () => admin.deleteGroups({ groups: [group] })),
    'NON_EMPTY_GROUP',
  );
  await member.leave();
  await until('an empty group', async () => (await admin.listGroups({ states: ['EMPTY'] })).has(group));
  const partitionOffsets = [
    { partition: 0, offset: 7n },
    { partition: 1, offset: 0n },
  ];
  await admin.alterConsumerGroupOffsets({ groupId: group, topics: [{ name: topic, partitionOffsets }] });
  const second = await joinGroup(context, [topic], { group });
  await until('3 records', () => second.received.length >= 3);
  equal(inOrder(second.received, 0, 7), values.slice(7), 'values after the offset that was set');
  await second.leave();
  await admin.deleteConsumerGroupOffsets({ groupId: group, topics: [{ name: topic, partitionIndexes: [0] }] });
  const [left] = await admin.listConsumerGroupOffsets({ groups: [group] });
  equal(
    left?.topics[0]?.partitions.map((one) => one.partitionIndex),
    [1],
    'partitions with an offset',
  );
  await admin.deleteGroups({ groups: [group] });
  assert(!(await admin.listGroups()).has(group), 'the group is gone');
  return undefined;
};

const deleteRecords: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const admin = openAdmin(context);
  const producer = openProducer(context);
  const values = numbered(30);
  await producer.send({ messages: values.map((value) => ({ topic, value: Buffer.from(value), partition: 0 })) });
  const remove = async (offset: bigint): Promise<number> => {
    const [answer] = await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset }] }] });
    return Number(answer?.partitions[0]?.lowWatermark);
  };
  equal(await remove(21n), 21, 'low watermark');
  equal(inOrder(await readAll(context, topic, 9), 0, 21), values.slice(21), 'values that are left');
  equal(await remove(5n), 21, 'low watermark when asked for less');
  equal(await remove(-1n), 30, 'low watermark after deleting all');
  equal(await bounds(admin, topic, 1), [{ low: 30, high: 30 }], 'bounds');
  assertProtocolError(await rejection('deleting beyond the end', () => remove(31n)), 'OFFSET_OUT_OF_RANGE');
  return undefined;
};

const offsets: CaseBody = async (context) => {
  const topic = await createTopic(context, { partitions: 2 });
  const admin = openAdmin(context);
  const producer = openProducer(context);
  const start = Date.now() - 60_000;
  const times = [0, 1, 2, 9, 4].map((delta) => BigInt(start + delta));
  await producer.send({
    messages: times.map((timestamp) => ({ topic, partition: 1, value: Buffer.from('v'), timestamp })),
  });
  equal(
    await bounds(admin, topic, 2),
    [
      { low: 0, high: 0 },
      { low: 0, high: 5 },
    ],
    'earliest and latest',
  );
  const ask = async (timestamp: bigint): Promise<unknown> => {
    const [answer] = await admin.listOffsets({
      topics: [{ name: topic, partitions: [{ partitionIndex: 1, timestamp }] }],
    });
    return [answer?.partitions[0]?.offset, answer?.partitions[0]?.timestamp];
  };
  equal(await ask(BigInt(start + 2)), [2n, BigInt(start + 2)], 'by time');
  equal(await ask(-3n), [3n, BigInt(start + 9)], 'largest timestamp');
  equal(await ask(BigInt(start + 10)), [-1n, -1n], 'after the largest timestamp');
  return undefined;
};

const cluster: CaseBody = async (context) => {
  const admin = openAdmin(context);
  const topic = await createTopic(context);
  const metadata = await admin.metadata({ topics: [topic], forceUpdate: true });
  assert(metadata.id.length > 0, 'a cluster id');
  equal(
    [...metadata.brokers.values()].map((one) => `${one.host}:${one.port}`),
    [BOOTSTRAP],
    'brokers',
  );
  assert(metadata.brokers.has(metadata.controllerId), 'the controller is a broker');
  const producer = openProducer(context);
  await producer.send({ messages: [{ topic, value: Buffer.alloc(1_000) }] });
  const [logDirs] = await admin.describeLogDirs({ topics: [{ name: topic, partitions: [0] }] });
  const size = logDirs?.results[0]?.topics[0]?.partitions[0]?.partitionSize;
  assert(Number(size) >= 1_000 && Number(size) < 2_000, `size of the partition on disk, got ${size}`);
  const apis = await admin.listApis();
  return `${apis.length} APIs`;
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
