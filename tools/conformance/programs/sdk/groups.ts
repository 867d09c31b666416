import { assert, equal, numbered, until, type CaseBody } from '../harness.ts';
import { startMember } from '../member-process.ts';
import {
  assigned,
  createTopic,
  inOrder,
  joinGroup,
  openAdmin,
  openProducer,
  startReading,
  type Member,
  type Texts,
} from './client.ts';

async function fill(context: Parameters<CaseBody>[0], target: Texts, values: readonly string[]): Promise<void> {
  await openProducer(context).sendAll(
    target,
    values.map((value) => ({ value, partition: 0 })),
  );
}

const commitOffsets: CaseBody = async (context) => {
  const source = await createTopic(context);
  const values = numbered(20);
  await fill(context, source, values);
  const group = context.name('group');
  const first = joinGroup(context, [source], { group, commit: 'manual' });
  await until('20 records', () => first.received.length >= 20);
  const place = { topic: source.name, partition: 0 };
  await first.consumer.commit([{ ...place, offset: 12, leaderEpoch: 0, metadata: 'half way' }]);
  const [fetched] = await first.consumer.committed([place]);
  equal([fetched?.offset, fetched?.metadata], [12, 'half way'], 'fetched by the member');
  await first.leave();
  const [answer] = await openAdmin(context).fetchGroupOffsets([{ groupId: group }]);
  equal(
    answer?.ok === true && answer.offsets,
    [{ ok: true, ...place, offset: 12, leaderEpoch: 0, metadata: 'half way' }],
    'committed',
  );
  const second = joinGroup(context, [source], { group });
  await until('8 records', () => second.received.length >= 8);
  equal(inOrder(second.received, 0, 12), values.slice(12), 'values after the committed offset');
  return undefined;
};

const seekOffset: CaseBody = async (context) => {
  const source = await createTopic(context);
  const values = numbered(50);
  await fill(context, source, values);
  const place = { topic: source.name, partition: 0 };
  const member = startReading(context, [source], { onAssigned: () => member.consumer.seek(place, 37) });
  await until('13 records', () => member.received.length >= 13);
  equal(inOrder(member.received, 0, 37), values.slice(37), 'values from the offset');
  // Behind the end, what `from` says decides.
  await member.consumer.seek(place, 10_000);
  await until('all of them', () => member.received.length >= 63);
  equal(inOrder(member.received.slice(13), 0), values, 'values after the reset');
  return undefined;
};

const seekTimestamp: CaseBody = async (context) => {
  const source = await createTopic(context);
  const start = Date.now() - 100_000;
  const producer = openProducer(context);
  for (let batch = 0; batch < 5; batch += 1) {
    await producer.sendAll(
      source,
      numbered(10).map((value, index) => ({ value, partition: 0, timestamp: start + (batch * 10 + index) * 100 })),
    );
  }
  const member = startReading(context, [source]);
  await until('50 records', () => member.received.length >= 50);
  const lookUp = async (time: number): Promise<unknown> => {
    const before = member.received.length;
    await member.consumer.seek({ topic: source.name, partition: 0 }, new Date(time));
    await until('a record', () => member.received.length > before);
    const found = member.received[before];
    return [found?.offset, found?.timestamp];
  };
  equal(await lookUp(start), [0, start], 'at the first record');
  equal(await lookUp(start + 1_701), [18, start + 1_800], 'between two records');
  equal(await lookUp(start + 1_800), [18, start + 1_800], 'at a record');
  equal(await lookUp(start + 4_900), [49, start + 4_900], 'at the last record');
  return undefined;
};

async function halves(first: Member, second: Member): Promise<void> {
  await until('two and two partitions', () => assigned(first).length === 2 && assigned(second).length === 2);
  equal([...assigned(first), ...assigned(second)].sort(), [0, 1, 2, 3], 'partitions of both');
}

