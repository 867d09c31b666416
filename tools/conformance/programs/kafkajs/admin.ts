import kafkajs, { type Admin } from 'kafkajs';
import { assert, BOOTSTRAP, equal, numbered, rejection, until, type CaseBody } from '../harness.ts';
import { connectAdmin, connectProducer, createTopic, inOrder, joinGroup, readAll, serving } from './client.ts';

const { ConfigResourceTypes, KafkaJSAggregateError, KafkaJSDeleteGroupsError, KafkaJSProtocolError } = kafkajs;

function assertProtocolError(error: Error, type: string): void {
  const inner: unknown = error instanceof KafkaJSAggregateError ? error.errors[0] : error;
  assert(inner instanceof KafkaJSProtocolError && inner.type === type, `${type} expected, got ${String(inner)}`);
}

const topics: CaseBody = async (context) => {
  const admin = await connectAdmin(context);
  const topic = context.name();
  await admin.createTopics({ validateOnly: true, topics: [{ topic, numPartitions: 3 }], waitForLeaders: false });
  assert(!(await admin.listTopics()).includes(topic), 'a validated topic was made');
  equal(await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true }), true, 'created');
  assert((await admin.listTopics()).includes(topic), 'the topic is listed');
  const metadata = (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0];
  equal(metadata?.partitions.map((one) => one.partitionId).sort(), [0, 1, 2], 'partitions');
  assert(
    metadata?.partitions.every((one) => one.leader >= 0 && one.isr.includes(one.leader)) ?? false,
    'leaders are in sync',
  );
  equal(await admin.createTopics({ topics: [{ topic }] }), false, 'created again (kafkajs answers false)');
  assertProtocolError(
    await rejection('a bad name', () => admin.createTopics({ topics: [{ topic: 'a b' }] })),
    'INVALID_TOPIC_EXCEPTION',
  );
  await admin.deleteTopics({ topics: [topic] });
  await until('the topic is gone', async () => !(await admin.listTopics()).includes(topic));
  const again = { topic, numPartitions: 1 };
  await until('the name is free', () => admin.createTopics({ topics: [again], waitForLeaders: false }));
  await serving(admin, topic, 1);
  await admin.deleteTopics({ topics: [topic] });
  return undefined;
};

async function configValue(admin: Admin, topic: string, name: string): Promise<string> {
  const answer = await admin.describeConfigs({
    includeSynonyms: true,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: [name] }],
  });
  equal(
    answer.resources[0]?.configEntries.map((one) => one.configName),
    [name],
    'described names',
  );
  return answer.resources[0]?.configEntries[0]?.configValue ?? '';
}

const configs: CaseBody = async (context) => {
  const topic = await createTopic(context, { configs: { 'retention.ms': '3600000' } });
  const admin = await connectAdmin(context);
  const producer = await connectProducer(context);
  equal(await configValue(admin, topic, 'retention.ms'), '3600000', 'config of creation');
  const alter = (value: string): Promise<unknown> =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        { type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: 'max.message.bytes', value }] },
      ],
    });
  await alter('2000');
  await until(
    'the new value is described',
    async () => (await configValue(admin, topic, 'max.message.bytes')) === '2000',
  );
  equal(await configValue(admin, topic, 'retention.ms'), '604800000', 'a config that the full set leaves out is reset');
  const error = await rejection('3,000 bytes', () =>
    producer.send({ topic, messages: [{ value: 'x'.repeat(3_000) }] }),
  );
  assertProtocolError(error, 'MESSAGE_TOO_LARGE');
  await rejection('a value that is no number', () => alter('plenty'));
  const brokers = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.BROKER, name: String((await admin.describeCluster()).brokers[0]?.nodeId) }],
  });
  const names = brokers.resources[0]?.configEntries.map((one) => one.configName) ?? [];
  for (const name of ['log.retention.ms', 'num.partitions', 'message.max.bytes'])
    assert(names.includes(name), `broker config ${name}`);
  return `${names.length} broker configs`;
};

const partitions: CaseBody = async (context) => {
  const topic = await createTopic(context, { partitions: 1 });
  const admin = await connectAdmin(context);
  await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] });
  await serving(admin, topic, 4);
  const producer = await connectProducer(context);
  await producer.send({ topic, messages: [0, 1, 2, 3].map((partition) => ({ partition, value: `p${partition}` })) });
  const received = await readAll(context, topic, 4);
  equal(
    received.map((one) => `${one.partition}:${one.offset}:${one.value}`).sort(),
    ['0:0:p0', '1:0:p1', '2:0:p2', '3:0:p3'],
    'records',
  );
  const error = await rejection('fewer partitions', () =>
    admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] }),
  );
  assertProtocolError(error, 'INVALID_PARTITIONS');
  return undefined;
};

