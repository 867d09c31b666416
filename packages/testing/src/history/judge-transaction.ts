/**
 * Judges one transaction: was it seen before it was decided, or although it aborted; is it there as a whole or not at all?
 *
 * A transaction whose commit was asked for and not answered may be either, but never half: what is there of it decides
 * what the rest has to be. A group's offset is the last sign of several transactions; it counts as there when the last
 * offset of the group is not before it.
 */
import type { Findings } from './anomaly.ts';
import type { HistoryContext } from './history-context.ts';
import type { TransactionFact } from './history-facts.ts';

type Fact<Name extends TransactionFact['fact']> = Extract<TransactionFact, { fact: Name }>;

export type TransactionState = 'committed' | 'aborted' | 'open' | 'unknown';

interface Sorted {
  readonly name: string;
  readonly sent: readonly Fact<'sent'>[];
  readonly offsets: readonly Fact<'offset'>[];
  readonly reads: readonly Fact<'read'>[];
  readonly offsetReads: readonly Fact<'offset-read'>[];
  readonly ends: readonly Fact<'end'>[];
  readonly state: TransactionState;
  /** Milliseconds of the first time that the commit was asked for. */
  readonly commitAt: number;
  readonly endLines: readonly string[];
}

/** What the producer knows: `open` when it never asked for an end, `unknown` when a commit was not answered. */
function stateOf(ends: readonly Fact<'end'>[], ended: readonly Fact<'ended'>[]): TransactionState {
  const results = new Set(ended.map((one) => one.result));
  if (results.has('committed')) return 'committed';
  if (results.has('aborted')) return 'aborted';
  if (ends.some((one) => one.outcome === 'commit')) return 'unknown';
  return ends.length > 0 ? 'aborted' : 'open';
}

/** Adds what is wrong to `found`, and returns what the producer knew of its end. */
export function judgeTransaction(
  name: string,
  facts: readonly TransactionFact[],
  context: HistoryContext,
  found: Findings,
): TransactionState {
  const of = <Name extends TransactionFact['fact']>(kind: Name): Fact<Name>[] =>
    facts.filter((one): one is Fact<Name> => one.fact === kind);
  const [ends, ended] = [of('end'), of('ended')];
  const transaction: Sorted = {
    name,
    sent: of('sent'),
    offsets: of('offset'),
    reads: of('read'),
    offsetReads: of('offset-read'),
    ends,
    state: stateOf(ends, ended),
    commitAt: Math.min(...ends.filter((one) => one.outcome === 'commit').map((one) => one.at)),
    endLines: [...ends, ...ended].map((one) => one.line),
  };
  checkReads(transaction, found);
  if (transaction.state === 'committed' || transaction.state === 'unknown') checkWhole(transaction, context, found);
  return transaction.state;
}

/** Nothing of it may be read that it did not write, before it decided, or when it decided otherwise. */
function checkReads(transaction: Sorted, found: Findings): void {
  const { name, sent, offsets, reads, offsetReads, state, commitAt, endLines } = transaction;
  const written = new Set(
    sent.flatMap((one) => one.records.map((record) => `${one.topic}/${one.partition}/${record}`)),
  );
  const tooEarly = (at: number): 'aborted-read' | 'precommitted-read' | undefined => {
    if (state === 'aborted') return 'aborted-read';
    // Never asked for: the commit is at infinity.
    return at < commitAt ? 'precommitted-read' : undefined;
  };
  const why = { aborted: 'its transaction aborted', open: 'its commit was never asked for' } as const;
  for (const read of reads) {
    const { topic, partition, consumer, at, line } = read;
    const kind = tooEarly(at);
    for (const [offset, record] of read.records) {
      const place = { topic, partition, offsets: [offset], record, transactions: [name] };
      if (!written.has(`${topic}/${partition}/${record}`)) {
        found.add({ kind: 'unsent', detail: 'the transaction did not send it there', ...place, lines: [line] });
      }
      if (kind === undefined) continue;
      const reason =
        state === 'aborted' || state === 'open' ? why[state] : `its commit was asked for ${commitAt - at} ms later`;
      const lines = [line, ...endLines, ...sent.filter((one) => one.records.includes(record)).map((one) => one.line)];
      found.add({ kind, detail: `${consumer} got it, and ${reason}`, ...place, lines });
    }
  }
  for (const { group, topic, partition, offset, at, line } of offsetReads) {
    const place = { topic, partition, offsets: [offset], transactions: [name] };
    const own = offsets.filter(
      (one) => one.group === group && one.topic === topic && one.partition === partition && one.offset === offset,
    );
    const lines = [line, ...endLines, ...own.map((one) => one.line)];
    if (own.length === 0) {
      found.add({ kind: 'unsent', detail: `the transaction did not commit it for group ${group}`, ...place, lines });
    }
    const kind = tooEarly(at);
    if (kind !== undefined) {
      const reason = state === 'aborted' || state === 'open' ? why[state] : 'its commit was asked for later';
      found.add({ kind, detail: `group ${group} has this offset, and ${reason}`, ...place, lines });
    }
  }
}

