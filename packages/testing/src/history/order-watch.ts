/**
 * What can be judged while a history goes by: do consumers and group offsets only move forward, do streams keep their order?
 *
 * Bounds: a few numbers for each consumer and partition, each stream that it reads there, each group and partition;
 *   names of offences at most `REPORTED_MAX`.
 */
import type { Findings } from './anomaly.ts';
import { splitRecordName, type GroupOffsetEvent, type HistoryEvent, type PollEvent } from './history-event.ts';

const REPORTED_MAX = 10_000;

interface Position {
  /** Highest offset since the position was set. */
  last: number;
  line: string;
  /** Highest offset ever: what lies below is read again. */
  highest: number;
  readonly streams: Map<string, { sequence: number; record: string; offset: number; line: string }>;
}

export class OrderWatch {
  readonly #found: Findings;
  readonly #positions = new Map<string, Position>();
  readonly #groupOffsets = new Map<string, { offset: number; at: number; line: string }>();
  /** Several consumers see the same wrong order; it is named once. */
  readonly #reported = new Set<string>();

  constructor(found: Findings) {
    this.#found = found;
  }

  see(event: HistoryEvent, line: string): void {
    if (event.type === 'position') {
      const position = this.#positions.get(`${event.consumer} ${event.topic}/${event.partition}`);
      if (position !== undefined) position.last = -1;
    } else if (event.type === 'poll') {
      this.#seePoll(event, line);
    } else if (event.type === 'group-offset') {
      this.#seeGroupOffset(event, line);
    }
  }

  #seePoll(event: PollEvent, line: string): void {
    const { consumer, topic, partition } = event;
    const key = `${consumer} ${topic}/${partition}`;
    let position = this.#positions.get(key);
    if (position === undefined) {
      position = { last: -1, line, highest: -1, streams: new Map() };
      this.#positions.set(key, position);
    }
    for (const [offset, record] of event.records) {
      if (offset <= position.last) {
        const detail = `${consumer} was given it after offset ${position.last}, and its position was not set in between`;
        const lines = [position.line, line];
        this.#found.add({ kind: 'non-monotonic', detail, topic, partition, offsets: [offset], record, lines });
      }
      if (offset > position.highest) this.#seeInStream(position, event, offset, record, line);
      position.last = Math.max(position.last, offset);
      position.highest = Math.max(position.highest, offset);
      position.line = line;
    }
  }

  #seeInStream(position: Position, event: PollEvent, offset: number, record: string, line: string): void {
    const { stream, sequence } = splitRecordName(record);
    const before = position.streams.get(stream);
    if (before === undefined || sequence > before.sequence) {
      position.streams.set(stream, { sequence, record, offset, line });
      return;
    }
    if (sequence === before.sequence) return;
    const { topic, partition, isolation } = event;
    // What was aborted comes again, behind what was sent in the meantime.
    if (isolation !== 'read_committed') return;
    const place = `${topic}/${partition}/${offset}`;
    if (this.#reported.has(place)) return;
    if (this.#reported.size < REPORTED_MAX) this.#reported.add(place);
    const detail = `it is behind ${before.record} at offset ${before.offset}`;
    const lines = [before.line, line];
    this.#found.add({ kind: 'reordered', detail, topic, partition, offsets: [before.offset, offset], record, lines });
  }

  #seeGroupOffset(event: GroupOffsetEvent, line: string): void {
    const { group, topic, partition, offset, since, at } = event;
    const key = `${group} ${topic}/${partition}`;
    const before = this.#groupOffsets.get(key);
    if (before === undefined || offset > before.offset) {
      this.#groupOffsets.set(key, { offset, at, line });
    } else if (offset < before.offset && since > before.at) {
      this.#found.add({
        kind: 'non-monotonic',
        detail: `the offset of group ${group} went back from ${before.offset}`,
        topic,
        partition,
        offsets: [before.offset, offset],
        ...(event.transaction === undefined ? {} : { transactions: [event.transaction] }),
        lines: [before.line, line],
      });
    }
  }
}