const groups: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const admin = await connectAdmin(context);
  const producer = await connectProducer(context);
  const values = numbered(10);
  await producer.send({ topic, messages: values.map((value) => ({ value })) });
  const groupId = context.name('group');
  const member = await joinGroup(context, [topic], { group: groupId, autoCommit: false });
  await until('10 records', () => member.received.length >= 10);
  assert(
    (await admin.listGroups()).groups.some((one) => one.groupId === groupId && one.protocolType === 'consumer'),
    'the group is listed',
  );
  const described = (await admin.describeGroups([groupId])).groups[0];
  equal(
    [described?.state, described?.protocol, described?.members.length],
    ['Stable', 'RoundRobinAssigner', 1],
    'described group',
  );
  equal(described?.members[0]?.clientId, 'conformance-kafkajs', 'client id of the member');
  const impatient = await connectAdmin(context, { retry: { retries: 1 } });
  const live = await rejection('deleting a live group', () => impatient.deleteGroups([groupId]));
  assert(
    live instanceof KafkaJSDeleteGroupsError && live.groups[0]?.errorCode === 68,
    `NON_EMPTY_GROUP expected, got ${String(live)}`,
  );
  await member.leave();
  equal((await admin.describeGroups([groupId])).groups[0]?.state, 'Empty', 'state after the last member left');
  await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '7' }] });
  equal((await admin.fetchOffsets({ groupId, topics: [topic] }))[0]?.partitions[0]?.offset, '7', 'offset that was set');
  const second = await joinGroup(context, [topic], { group: groupId });
  await until('3 records', () => second.received.length >= 3);
  equal(inOrder(second.received, 0, 7), values.slice(7), 'values after the offset that was set');
  await second.leave();
  await admin.deleteGroups([groupId]);
  assert(!(await admin.listGroups()).groups.some((one) => one.groupId === groupId), 'the group is gone');
  equal(
    (await admin.fetchOffsets({ groupId, topics: [topic] }))[0]?.partitions[0]?.offset,
    '-1',
    'offset of a deleted group',
  );
  return undefined;
};

const deleteRecords: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const admin = await connectAdmin(context);
  const producer = await connectProducer(context);
  const values = numbered(30);
  await producer.send({ topic, messages: values.map((value) => ({ value })) });
  // kafkajs deletes records of a topic only when this admin has loaded its metadata before.
  equal((await admin.fetchTopicOffsets(topic))[0]?.low, '0', 'low at first');
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '21' }] });
  const [offsets] = await admin.fetchTopicOffsets(topic);
  equal([offsets?.low, offsets?.high], ['21', '30'], 'low and high');
  equal(inOrder(await readAll(context, topic, 9), 0, 21), values.slice(21), 'values that are left');
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '-1' }] });
  equal((await admin.fetchTopicOffsets(topic))[0]?.low, '30', 'low after deleting all');
  await rejection('deleting beyond the end', () =>
    admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '31' }] }),
  );
  return undefined;
};

const offsets: CaseBody = async (context) => {
  const topic = await createTopic(context, { partitions: 2 });
  const admin = await connectAdmin(context);
  const producer = await connectProducer(context);
  const start = Date.now() - 60_000;
  const messages = numbered(10).map((value, index) => ({ value, partition: 1, timestamp: String(start + index) }));
  await producer.send({ topic, messages });
  const sorted = (await admin.fetchTopicOffsets(topic)).sort((left, right) => left.partition - right.partition);
  equal(
    sorted,
    [
      { partition: 0, offset: '0', high: '0', low: '0' },
      { partition: 1, offset: '10', high: '10', low: '0' },
    ],
    'offsets',
  );
  const byTime = (await admin.fetchTopicOffsetsByTimestamp(topic, start + 4)).find((one) => one.partition === 1);
  equal(byTime?.offset, '4', 'offset by time');
  return undefined;
};

const cluster: CaseBody = async (context) => {
  const admin = await connectAdmin(context);
  const described = await admin.describeCluster();
  assert(described.clusterId.length > 0, 'a cluster id');
  equal(
    described.brokers.map((one) => `${one.host}:${one.port}`),
    [BOOTSTRAP],
    'brokers',
  );
  equal(described.controller, described.brokers[0]?.nodeId, 'controller');
  equal((await admin.describeCluster()).clusterId, described.clusterId, 'the cluster id when asked again');
  return undefined;
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
