import { equal, numbered, until, type CaseBody } from '../harness.ts';
import { consume, createTopic, EventTool, print, produce, tool } from './tool.ts';

const commitOffsets: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const values = numbered(20);
  await produce(topic, values);
  const group = ['--group', context.name('group')];
  equal(await consume(topic, 12, [...group, '--from-beginning']), values.slice(0, 12), 'first reading');
  equal(
    await consume(topic, 8, [...group, ...print('offset')]),
    values.slice(12).map((value, index) => `Offset:${12 + index}\t${value}`),
    'second reading',
  );
  return undefined;
};

const seekOffset: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const values = numbered(50);
  await produce(topic, values);
  const at = (offset: string): string[] => ['--partition', '0', '--offset', offset];
  equal(await consume(topic, 13, at('37')), values.slice(37), 'from offset 37');
  equal(await consume(topic, 2, at('earliest')), values.slice(0, 2), 'from the beginning');
  return undefined;
};

const seekTimestamp: CaseBody = async (context) => {
  const topic = await createTopic(context);
  await produce(topic, ['a', 'b']);
  await produce(topic, ['c', 'd']);
  const read = await consume(topic, 4, ['--from-beginning', ...print('timestamp')]);
  const third = Number(read[2]?.split('\t')[0]?.split(':')[1]);
  equal((await tool('offsets', ['--topic', topic, '--time', String(third)])).trim(), `${topic}:0:2`, 'offset by time');
  const group = context.name('group');
  await consume(topic, 4, ['--group', group, '--from-beginning']);
  const stamp = new Date(third).toISOString().replace('Z', '+0000');
  const reset = await tool('groups', [
    '--group',
    group,
    '--topic',
    topic,
    '--reset-offsets',
    '--to-datetime',
    stamp,
    '--execute',
  ]);
  equal(/(\d+)\s*$/.exec(reset)?.[1], '2', 'offset that the reset by time chose');
  equal(await consume(topic, 2, ['--group', group]), ['c', 'd'], 'records from there');
  return undefined;
};

/** Two verifiable consumers, then one of them stops. */
const joinLeave: CaseBody = async (context) => {
  const topic = await createTopic(context, 4);
  const args = [
    '--topic',
    topic,
    '--group-id',
    context.name('group'),
    '--session-timeout',
    '6000',
    '--reset-policy',
    'earliest',
    '--verbose',
  ];
  const held = (member: EventTool): number[] => {
    const partitions = new Set<number>();
    for (const event of member.events) {
      for (const one of (event['partitions'] ?? []) as { partition: number }[]) {
        if (event.name === 'partitions_assigned') partitions.add(one.partition);
        if (event.name === 'partitions_revoked') partitions.delete(one.partition);
      }
    }
    return [...partitions].sort();
  };
  const first = new EventTool(context, 'verifiableConsumer', args);
  const second = new EventTool(context, 'verifiableConsumer', args);
  await until('two and two partitions', () => held(first).length === 2 && held(second).length === 2);
  equal([...held(first), ...held(second)].sort(), [0, 1, 2, 3], 'partitions of both');
  second.terminate();
  equal(await second.ended, 143, 'exit code of the member that left');
  await until('all partitions with the first', () => held(first).length === 4);
  const values = numbered(40);
  await produce(topic, values);
  await until('40 records', () => first.named('record_data').length >= 40);
  equal(
    first
      .named('record_data')
      .map((event) => event['value'])
      .sort(),
    values,
    'values',
  );
  first.terminate();
  await first.ended;
  return undefined;
};

export const GROUP_CASES: Record<string, CaseBody> = {
  'commit-offsets': commitOffsets,
  'seek-offset': seekOffset,
  'seek-timestamp': seekTimestamp,
  'group-join-leave': joinLeave,
};
