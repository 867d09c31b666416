/** Where `consume` begins: what a user writes, and the offsets that it stands for. */
import { allOrThrow, type Admin, type OffsetPlace, type TopicPartition } from '@millrace/sdk';
import { InvalidArgumentError } from 'commander';
import { parseTime } from '../option-parsers.ts';

export type StartPlace =
  | { readonly kind: 'place'; readonly at: OffsetPlace }
  | { readonly kind: 'offset'; readonly offset: number }
  /** So many records before the end. */
  | { readonly kind: 'tail'; readonly count: number };

export interface PartitionRange extends TopicPartition {
  readonly startOffset: number;
  /** Offset behind the last record when it was asked for. */
  readonly endOffset: number;
}

export function parsePlace(text: string): StartPlace {
  if (text === 'beginning' || text === 'earliest') return { kind: 'place', at: 'earliest' };
  if (text === 'end' || text === 'latest') return { kind: 'place', at: 'latest' };
  if (/^\d{1,15}$/.test(text)) return { kind: 'offset', offset: Number(text) };
  if (/^-\d{1,15}$/.test(text)) return { kind: 'tail', count: Number(text.slice(1)) };
  try {
    return { kind: 'place', at: { timestampMs: parseTime(text) } };
  } catch {
    throw new InvalidArgumentError(
      'it must be beginning, end, an offset, -10 for the last ten, or a time like 2026-03-01T12:00:00Z, -10m or @1772366400000',
    );
  }
}

/** Partitions with where reading begins and where they end now. */
export async function rangesOf(
  admin: Admin,
  partitions: readonly TopicPartition[],
  place: StartPlace,
  options: { readonly isolation: 'committed' | 'uncommitted'; readonly signal: AbortSignal },
): Promise<PartitionRange[]> {
  const ask = async (at: OffsetPlace): Promise<(number | undefined)[]> => {
    const queries = partitions.map(({ topic, partition }) => ({ topic, partition, at }));
    return allOrThrow(await admin.listOffsets(queries, options)).map(({ offset }) => offset);
  };
  const [earliest, latest] = await Promise.all([ask('earliest'), ask('latest')]);
  const found = place.kind === 'place' && typeof place.at !== 'string' ? await ask(place.at) : [];
  return partitions.map(({ topic, partition }, index) => {
    const first = earliest[index] ?? 0;
    const endOffset = latest[index] ?? first;
    const wanted = {
      place: () => (place.kind !== 'place' ? 0 : place.at === 'earliest' ? first : (found[index] ?? endOffset)),
      offset: () => (place.kind === 'offset' ? place.offset : 0),
      tail: () => endOffset - (place.kind === 'tail' ? place.count : 0),
    }[place.kind]();
    return { topic, partition, startOffset: Math.min(Math.max(wanted, first), endOffset), endOffset };
  });
}
