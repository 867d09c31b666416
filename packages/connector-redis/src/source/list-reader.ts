/**
 * Lists: an element is moved to a list of the connector's own, and removed from there when Kafka has its record. At least once.
 *
 * Invariants: elements are removed from the waiting list by their value, so that a task which was thought dead takes away nothing but what it
 *   has brought to Kafka; one task reads a list.
 */
import { messageOf } from '@millrace/base';
import type { SourceBatch, SourceContext, SourceOffset, SourceTask } from '@millrace/connect-api';
import { redisError } from '../redis-error.ts';
import type { RedisCommand, RedisLink } from '../redis-link.ts';
import { readableRecords } from './readable-records.ts';
import { topicOf, type SourceConfig } from './source-config.ts';
import { valueOf } from './stream-entries.ts';

const BLOCK_SECONDS = 0.5;

export class ListReader implements SourceTask {
  readonly #config: SourceConfig;
  readonly #context: SourceContext;
  readonly #link: RedisLink;
  readonly #acks: RedisLink;
  readonly #lists: readonly string[];
  /** What Kafka has not confirmed yet, in order. */
  readonly #handedOut: { readonly list: string; readonly batch: number; readonly elements: readonly Buffer[] }[] = [];
  #batches = 0;

  constructor(
    config: SourceConfig,
    context: SourceContext,
    links: { readonly reads: RedisLink; readonly acks: RedisLink },
    lists: readonly string[],
  ) {
    this.#config = config;
    this.#context = context;
    this.#link = links.reads;
    this.#acks = links.acks;
    this.#lists = lists;
  }

  async *read(signal: AbortSignal): AsyncGenerator<SourceBatch> {
    const end = (): void => this.#link.close();
    signal.addEventListener('abort', end, { once: true });
    try {
      for (const list of this.#lists) yield* this.#leftBehind(list);
      for (let turn = 0; !signal.aborted; turn++) {
        let found = 0;
        for (const list of this.#lists) {
          const elements = await this.#take(list);
          found += elements.length;
          if (elements.length > 0) yield await this.#batch(list, elements);
        }
        // Nothing anywhere: waits at one of them.
        const list = this.#lists[turn % this.#lists.length];
        if (found > 0 || list === undefined) continue;
        const waiting = [
          'BLMOVE',
          list,
          this.#waitingList(list),
          'LEFT',
          'RIGHT',
          BLOCK_SECONDS / this.#lists.length,
        ] as const;
        const element = (await this.#link.call(waiting, BLOCK_SECONDS * 1000)) as Buffer | null;
        if (element !== null) yield await this.#batch(list, [element]);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  async durable(offsets: readonly SourceOffset[]): Promise<void> {
    const commands: RedisCommand[] = [];
    for (const { partition, offset } of offsets) {
      const list = String(partition['list']);
      const isDone = (each: { readonly list: string; readonly batch: number }): boolean =>
        each.list === list && each.batch <= Number(offset['batch']);
      for (const { elements } of this.#handedOut.filter(isDone)) {
        for (const element of elements) commands.push(['LREM', this.#waitingList(list), 1, element]);
      }
      this.#handedOut.splice(0, this.#handedOut.length, ...this.#handedOut.filter((each) => !isDone(each)));
    }
    try {
      if (commands.length > 0) await this.#acks.callAll(commands);
    } catch (error) {
      // They stay in the waiting list, and come once more after the next start.
      this.#context.log.warn('elements of a list could not be removed', { error: messageOf(error) });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#link.close();
    this.#acks.close();
  }

  /** What was taken before and may not be in Kafka. */
  async *#leftBehind(list: string): AsyncGenerator<SourceBatch> {
    const size = this.#config.batchSize;
    const elements: Buffer[] = [];
    // All of it before the first is handed out: places move when elements are removed.
    for (let isWhole = false; !isWhole;) {
      const range = ['LRANGE', this.#waitingList(list), elements.length, elements.length + size - 1] as const;
      const page = (await this.#link.call(range)) as Buffer[];
      elements.push(...page);
      isWhole = page.length < size;
    }
    for (let from = 0; from < elements.length; from += size) {
      yield await this.#batch(list, elements.slice(from, from + size));
    }
  }

  async #take(list: string): Promise<Buffer[]> {
    const move = ['LMOVE', list, this.#waitingList(list), 'LEFT', 'RIGHT'] as const;
    const outcomes = await this.#link.callAll(Array.from({ length: this.#config.batchSize }, () => move));
    const failed = outcomes.find((outcome) => !outcome.ok);
    // What was moved before it stays in the waiting list, and comes after the next start of the task.
    if (failed !== undefined && !failed.ok) throw redisError(`take elements of the list ${list}`, failed.error);
    return outcomes.flatMap((outcome) => (outcome.ok && outcome.value !== null ? [outcome.value as Buffer] : []));
  }

  async #batch(list: string, elements: readonly Buffer[]): Promise<SourceBatch> {
    const batch = ++this.#batches;
    this.#handedOut.push({ list, batch, elements });
    const topic = topicOf(this.#config.topic, list);
    return {
      records: await readableRecords(elements, this.#context, {
        recordOf: (element) => ({
          topic,
          value: valueOf(element, this.#config.redisValueFormat, () => `an element of the list ${list}`),
          headers: [{ key: 'redis.list', value: list }],
        }),
        rawOf: (element) => element,
      }),
      partition: { list },
      offset: { batch },
    };
  }

  #waitingList(list: string): string {
    return `${list}:connect:${this.#context.connector}`;
  }
}