const joinLeave: CaseBody = async (context) => {
  const source = await createTopic(context, { partitions: 4 });
  const first = joinGroup(context, [source]);
  await until('all partitions with the first member', () => assigned(first).length === 4);
  const second = joinGroup(context, [source]);
  await halves(first, second);
  const values = numbered(400);
  const records = values.map((value, index) => ({ value, partition: index % 4 }));
  const producer = openProducer(context);
  await producer.sendAll(source, records.slice(0, 200));
  await until('200 records between them', () => first.received.length + second.received.length >= 200);
  assert(first.received.length > 0 && second.received.length > 0, 'both members received records');
  await second.leave();
  await until('all partitions back with the first', () => assigned(first).length === 4);
  await producer.sendAll(source, records.slice(200));
  await until('all 400 records', () => first.received.length + second.received.length >= 400);
  equal([...first.received, ...second.received].map((one) => one.value).sort(), values, 'values, each once');
  return undefined;
};

const crash: CaseBody = async (context) => {
  const source = await createTopic(context, { partitions: 4 });
  const group = context.name('group');
  const again = [...process.execArgv, process.argv[1] ?? '', 'member', group, source.name];
  const doomed = await startMember(context, process.execPath, again);
  // In a group of KIP-848 the broker says how long a session is.
  const first = joinGroup(context, [source], { group, protocol: 'classic', sessionTimeoutMs: 6_000 });
  await until('two partitions for the first member', () => assigned(first).length === 2);
  doomed.kill();
  const since = Date.now();
  await until('all partitions after the crash', () => assigned(first).length === 4);
  const took = Date.now() - since;
  assert(took > 3_000, `the partitions moved after ${took} ms, before the session of the dead member could end`);
  const values = numbered(40);
  await openProducer(context).sendAll(
    source,
    values.map((value, index) => ({ value, partition: index % 4 })),
  );
  await until('40 records', () => first.received.length >= 40);
  equal(first.received.map((one) => one.value).sort(), values, 'values');
  return `taken over after ${took} ms`;
};

/** The first member keeps what it need not give away: it is told of two partitions less, and of nothing else. */
const cooperative: CaseBody = async (context) => {
  const source = await createTopic(context, { partitions: 4 });
  const revoked: number[] = [];
  const assignedAgain: number[] = [];
  const first = joinGroup(context, [source], {
    onAssigned: (partitions) => void assignedAgain.push(...partitions.map((one) => one.partition)),
    onRevoked: (partitions) => void revoked.push(...partitions.map((one) => one.partition)),
  });
  await until('all partitions with the first member', () => assigned(first).length === 4);
  const second = joinGroup(context, [source]);
  await halves(first, second);
  equal(revoked.sort(), assigned(second), 'partitions that the first gave away');
  equal(assignedAgain.sort(), [0, 1, 2, 3], 'partitions that the first was given, each once');
  return undefined;
};

const staticMember: CaseBody = async (context) => {
  const source = await createTopic(context, { partitions: 4 });
  // A group of KIP-848 refuses the second process until the first has left.
  const options = {
    group: context.name('group'),
    protocol: 'classic',
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
  } as const;
  const first = joinGroup(context, [source], { ...options, instanceId: 'one' });
  const second = joinGroup(context, [source], { ...options, instanceId: 'two' });
  await halves(first, second);
  const { memberId } = second.consumer.groupMetadata();
  const { assignments } = first;
  const before = assigned(second);
  // A second process with the same instance id takes the place of the first one.
  const again = joinGroup(context, [source], { ...options, instanceId: 'two' });
  await until('an assignment for the member that came back', () => assigned(again).length > 0);
  equal(assigned(again), before, 'partitions of the member that came back');
  equal(first.assignments, assignments, 'assignments of the member that stayed');
  const [described] = await openAdmin(context).describeGroups([options.group]);
  const members = described?.ok === true ? described.members : [];
  equal(members.map((one) => one.instanceId).sort(), ['one', 'two'], 'instance ids in the group');
  assert(
    members.every((one) => one.memberId !== memberId),
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
  'group-cooperative': cooperative,
  'group-static': staticMember,
};
