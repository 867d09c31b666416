/** Judges one record name: is it there once, does anybody miss it, did anybody send it? */
import type { Findings } from './anomaly.ts';
import type { HistoryContext } from './history-context.ts';
import type { RecordFact } from './history-facts.ts';

type Read = Extract<RecordFact, { fact: 'read' }>;

/** Adds what is wrong to `found`. */
export function judgeRecord(
  record: string,
  facts: readonly RecordFact[],
  context: HistoryContext,
  found: Findings,
): void {
  const reads = facts.filter((one): one is Read => one.fact === 'read');
  const views = reads.filter((one) => context.isView(one.consumer, one.topic, one.partition));
  const topics = new Set(facts.map((one) => one.topic));
  for (const topic of topics) {
    const there = views.filter((one) => one.topic === topic);
    const places = new Map(there.map((one) => [`${one.partition}/${one.offset}`, one]));
    if (places.size > 1) {
      const all = [...places.values()];
      found.add({
        kind: 'duplicated',
        detail: `it is there ${all.length} times: ${all.map((one) => `${one.partition}/${one.offset}`).join(', ')}`,
        topic,
        offsets: all.map((one) => one.offset),
        record,
        transactions: [...new Set(all.flatMap((one) => one.transaction ?? []))],
        lines: all.map((one) => one.line),
      });
    }
    checkOutsideTransactions(record, topic, facts, there, context, found);
  }
  for (const { from, to } of context.pipes) {
    const taken = views.find((one) => one.topic === from);
    if (taken === undefined || !context.hasViewOf(to) || views.some((one) => one.topic === to)) continue;
    found.add({
      kind: 'lost',
      detail: `it is in ${from}, and not in ${to}`,
      topic: from,
      partition: taken.partition,
      offsets: [taken.offset],
      record,
      transactions: taken.transaction === undefined ? [] : [taken.transaction],
      lines: [taken.line],
    });
  }
}

function checkOutsideTransactions(
  record: string,
  topic: string,
  facts: readonly RecordFact[],
  there: readonly Read[],
  context: HistoryContext,
  found: Findings,
): void {
  const own = facts.filter((one) => one.topic === topic);
  const acknowledged = own.find((one) => one.fact === 'acknowledged');
  if (acknowledged !== undefined && context.viewOf(topic, acknowledged.partition) !== undefined && there.length === 0) {
    const { partition, line } = acknowledged;
    const detail = 'it was acknowledged, and is not there';
    found.add({ kind: 'lost', detail, topic, partition, record, lines: [line] });
  }
  const alien = own.find((one) => one.fact === 'read' && one.transaction === undefined);
  if (alien?.fact === 'read' && !own.some((one) => one.fact === 'sent')) {
    const { partition, offset, line } = alien;
    const detail = 'it has no transaction, and nobody sent it';
    found.add({ kind: 'unsent', detail, topic, partition, offsets: [offset], record, lines: [line] });
  }
}
