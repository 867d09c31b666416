/** `kafka-consumer-groups --reset-offsets` to everywhere that it knows, and what it deletes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, equal, numbered, type CaseBody } from '../harness.ts';
import { consume, createTopic, print, produce, refused, tool } from './tool.ts';

const RECORDS = 20;

/** Offsets by partition in what a reset printed. */
function newOffsets(printed: string, topic: string): string[] {
  const rows = printed.split('\n').map((line) => line.trim().split(/\s+/));
  return rows
    .filter((cells) => cells[1] === topic)
    .map(([, , partition, offset]) => `${partition}:${offset}`)
    .sort();
}

export const resetOffsets: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const group = context.name('group');
  await produce(topic, numbered(RECORDS / 2));
  await produce(topic, numbered(RECORDS / 2));
  const stamps = await consume(topic, RECORDS, ['--group', group, '--from-beginning', ...print('timestamp')]);
  const stampOf = (index: number): number => Number(stamps[index]?.split('\t')[0]?.split(':')[1]);
  const middle = stamps.findIndex(
    (_, index) => index > 0 && stampOf(index) > stampOf(index - 1) && index >= RECORDS / 2,
  );
  assert(middle > 0, 'the second half has later times');
  const dir = await mkdtemp(join(tmpdir(), 'conformance-tools-'));
  context.after(() => rm(dir, { recursive: true }));
  const csv = join(dir, 'offsets.csv');
  await writeFile(csv, `${topic},0,4\n`);
  const reset = (...args: readonly string[]): Promise<string> =>
    tool('groups', ['--group', group, '--reset-offsets', ...args]);
  const at = ['--topic', topic];
  const stamp = new Date(stampOf(middle)).toISOString().replace('Z', '+0000');
  for (const [target, expected] of [
    [['--to-earliest'], 0],
    [['--to-latest'], RECORDS],
    [['--to-offset', '7'], 7],
    [['--to-current'], 7],
    [['--shift-by', '-3'], 4],
    [['--shift-by', '100'], RECORDS],
    [['--to-datetime', stamp], middle],
    [['--by-duration', 'PT1H'], 0],
  ] as const) {
    const printed = await reset(...at, ...target, '--execute');
    equal(newOffsets(printed, topic), [`0:${expected}`], `reset ${target.join(' ')}`);
  }
  equal(newOffsets(await reset('--from-file', csv, '--execute'), topic), ['0:4'], 'reset from a file');
  equal(newOffsets(await reset('--all-topics', '--to-latest', '--dry-run'), topic), [`0:${RECORDS}`], 'dry run');
  const exported = await reset(...at, '--to-current', '--export', '--dry-run');
  assert(exported.includes(`"${topic}",0,4`) || exported.includes(`${topic},0,4`), `exported: ${exported}`);
  equal(
    (await consume(topic, 2, ['--group', group, ...print('offset')])).map((line) => line.split('\t')[0]),
    ['Offset:4', 'Offset:5'],
    'where the group goes on',
  );
  const deleted = await tool('groups', ['--group', group, ...at, '--delete-offsets']);
  assert(/Successful/.test(deleted), deleted);
  await tool('groups', ['--delete', '--group', group]);
  await refused(
    'groups',
    ['--delete', '--group', group],
    /GroupIdNotFoundException|does not exist|could not be found/i,
  );
  return undefined;
};
