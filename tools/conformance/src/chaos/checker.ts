/**
 * Judges what is in the log after a chaos run by what producers and readers were told.
 *
 * Owns: the definition of lost, moved, doubled, reordered, missing and vanished.
 * Invariants: pure; each wrong record is named once for each way in which it is wrong.
 * Bounds: names at most `ANOMALIES_MAX` of a kind, and counts them all.
 */
import { roundAt, type Acknowledged, type History, type Stored } from './history.ts';

/**
 * - `lost`: acknowledged, and nowhere in the log
 * - `moved`: acknowledged, and in the log at another place; or a key in two partitions
 * - `doubled`: in the log twice, acknowledged or not
 * - `reordered`: behind a later record of its key
 * - `missing`: an offset below the end that no record has
 * - `vanished`: read once, and not there (or another record) afterwards
 */
export const ANOMALY_KINDS = ['lost', 'moved', 'doubled', 'reordered', 'missing', 'vanished'] as const;
export type AnomalyKind = (typeof ANOMALY_KINDS)[number];

export interface Anomaly {
  readonly kind: AnomalyKind;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Empty where no record is to be named. */
  readonly key: string;
  readonly sequence: number;
  readonly round: number;
  readonly detail: string;
}

export interface Verdict {
  /** By kind and owner of the key (the part before its last `-`), all of them. */
  count(kind: AnomalyKind, owner?: string): number;
  readonly anomalies: readonly Anomaly[];
}

const ANOMALIES_MAX = 20;

export function judge(history: History): Verdict {
  const found = new Findings();
  const byPlace = new Map(history.stored.map((one) => [placeOf(one), one]));
  const byKey = recordsByKey(history.stored);
  const roundOf = (one: Stored): number => roundAt(history.killedAtMs, one.timestampMs);

  checkKeys(byKey, found, roundOf);
  checkAcknowledged(history.acknowledged, byPlace, byKey, found);
  checkOffsets(history.stored, found, roundOf);
  for (const one of history.followed) {
    const now = byPlace.get(placeOf(one));
    if (now?.key === one.key && now.sequence === one.sequence) continue;
    const detail = now === undefined ? 'nothing is there now' : `now ${now.key} sequence ${now.sequence} is there`;
    found.add({ ...named(one), kind: 'vanished', round: roundOf(one), detail });
  }
  return found;
}

/** The client that a key belongs to: `java` for `java-3`. */
export function ownerOf(key: string): string {
  const end = key.lastIndexOf('-');
  return end < 0 ? key : key.slice(0, end);
}

export function describeAnomaly(one: Anomaly, seed: number): string {
  const what = one.key === '' ? '' : ` key ${one.key} sequence ${one.sequence}`;
  return `${one.kind} topic ${one.topic} partition ${one.partition} offset ${one.offset}${what} round ${one.round} seed ${seed}: ${one.detail}`;
}

class Findings implements Verdict {
  readonly anomalies: Anomaly[] = [];
  readonly #counts = new Map<string, number>();

  add(anomaly: Anomaly): void {
    const label = `${anomaly.kind}/${ownerOf(anomaly.key)}`;
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1);
    if (this.count(anomaly.kind) <= ANOMALIES_MAX) this.anomalies.push(anomaly);
  }

  count(kind: AnomalyKind, owner?: string): number {
    let sum = 0;
    for (const [label, count] of this.#counts) {
      if (owner === undefined ? label.startsWith(`${kind}/`) : label === `${kind}/${owner}`) sum += count;
    }
    return sum;
  }
}

type RoundOf = (one: Stored) => number;

/** Records of one key of one topic in the order of the log, and where each sequence number first stands. */
interface KeyRecords {
  readonly records: Stored[];
  readonly first: Map<number, Stored>;
}

function recordsByKey(stored: readonly Stored[]): Map<string, KeyRecords> {
  const byKey = new Map<string, KeyRecords>();
  for (const one of stored) {
    const name = keyOf(one);
    const known = byKey.get(name) ?? { records: [], first: new Map<number, Stored>() };
    if (!byKey.has(name)) byKey.set(name, known);
    known.records.push(one);
    if (!known.first.has(one.sequence)) known.first.set(one.sequence, one);
  }
  return byKey;
}

function checkKeys(byKey: ReadonlyMap<string, KeyRecords>, found: Findings, roundOf: RoundOf): void {
  for (const { records, first } of byKey.values()) {
    let highest: Stored | undefined;
    for (const one of records) {
      const original = first.get(one.sequence);
      const at = { ...named(one), round: roundOf(one) };
      if (original !== undefined && original !== one) {
        found.add({ ...at, kind: 'doubled', detail: `first at ${place(original)}` });
      } else if (highest !== undefined && highest.partition !== one.partition) {
        found.add({ ...at, kind: 'moved', detail: `its key is in partition ${highest.partition} too` });
      } else if (highest !== undefined && one.sequence < highest.sequence) {
        found.add({ ...at, kind: 'reordered', detail: `behind sequence ${highest.sequence} at ${place(highest)}` });
      }
      if (highest === undefined || one.sequence > highest.sequence) highest = one;
    }
  }
}

function checkAcknowledged(
  acknowledged: readonly Acknowledged[],
  byPlace: ReadonlyMap<string, Stored>,
  byKey: ReadonlyMap<string, KeyRecords>,
  found: Findings,
): void {
  for (const one of acknowledged) {
    const there = byPlace.get(placeOf(one));
    if (there?.key === one.key && there.sequence === one.sequence) continue;
    const elsewhere = byKey.get(keyOf(one))?.first.get(one.sequence);
    const at = { ...named(one), round: one.round };
    if (elsewhere === undefined) {
      const instead = there === undefined ? 'nothing' : `${there.key} sequence ${there.sequence}`;
      found.add({ ...at, kind: 'lost', detail: `acknowledged there, ${instead} is there, and it is nowhere else` });
    } else {
      found.add({ ...at, kind: 'moved', detail: `acknowledged there, stored at ${place(elsewhere)}` });
    }
  }
}

function checkOffsets(stored: readonly Stored[], found: Findings, roundOf: RoundOf): void {
  const next = new Map<string, number>();
  for (const one of stored) {
    const partition = `${one.topic}/${one.partition}`;
    const expected = next.get(partition) ?? 0;
    if (one.offset !== expected) {
      const at = { topic: one.topic, partition: one.partition, offset: expected, key: '', sequence: -1 };
      found.add({ ...at, kind: 'missing', round: roundOf(one), detail: `the next record is at offset ${one.offset}` });
    }
    next.set(partition, one.offset + 1);
  }
}

function named<T extends Acknowledged | Stored>(
  one: T,
): Pick<T, 'topic' | 'partition' | 'offset' | 'key' | 'sequence'> {
  return { topic: one.topic, partition: one.partition, offset: one.offset, key: one.key, sequence: one.sequence };
}

function keyOf(one: Acknowledged | Stored): string {
  return `${one.topic}/${one.key}`;
}

function placeOf(one: Acknowledged | Stored): string {
  return `${one.topic}/${one.partition}/${one.offset}`;
}

function place(one: Stored): string {
  return `partition ${one.partition} offset ${one.offset}`;
}