interface Parts {
  readonly there: { readonly what: string; readonly line: string }[];
  readonly missing: { readonly what: string; readonly line: string }[];
}

/** All of it is there, or, if nobody was told that it is, nothing. */
function checkWhole(transaction: Sorted, context: HistoryContext, found: Findings): void {
  const { name, sent, state, endLines } = transaction;
  const { there, missing } = partsOf(transaction, context);
  const isCommitted = state === 'committed' || there.length > 0;
  if (isCommitted) addOffsets(transaction, context, there, missing);
  else if (missing.length > 0) addOffsetsThatAreThere(transaction, there);
  if (missing.length === 0 || (!isCommitted && there.length === 0)) return;
  const kind = there.length > 0 ? 'torn' : 'lost';
  const total = there.length + missing.length;
  const names = missing
    .slice(0, 6)
    .map((part) => part.what)
    .join(', ');
  const told = state === 'committed' ? 'its commit was acknowledged' : 'its commit was asked for';
  const [where] = sent;
  found.add({
    kind,
    detail: `${told}, and ${missing.length} of ${total} parts are missing: ${names}${missing.length > 6 ? ', …' : ''}`,
    ...(where === undefined ? {} : { topic: where.topic }),
    transactions: [name],
    lines: [
      ...endLines,
      ...missing.slice(0, 4).map((part) => part.line),
      ...there.slice(0, 4).map((part) => part.line),
    ],
  });
}

function partsOf(transaction: Sorted, context: HistoryContext): Parts {
  const parts: Parts = { there: [], missing: [] };
  const read = new Map<string, { offset: number; line: string }>();
  for (const { topic, partition, consumer, records, line } of transaction.reads) {
    if (!context.isView(consumer, topic, partition)) continue;
    for (const [offset, record] of records) read.set(`${topic}/${partition}/${record}`, { offset, line });
  }
  for (const { topic, partition, records, line } of transaction.sent) {
    if (context.viewOf(topic, partition) === undefined) continue;
    for (const record of records) {
      const what = `${record} in ${topic}/${partition}`;
      const seen = read.get(`${topic}/${partition}/${record}`);
      if (seen === undefined) parts.missing.push({ what, line });
      else parts.there.push({ what: `${what} at ${seen.offset}`, line: seen.line });
    }
  }
  return parts;
}

/** Of a committed transaction: the group's last offset must not be before its own. */
function addOffsets(
  transaction: Sorted,
  context: HistoryContext,
  there: Parts['there'],
  missing: Parts['missing'],
): void {
  for (const { group, topic, partition, offset, line } of transaction.offsets) {
    const last = context.lastOffsetOf(group, topic, partition);
    if (last === undefined) continue;
    const what = `offset ${offset} of group ${group} in ${topic}/${partition}`;
    if (last.offset >= offset) there.push({ what, line: last.line });
    else missing.push({ what: `${what}, which ended at ${last.offset}`, line: `${line} ${last.line}` });
  }
}

/** Of one whose records are not there: an offset that was seen under its name is the half that is. */
function addOffsetsThatAreThere(transaction: Sorted, there: Parts['there']): void {
  for (const { group, topic, partition, offset, line } of transaction.offsetReads) {
    there.push({ what: `offset ${offset} of group ${group} in ${topic}/${partition}`, line });
  }
}
