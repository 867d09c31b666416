/** Judges a stretch of offsets of one partition: were all its readers given the same? */
import type { Findings } from './anomaly.ts';
import type { CompleteView, HistoryContext } from './history-context.ts';
import type { StretchFact } from './history-facts.ts';

interface Given {
  readonly record: string;
  readonly consumer: string;
  readonly line: string;
}

/** Adds what is wrong to `found`. */
export function judgeStretch(facts: readonly StretchFact[], context: HistoryContext, found: Findings): void {
  const [first] = facts;
  if (first === undefined) return;
  const { topic, partition } = first;
  const given = new Map<number, Given>();
  const viewed = new Set<number>();
  for (const { consumer, records, line } of facts) {
    const isView = context.isView(consumer, topic, partition);
    for (const [offset, record] of records) {
      if (isView) viewed.add(offset);
      const before = given.get(offset);
      if (before === undefined) given.set(offset, { record, consumer, line });
      else if (before.record !== record) {
        const detail = `${before.consumer} got ${before.record} there, ${consumer} got ${record}`;
        const lines = [before.line, line];
        found.add({ kind: 'changed', detail, topic, partition, offsets: [offset], record, lines });
      }
    }
  }
  const view = context.viewOf(topic, partition);
  if (view === undefined) return;
  const reported = new Set<number>();
  for (const { consumer, isolation, records, line } of facts) {
    if (isolation !== 'read_committed') continue;
    for (const [offset, record] of records) {
      if (offset >= view.endOffset || viewed.has(offset) || reported.has(offset)) continue;
      reported.add(offset);
      const detail = `${consumer} got it, and ${view.consumer}, which read everything in the end, did not`;
      found.add({ kind: 'vanished', detail, topic, partition, offsets: [offset], record, lines: [line] });
    }
  }
  for (const other of context.otherViewsOf(topic, partition)) checkOtherView(other, view, facts, found);
}

/** Whatever one consumer that read everything got, each of the others got too. */
function checkOtherView(
  { consumer, endOffset }: CompleteView,
  view: CompleteView,
  facts: readonly StretchFact[],
  found: Findings,
): void {
  const own = facts.filter((one) => one.consumer === consumer).flatMap((one) => one.records);
  const got = new Set(own.map(([offset]) => offset));
  for (const { topic, partition, records, line } of facts.filter((one) => one.consumer === view.consumer)) {
    for (const [offset, record] of records) {
      if (offset >= endOffset || got.has(offset)) continue;
      const detail = `${view.consumer} got it, and ${consumer}, which read everything in the end too, did not`;
      found.add({ kind: 'vanished', detail, topic, partition, offsets: [offset], record, lines: [line] });
    }
  }
}
