import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TopicPartition } from '../../topic-partition.ts';
import type { GroupMember } from '../assignor.ts';
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from '../consumer-protocol.ts';
import { BUILT_IN_ASSIGNORS } from './built-in.ts';

/** A rebalance as Kafka's Java client 4.3.1 did it; written by test/java-assignments/JavaAssignments.java. */
interface Rebalance {
  readonly assignor: 'range' | 'roundrobin' | 'sticky' | 'cooperative-sticky';
  readonly counts: Readonly<Record<string, number>>;
  readonly members: readonly {
    readonly id: string;
    readonly instance: string | null;
    readonly topics: readonly string[];
    readonly had: readonly string[];
    readonly generation: number;
    readonly userData: string | null;
    readonly bytes: string;
  }[];
  readonly assigned: Readonly<Record<string, { readonly partitions: readonly string[]; readonly bytes: string }>>;
}

const FILE = join(__dirname, '../../../test/java-assignments/assignments.jsonl');
const REBALANCES = readFileSync(FILE, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Rebalance);

describe.each(['range', 'roundrobin', 'sticky', 'cooperative-sticky'] as const)('%s beside the Java client', (name) => {
  const rebalances = REBALANCES.filter(({ assignor }) => assignor === name);

  it.each(rebalances.map((each, index) => [index, each] as const))(
    'assigns the same in rebalance %i',
    async (_, each) => {
      const members = each.members.map(({ id, instance, bytes }): GroupMember => ({
        memberId: id,
        instanceId: instance,
        ...decodeSubscription(Buffer.from(bytes, 'hex')),
      }));

      const assigned = await BUILT_IN_ASSIGNORS[name].assign({
        members,
        partitionCounts: new Map(Object.entries(each.counts)),
      });

      const ours = each.members.map(({ id }) => namesOf(assigned.get(id)?.partitions ?? []));
      const theirs = each.members.map(({ id }) => [...(each.assigned[id]?.partitions ?? [])].sort());
      if (isContested(each)) {
        expect(ours.map(({ length }) => length).sort()).toEqual(theirs.map(({ length }) => length).sort());
        expect(keptCount(each, ours)).toBe(keptCount(each, theirs));
      } else {
        expect(ours).toEqual(theirs);
      }
    },
  );

  it('says of itself the same bytes', () => {
    for (const { members } of rebalances) {
      for (const { topics, had, generation, userData, bytes } of members) {
        const own = BUILT_IN_ASSIGNORS[name].subscriptionData?.({
          topics,
          lastAssignment: partitionsOf(had),
          lastGeneration: generation,
          rack: undefined,
        });
        expect(own === undefined || own === null ? null : Buffer.from(own).toString('hex')).toBe(userData);
        const owned = name === 'cooperative-sticky' ? partitionsOf(had) : [];
        const said = { topics, owned, generation, rack: null, userData: own ?? null };
        expect(encodeSubscription(said).toString('hex')).toBe(bytes);
      }
    }
  });

  it('hands out the same bytes', () => {
    for (const { assigned } of rebalances) {
      for (const { partitions, bytes } of Object.values(assigned)) {
        expect(encodeAssignment({ partitions: partitionsOf(partitions) }).toString('hex')).toBe(bytes);
        expect(decodeAssignment(Buffer.from(bytes, 'hex')).partitions).toHaveLength(partitions.length);
      }
    }
  });
});

/**
 * More members have the greater share than may keep it. Who gives one up then depends in Java on the order of a hash map, here on
 * the order of member ids.
 */
function isContested({ assignor, counts, members }: Rebalance): boolean {
  if (!assignor.endsWith('sticky')) return false;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const upper = Math.ceil(total / members.length);
  return members.filter(({ had }) => had.length >= upper).length > total % members.length && total % members.length > 0;
}

function keptCount({ members }: Rebalance, assigned: readonly (readonly string[])[]): number {
  return members.reduce((sum, { had }, index) => sum + had.filter((each) => assigned[index]?.includes(each)).length, 0);
}

function partitionsOf(names: readonly string[]): TopicPartition[] {
  return names.map((name) => {
    const [topic = '', partition] = name.split(':');
    return { topic, partition: Number(partition) };
  });
}

function namesOf(partitions: readonly TopicPartition[]): string[] {
  return partitions.map(({ topic, partition }) => `${topic}:${String(partition)}`).sort();
}
