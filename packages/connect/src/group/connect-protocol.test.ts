/** What Apache Kafka's workers said in their group (test/java-worker/record.ts), read and written by ours. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeAssignment,
  decodeMetadata,
  encodeAssignment,
  encodeMetadata,
  type WorkerAssignment,
} from './connect-protocol.ts';

interface RecordedMember {
  readonly memberId: string;
  readonly metadata: string;
  readonly assignment: string;
}

const SITUATIONS = readFileSync(join(__dirname, '../../test/java-worker/group.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { readonly situation: string; readonly members: readonly RecordedMember[] });
const MEMBERS = SITUATIONS.flatMap(({ situation, members }) => members.map((member) => ({ situation, ...member })));

function isInOrder(names: readonly string[]): boolean {
  return names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name);
}

function sorted(assignment: WorkerAssignment | undefined): unknown {
  if (assignment === undefined) return undefined;
  const { assigned, ...rest } = assignment;
  return { ...rest, work: [...assigned.connectors, ...assigned.tasks].map((each) => JSON.stringify(each)).sort() };
}

describe('the protocol of Kafka Connect’s workers', () => {
  it.each(MEMBERS)('what $memberId says is read, and written again means the same ($situation)', ({ metadata }) => {
    const said = decodeMetadata(Buffer.from(metadata, 'hex'));

    expect(said.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const again = encodeMetadata(said);
    expect(again).toHaveLength(metadata.length / 2);
    const { assignment, ...rest } = decodeMetadata(again);
    expect(rest).toEqual({ url: said.url, configOffset: said.configOffset });
    expect(sorted(assignment)).toEqual(sorted(said.assignment));
  });

  it.each(MEMBERS)('what $memberId is given is read, and written the same ($situation)', ({ assignment }) => {
    const given = decodeAssignment(Buffer.from(assignment, 'hex'));
    const { connectors, tasks } = given.assigned;

    // Java writes connectors in the order of a hash map, we by their names.
    if (isInOrder([...new Set([...connectors, ...tasks.map(({ connector }) => connector)])])) {
      expect(encodeAssignment(given).toString('hex')).toBe(assignment);
    }
    expect(sorted(decodeAssignment(encodeAssignment(given)))).toEqual(sorted(given));
  });

  it('was recorded while work was shared out, moved, lost and given again', () => {
    const given = SITUATIONS.map(({ situation, members }) => {
      const all = members.map(({ assignment }) => decodeAssignment(Buffer.from(assignment, 'hex')));
      const assigned = all.flatMap(({ assigned: { connectors, tasks } }) => [...connectors, ...tasks]).length;
      return [situation, assigned, Math.max(...all.map(({ delayMs }) => delayMs)) > 0];
    });

    expect(given).toEqual([
      ['one worker, nothing configured', 0, false],
      ['one worker, a source with a task and a sink with two', 2, false],
      ['two workers', expect.any(Number), false],
      ['one of two workers was killed, the delay goes on', 0, true],
      ['one of two workers was killed, the delay is over', expect.any(Number), false],
    ]);
  });
});
