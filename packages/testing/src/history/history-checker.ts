/**
 * Finds out whether a history of sends, polls and commits is one that exactly-once allows.
 *
 * Owns: the way from events to anomalies: order is watched while the events go by; facts about each transaction, record
 *   and stretch of offsets are gathered, and then judged subject by subject.
 * Invariants: an unanswered commit is never held against the broker, unless half of it is there. Nothing is found missing
 *   where no consumer has said that it read everything (`complete`, `isFinal`).
 * Bounds: files of more than `BUCKET_BYTES` are gathered on disk in as many buckets as keep one of them about that size,
 *   so hours of history need no more memory than minutes. What grows with the run is one entry for each consumer,
 *   partition and stream; it is anomalies that are kept, at most `keptMax` of a kind.
 * Not here: what each anomaly means (anomaly.ts) and how it is seen (judge-*.ts, order-watch.ts).
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Findings, type Anomaly, type AnomalyKind } from './anomaly.ts';
import { FactBuckets } from './fact-buckets.ts';
import { HistoryContext, type Pipe } from './history-context.ts';
import type { HistoryEvent, RecordedEvent } from './history-event.ts';
import { factsOf, type SubjectFact } from './history-facts.ts';
import { readHistory } from './history-reader.ts';
import { judgeRecord } from './judge-record.ts';
import { judgeStretch } from './judge-stretch.ts';
import { judgeTransaction, type TransactionState } from './judge-transaction.ts';
import { OrderWatch } from './order-watch.ts';

/** Of history; its facts, once they are objects, take far more. */
const BUCKET_BYTES = 4 * 1_048_576;
const BUCKETS_MAX = 512;
const KEPT_MAX = 20;

export interface CheckOptions {
  /** Topics of which one has to hold what the other does. */
  readonly pipes?: readonly Pipe[];
  /** Anomalies told of each kind (default 20); all are counted. */
  readonly keptMax?: number;
}

export interface CheckFilesOptions extends CheckOptions {
  /** History per bucket on disk (default 4 MiB). */
  readonly bucketBytes?: number;
}

export interface HistoryReport {
  readonly anomalies: readonly Anomaly[];
  readonly counts: Readonly<Record<AnomalyKind, number>>;
  /** Sum of the counts. */
  readonly anomalyCount: number;
  readonly events: number;
  /** Record names that somebody sent outside transactions or a consumer with read_committed was given. */
  readonly records: number;
  /** By what their producers knew. */
  readonly transactions: Readonly<Record<TransactionState, number>>;
}

/** Judges a history in memory, each event standing for a line of its number. */
export function checkHistory(events: Iterable<HistoryEvent>, options: CheckOptions = {}): HistoryReport {
  const check = new HistoryCheck(options, new FactBuckets());
  let number = 0;
  for (const event of events) check.see({ event, line: `history:${(number += 1)}` });
  return check.report();
}

/** Judges a history in files, however long. */
export async function checkHistoryFiles(
  paths: readonly string[],
  options: CheckFilesOptions = {},
): Promise<HistoryReport> {
  const bytes = paths.reduce((total, path) => total + statSync(path).size, 0);
  const bucketCount = Math.min(BUCKETS_MAX, Math.ceil(bytes / (options.bucketBytes ?? BUCKET_BYTES)));
  const dir = bucketCount > 1 ? mkdtempSync(join(tmpdir(), 'history-facts-')) : undefined;
  try {
    const check = new HistoryCheck(options, new FactBuckets(dir === undefined ? undefined : { dir, bucketCount }));
    for await (const recorded of readHistory(paths)) check.see(recorded);
    return check.report();
  } finally {
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  }
}

class HistoryCheck {
  readonly #found: Findings;
  readonly #context: HistoryContext;
  readonly #watch: OrderWatch;
  readonly #buckets: FactBuckets<SubjectFact>;
  #events = 0;

  constructor(options: CheckOptions, buckets: FactBuckets<SubjectFact>) {
    this.#found = new Findings(options.keptMax ?? KEPT_MAX);
    this.#context = new HistoryContext(options.pipes);
    this.#watch = new OrderWatch(this.#found);
    this.#buckets = buckets;
  }

  see(recorded: RecordedEvent): void {
    this.#events += 1;
    this.#context.learn(recorded.event, recorded.line);
    this.#watch.see(recorded.event, recorded.line);
    for (const fact of factsOf(recorded)) this.#buckets.add(`${fact.about} ${fact.name}`, fact);
  }

  report(): HistoryReport {
    const transactions: Record<TransactionState, number> = { committed: 0, aborted: 0, open: 0, unknown: 0 };
    let records = 0;
    for (const [, facts] of this.#buckets.subjects()) {
      const [first] = facts;
      if (first === undefined) continue;
      if (first.about === 'transaction') {
        const own = facts.flatMap((one) => (one.about === 'transaction' ? one.fact : []));
        transactions[judgeTransaction(first.name, own, this.#context, this.#found)] += 1;
      } else if (first.about === 'record') {
        records += 1;
        const own = facts.flatMap((one) => (one.about === 'record' ? one.fact : []));
        judgeRecord(first.name, own, this.#context, this.#found);
      } else {
        const own = facts.flatMap((one) => (one.about === 'stretch' ? one.fact : []));
        judgeStretch(own, this.#context, this.#found);
      }
    }
    const { kept: anomalies, counts } = this.#found;
    const anomalyCount = Object.values(counts).reduce((total, count) => total + count, 0);
    return { anomalies, counts, anomalyCount, events: this.#events, records, transactions };
  }
}
