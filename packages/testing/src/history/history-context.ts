/** What is known of a history as a whole, small however long it is: its complete views, and the groups' last offsets. */
import type { HistoryEvent } from './history-event.ts';

/** Records of one topic that are to be found in another, one for one, under the same names. */
export interface Pipe {
  readonly from: string;
  readonly to: string;
}

export interface CompleteView {
  readonly consumer: string;
  readonly endOffset: number;
}

export class HistoryContext {
  readonly pipes: readonly Pipe[];
  /** By place; the first one is the view that the others are compared with. */
  readonly #views = new Map<string, CompleteView[]>();
  readonly #viewedTopics = new Set<string>();
  readonly #lastOffsets = new Map<string, { readonly offset: number; readonly line: string }>();

  constructor(pipes: readonly Pipe[] = []) {
    this.pipes = pipes;
  }

  learn(event: HistoryEvent, line: string): void {
    if (event.type === 'complete') {
      const place = `${event.topic}/${event.partition}`;
      this.#viewedTopics.add(event.topic);
      const view = { consumer: event.consumer, endOffset: event.endOffset };
      const views = this.#views.get(place);
      if (views === undefined) this.#views.set(place, [view]);
      else views.push(view);
    } else if (event.type === 'group-offset' && event.isFinal === true) {
      this.#lastOffsets.set(`${event.group} ${event.topic}/${event.partition}`, { offset: event.offset, line });
    }
  }

  viewOf(topic: string, partition: number): CompleteView | undefined {
    return this.#views.get(`${topic}/${partition}`)?.[0];
  }

  /** Further consumers that read everything. */
  otherViewsOf(topic: string, partition: number): readonly CompleteView[] {
    return this.#views.get(`${topic}/${partition}`)?.slice(1) ?? [];
  }

  hasViewOf(topic: string): boolean {
    return this.#viewedTopics.has(topic);
  }

  lastOffsetOf(
    group: string,
    topic: string,
    partition: number,
  ): { readonly offset: number; readonly line: string } | undefined {
    return this.#lastOffsets.get(`${group} ${topic}/${partition}`);
  }

  /** Whether a consumer's records are the complete view of that partition. */
  isView(consumer: string, topic: string, partition: number): boolean {
    return this.viewOf(topic, partition)?.consumer === consumer;
  }
}
