import { assert, equal, numbered, until, type CaseBody } from '../harness.ts';
import { startMember } from '../member-process.ts';
import { assigned, connectAdmin, connectProducer, createTopic, inOrder, joinGroup } from './client.ts';

const commitOffsets: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const producer = await connectProducer(context);
  const values = numbered(20);
  await producer.send({ topic, messages: values.map((value) => ({ value })) });
  const group = context.name('group');
  const first = await joinGroup(context, [topic], { group, autoCommit: false });
  await until('20 records', () => first.received.length >= 20);
  await first.consumer.commitOffsets([{ topic, partition: 0, offset: '12', metadata: 'up to twelve' }]);
  await first.leave();
  const admin = await connectAdmin(context);
  const fetched = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  equal(
    fetched,
    [{ topic, partitions: [{ partition: 0, offset: '12', metadata: 'up to twelve' }] }],
    'fetched offsets',
  );
  const second = await joinGroup(context, [topic], { group });
  await until('8 records', () => second.received.length >= 8);
  equal(inOrder(second.received, 0, 12), values.slice(12), 'values after the committed offset');
  return undefined;
};

const seekOffset: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const producer = await connectProducer(context);
  const values = numbered(50);
  await producer.send({ topic, messages: values.map((value) => ({ value })) });
  const member = await joinGroup(context, [topic], { fromBeginning: false });
  await until('an assignment', () => member.assignments.length > 0);
  member.consumer.seek({ topic, partition: 0, offset: '37' });
  await until('13 records', () => member.received.length >= 13);
  equal(inOrder(member.received, 0, 37), values.slice(37), 'values after the seek');
  return undefined;
};

const seekTimestamp: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const producer = await connectProducer(context);
  const admin = await connectAdmin(context);
  const start = Date.now() - 100_000;
  for (let batch = 0; batch < 5; batch += 1) {
    const messages = numbered(10).map((value, index) => ({
      value,
      timestamp: String(start + (batch * 10 + index) * 100),
    }));
    await producer.send({ topic, messages });
  }
  for (const [time, offset] of [
    [start, 0],
    [start + 1_701, 18],
    [start + 1_800, 18],
    [start + 4_900, 49],
  ] as const) {
    equal(
      await admin.fetchTopicOffsetsByTimestamp(topic, time),
      [{ partition: 0, offset: String(offset) }],
      `offset at +${time - start}`,
    );
  }
  const [after] = await admin.fetchTopicOffsetsByTimestamp(topic, start + 50_000);
  equal(after?.offset, '50', 'offset after the last record (kafkajs answers the end)');
  return undefined;
};

const joinLeave: CaseBody = async (context) => {
  const topic = await createTopic(context, { partitions: 4 });
  const producer = await connectProducer(context);
  const first = await joinGroup(context, [topic], { autoCommitThreshold: 1 });
  await until('all partitions with the first member', () => assigned(first, topic).length === 4);
  const second = await joinGroup(context, [topic], { autoCommitThreshold: 1 });
  await until(
    'two and two partitions',
    () => assigned(first, topic).length === 2 && assigned(second, topic).length === 2,
  );
  equal([...assigned(first, topic), ...assigned(second, topic)].sort(), [0, 1, 2, 3], 'partitions of both');
  const values = numbered(400);
  const messages = values.map((value, index) => ({ value, partition: index % 4 }));
  await producer.send({ topic, messages: messages.slice(0, 200) });
  await until('200 records between them', () => first.received.length + second.received.length >= 200);
  assert(first.received.length > 0 && second.received.length > 0, 'both members received records');
  await second.leave();
  await until('all partitions back with the first', () => assigned(first, topic).length === 4);
  await producer.send({ topic, messages: messages.slice(200) });
  const seen = (): Set<string> => new Set([...first.received, ...second.received].map((one) => one.value));
  await until('all 400 records', () => seen().size === 400);
  equal([...seen()].sort(), values, 'values');
  return undefined;
};

const crash: CaseBody = async (context) => {
  const topic = await createTopic(context, { partitions: 4 });
  const producer = await connectProducer(context);
  const group = context.name('group');
  const doomed = await startMember(context, process.execPath, [
    ...process.execArgv,
    process.argv[1] ?? '',
    'member',
    group,
    topic,
  ]);
  const first = await joinGroup(context, [topic], { group, sessionTimeout: 6_000 });
  await until('two partitions for the first member', () => assigned(first, topic).length === 2);
  doomed.kill();
  const since = Date.now();
  await until('all partitions after the crash', () => assigned(first, topic).length === 4);
  const took = Date.now() - since;
  assert(took > 3_000, `the partitions moved after ${took} ms, before the session of the dead member could end`);
  const values = numbered(40);
  await producer.send({ topic, messages: values.map((value, index) => ({ value, partition: index % 4 })) });
  await until('40 records', () => first.received.length >= 40);
  equal(first.received.map((one) => one.value).sort(), values, 'values');
  return `taken over after ${took} ms`;
};

export const GROUP_CASES: Record<string, CaseBody> = {
  'commit-offsets': commitOffsets,
  'seek-offset': seekOffset,
  'seek-timestamp': seekTimestamp,
  'group-join-leave': joinLeave,
  'group-crash': crash,
};
