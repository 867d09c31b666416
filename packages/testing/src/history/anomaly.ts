/** What can be wrong with a history, and how it is told. */

/**
 * - `lost`: acknowledged, or of a transaction whose commit was acknowledged, and not there; or read and never processed
 * - `duplicated`: one record at two offsets
 * - `reordered`: behind a later record of its stream in one partition
 * - `aborted-read`: given to a consumer with read_committed, although its transaction aborted
 * - `precommitted-read`: given to such a consumer before the commit was asked for
 * - `torn`: part of a transaction is there, its records or the group's offset, and part is not
 * - `non-monotonic`: a consumer was given an offset again or an earlier one, or a group's offset went back
 * - `changed`: two consumers were given different records at one offset
 * - `vanished`: given to a consumer with read_committed, and not there afterwards
 * - `unsent`: nobody sent it
 */
export const ANOMALY_KINDS = [
  'lost',
  'duplicated',
  'reordered',
  'aborted-read',
  'precommitted-read',
  'torn',
  'non-monotonic',
  'changed',
  'vanished',
  'unsent',
] as const;
export type AnomalyKind = (typeof ANOMALY_KINDS)[number];

export interface Anomaly {
  readonly kind: AnomalyKind;
  /** What is wrong, in a sentence. */
  readonly detail: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly offsets?: readonly number[];
  readonly record?: string;
  readonly transactions?: readonly string[];
  /** Where it is written, `file:line`, at most {@link LINES_MAX}. */
  readonly lines: readonly string[];
}

const LINES_MAX = 12;

/** Collects what was found; keeps at most `keptMax` of a kind, and counts them all. */
export class Findings {
  readonly kept: Anomaly[] = [];
  readonly counts: Record<AnomalyKind, number>;
  readonly #keptMax: number;

  constructor(keptMax: number) {
    this.#keptMax = keptMax;
    this.counts = Object.fromEntries(ANOMALY_KINDS.map((kind) => [kind, 0])) as Record<AnomalyKind, number>;
  }

  add(anomaly: Anomaly): void {
    this.counts[anomaly.kind] += 1;
    if (this.counts[anomaly.kind] > this.#keptMax) return;
    this.kept.push({ ...anomaly, lines: [...new Set(anomaly.lines)].slice(0, LINES_MAX) });
  }
}

/** One line for people. */
export function describeAnomaly(anomaly: Anomaly): string {
  const { kind, detail, topic, partition, offsets, record, transactions, lines } = anomaly;
  const parts = [
    record === undefined ? undefined : `record ${record}`,
    topic === undefined ? undefined : `${topic}${partition === undefined ? '' : `/${partition}`}`,
    offsets === undefined || offsets.length === 0 ? undefined : `offset ${offsets.join(', ')}`,
    transactions === undefined || transactions.length === 0 ? undefined : `transaction ${transactions.join(', ')}`,
  ].filter((part) => part !== undefined);
  return `${kind}: ${detail} (${parts.join('; ')}) [${lines.join(' ')}]`;
}
