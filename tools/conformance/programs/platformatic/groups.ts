import { MessagesStreamModes } from '@platformatic/kafka';
import { assert, equal, numbered, until, type CaseBody } from '../harness.ts';
import { startMember } from '../member-process.ts';
import { assigned, createTopic, inOrder, joinGroup, openAdmin, openProducer } from './client.ts';

const commitOffsets: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const producer = openProducer(context);
  const values = numbered(20);
  await producer.send({ messages: values.map((value) => ({ topic, value: Buffer.from(value), partition: 0 })) });
  const group = context.name('group');
  const first = await joinGroup(context, [topic], { group, autocommit: false });
  await until('20 records', () => first.received.length >= 20);
  await first.consumer.commit({ offsets: [{ topic, partition: 0, offset: 12n, leaderEpoch: 0 }] });
  equal(
    await first.consumer.listCommittedOffsets({ topics: [{ topic, partitions: [0] }] }),
    new Map([[topic, [12n]]]),
    'fetched',
  );
  await first.leave();
  const [answer] = await openAdmin(context).listConsumerGroupOffsets({ groups: [group] });
  const partition = answer?.topics[0]?.partitions[0];
  equal(
    [answer?.topics[0]?.name, partition?.committedOffset, partition?.committedLeaderEpoch],
    [topic, 12n, 0],
    'committed',
  );
  const second = await joinGroup(context, [topic], { group });
  await until('8 records', () => second.received.length >= 8);
  equal(inOrder(second.received, 0, 12), values.slice(12), 'values after the committed offset');
  return undefined;
};

const seekOffset: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const producer = openProducer(context);
  const values = numbered(50);
  await producer.send({ messages: values.map((value) => ({ topic, value: Buffer.from(value), partition: 0 })) });
  const member = await joinGroup(context, [topic], {
    start: { mode: MessagesStreamModes.MANUAL, offsets: [{ topic, partition: 0, offset: 37n }] },
  });
  await until('13 records', () => member.received.length >= 13);
  equal(inOrder(member.received, 0, 37), values.slice(37), 'values from the offset');
  return undefined;
};

const seekTimestamp: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const producer = openProducer(context);
  const start = Date.now() - 100_000;
  for (let batch = 0; batch < 5; batch += 1) {
    const messages = numbered(10).map((value, index) => ({
      topic,
      partition: 0,
      value: Buffer.from(value),
      timestamp: BigInt(start + (batch * 10 + index) * 100),
    }));
    await producer.send({ messages });
  }
  const member = await joinGroup(context, [topic]);
  const lookUp = async (time: number): Promise<unknown> => {
    const found = await member.consumer.listOffsetsWithTimestamps({ topics: [topic], timestamp: BigInt(time) });
    const partition = found.get(topic)?.get(0);
    return [Number(partition?.offset), Number(partition?.timestamp)];
  };
  equal(await lookUp(start), [0, start], 'at the first record');
  equal(await lookUp(start + 1_701), [18, start + 1_800], 'between two records');
  equal(await lookUp(start + 1_800), [18, start + 1_800], 'at a record');
  equal(await lookUp(start + 4_900), [49, start + 4_900], 'at the last record');
  equal(await lookUp(start + 50_000), [-1, -1], 'after the last record');
  return undefined;
};

const joinLeave: CaseBody = async (context) => {
  const topic = await createTopic(context, { partitions: 4 });
  const producer = openProducer(context);
  const first = await joinGroup(context, [topic]);
  await until('all partitions with the first member', () => assigned(first, topic).length === 4);
  const second = await joinGroup(context, [topic]);
  await until(
    'two and two partitions',
    () => assigned(first, topic).length === 2 && assigned(second, topic).length === 2,
  );
  equal([...assigned(first, topic), ...assigned(second, topic)].sort(), [0, 1, 2, 3], 'partitions of both');
  const values = numbered(400);
  const messages = values.map((value, index) => ({ topic, value: Buffer.from(value), partition: index % 4 }));
  await producer.send({ messages: messages.slice(0, 200) });
  await until('200 records between them', () => first.received.length + second.received.length >= 200);
  assert(first.received.length > 0 && second.received.length > 0, 'both members received records');
  await second.leave();
  await until('all partitions back with the first', () => assigned(first, topic).length === 4);
  await producer.send({ messages: messages.slice(200) });
  const seen = (): Set<string> => new Set([...first.received, ...second.received].map((one) => one.value));
  await until('all 400 records', () => seen().size === 400);
  equal([...seen()].sort(), values, 'values');
  return undefined;
};

const crash: CaseBody = async (context) => {
  const topic = await createTopic(context, { partitions: 4 });
  const producer = openProducer(context);
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
  await producer.send({
    messages: values.map((value, index) => ({ topic, value: Buffer.from(value), partition: index % 4 })),
  });
  await until('40 records', () => first.received.length >= 40);
  equal(first.received.map((one) => one.value).sort(), values, 'values');
  return `taken over after ${took} ms`;
};

const staticMember: CaseBody = async (context) => {
  const topic = await createTopic(context, { partitions: 4 });
  const group = context.name('group');
  const options = { group, sessionTimeout: 30_000, rebalanceTimeout: 30_000 };
  const first = await joinGroup(context, [topic], { ...options, groupInstanceId: 'one' });
  const second = await joinGroup(context, [topic], { ...options, groupInstanceId: 'two' });
  await until(
    'two and two partitions',
    () => assigned(first, topic).length === 2 && assigned(second, topic).length === 2,
  );
  const admin = openAdmin(context);
  const describe = async () => (await admin.describeGroups({ groups: [group] })).get(group);
  await until('a stable group', async () => String((await describe())?.state).toUpperCase() === 'STABLE');
  const generation = first.consumer.generationId;
  const before = assigned(second, topic);
  const oldId = second.consumer.memberId;
  // A second process with the same instance id takes the place of the first one.
  const again = await joinGroup(context, [topic], { ...options, groupInstanceId: 'two' });
  await until('an assignment for the member that came back', () => assigned(again, topic).length > 0);
  equal(assigned(again, topic), before, 'partitions of the member that came back');
  equal([first.consumer.generationId, again.consumer.generationId], [generation, generation], 'generation');
  const members = [...((await describe())?.members.values() ?? [])];
  equal(members.map((one) => one.groupInstanceId).sort(), ['one', 'two'], 'instance ids in the group');
  assert(
    members.every((one) => one.id !== oldId),
    'the older member id is gone',
  );
  return undefined;
};

export const GROUP_CASES: Record<string, CaseBody> = {
  'commit-offsets': commitOffsets,
  'seek-offset': seekOffset,
  'seek-timestamp': seekTimestamp,
  'group-join-leave': joinLeave,
  'group-crash': crash,
  'group-static': staticMember,
};
