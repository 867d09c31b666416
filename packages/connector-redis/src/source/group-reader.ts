/**
 * Streams by a consumer group of Redis: at least once.
 *
 * Owns: the ids that were handed out and are not acknowledged yet.
 * Invariants: an entry is acknowledged only after Kafka has its record. What this consumer had when it died comes first; what others had who
 *   died is taken over when it has been idle for long enough.
 */
import { messageOf } from '@millrace/base';
import type { SourceBatch, SourceContext, SourceOffset, SourceTask } from '@millrace/connect-api';
import { isAnswer } from '../redis-error.ts';
import type { RedisCommand, RedisLink } from '../redis-link.ts';
import { readableRecords } from './readable-records.ts';
import { topicOf, type SourceConfig } from './source-config.ts';
import { entriesByStream, entriesIn, rawEntry, recordOf, type StreamEntry } from './stream-entries.ts';

const BLOCK_MS = 500;
const CLAIM_COUNT_MAX = 1000;

interface HandedOut {
  readonly batch: number;
  readonly stream: string;
  readonly ids: readonly string[];
}

export class GroupReader implements SourceTask {
  readonly #config: SourceConfig;
  readonly #context: SourceContext;
  readonly #link: RedisLink;
  /** Acknowledges while the other waits for entries. */
  readonly #acks: RedisLink;
  readonly #group: string;
  readonly #consumer: string;
  readonly #handedOut: HandedOut[] = [];
  readonly #claimCursors = new Map<string, string>();
  #batch = 0;
  #nextClaimMs = 0;

  constructor(
    config: SourceConfig,
    context: SourceContext,
    links: { readonly reads: RedisLink; readonly acks: RedisLink },
  ) {
    this.#config = config;
    this.#context = context;
    this.#link = links.reads;
    this.#acks = links.acks;
    this.#group = config.redisStreamConsumerGroup ?? `connect-${context.connector}`;
    this.#consumer = config.redisStreamConsumerName.replaceAll('${task}', String(context.task));
  }

  async *read(signal: AbortSignal): AsyncGenerator<SourceBatch> {
    const end = (): void => this.#link.close();
    signal.addEventListener('abort', end, { once: true });
    try {
      await this.#makeGroups();
      yield* this.#ownPending(signal);
      while (!signal.aborted) {
        yield* this.#claimed(signal);
        const answer = await this.#readGroup(
          this.#config.redisStreamName.map(() => '>'),
          BLOCK_MS,
        );
        yield* this.#batches(entriesByStream(answer));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  /** Acknowledges everything up to these batches. */
  async durable(offsets: readonly SourceOffset[]): Promise<void> {
    const commands: RedisCommand[] = [];
    for (const { partition, offset } of offsets) {
      const stream = String(partition['stream']);
      const batch = Number(offset['batch']);
      for (let index = 0; index < this.#handedOut.length;) {
        const each = this.#handedOut[index];
        if (each === undefined || each.stream !== stream || each.batch > batch) {
          index++;
          continue;
        }
        this.#handedOut.splice(index, 1);
        if (each.ids.length > 0) commands.push(['XACK', stream, this.#group, ...each.ids]);
      }
    }
    if (commands.length === 0) return;
    try {
      await this.#acks.callAll(commands);
    } catch (error) {
      // They stay pending, and come once more.
      this.#context.log.warn('entries of a stream could not be acknowledged', { error: messageOf(error) });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#link.close();
    this.#acks.close();
  }

  async #makeGroups(): Promise<void> {
    for (const stream of this.#config.redisStreamName) {
      try {
        await this.#link.call(['XGROUP', 'CREATE', stream, this.#group, this.#config.redisStreamOffset, 'MKSTREAM']);
      } catch (error) {
        const said = (error as { readonly cause?: unknown }).cause;
        if (!(isAnswer(said) && /^BUSYGROUP/.test((said as Error).message))) throw error;
      }
    }
  }

  /** What this consumer had not acknowledged when it ended last. */
  async *#ownPending(signal: AbortSignal): AsyncGenerator<SourceBatch> {
    const after = new Map(this.#config.redisStreamName.map((stream) => [stream, '0-0']));
    while (!signal.aborted && after.size > 0) {
      const streams = [...after.keys()];
      const found = entriesByStream(await this.#readGroup([...after.values()], undefined, streams));
      for (const stream of streams) {
        const last = found.get(stream)?.at(-1);
        if (last === undefined) after.delete(stream);
        else after.set(stream, last.id);
      }
      yield* this.#batches(found);
    }
  }

  /** What other consumers of the group left behind. */
  async *#claimed(signal: AbortSignal): AsyncGenerator<SourceBatch> {
    const nowMs = this.#context.clock.monotonicMs();
    if (nowMs < this.#nextClaimMs) return;
    const idleMs = this.#config.redisStreamClaimIdle;
    const { redisStreamName: streams, batchSize } = this.#config;
    let isDone = true;
    for (const stream of streams) {
      if (signal.aborted) return;
      const cursor = this.#claimCursors.get(stream) ?? '0-0';
      const count = Math.min(batchSize, CLAIM_COUNT_MAX);
      const answer = await this.#link.call([
        'XAUTOCLAIM',
        stream,
        this.#group,
        this.#consumer,
        idleMs,
        cursor,
        'COUNT',
        count,
      ]);
      const [next, list] = answer as readonly [Buffer, unknown];
      this.#claimCursors.set(stream, String(next));
      if (String(next) !== '0-0') isDone = false;
      const own = new Set(this.#handedOut.filter((each) => each.stream === stream).flatMap(({ ids }) => ids));
      // Its own, which Kafka is slow to take, are on their way.
      const others = entriesIn(list).filter(({ id }) => !own.has(id));
      yield* this.#batches(new Map(others.length === 0 ? [] : [[stream, others]]));
    }
    if (isDone) this.#nextClaimMs = nowMs + idleMs / 2;
  }

  async #readGroup(
    after: readonly string[],
    blockMs: number | undefined,
    streams: readonly string[] = this.#config.redisStreamName,
  ): Promise<unknown> {
    const block = blockMs === undefined ? [] : ['BLOCK', blockMs];
    const command: RedisCommand = [
      ...(['XREADGROUP', 'GROUP', this.#group, this.#consumer, 'COUNT', this.#config.batchSize] as const),
      ...block,
      ...['STREAMS', ...streams, ...after],
    ];
    try {
      return await this.#link.call(command, blockMs);
    } catch (error) {
      const said = (error as { readonly cause?: unknown }).cause;
      if (!(isAnswer(said) && /^NOGROUP/.test((said as Error).message))) throw error;
      // Somebody removed the stream: with the next entry there is another one.
      await this.#makeGroups();
      return null;
    }
  }

  async *#batches(found: ReadonlyMap<string, readonly StreamEntry[]>): AsyncGenerator<SourceBatch> {
    for (const [stream, entries] of found) {
      const last = entries.at(-1);
      if (last === undefined) continue;
      const batch = ++this.#batch;
      this.#handedOut.push({ batch, stream, ids: entries.map(({ id }) => id) });
      const topic = topicOf(this.#config.topic, stream);
      yield {
        // Deleted entries are acknowledged like the others.
        records: await readableRecords(
          entries.filter(({ fields }) => fields !== null),
          this.#context,
          { recordOf: (entry) => recordOf(entry, stream, topic, this.#config.redisValueFormat), rawOf: rawEntry },
        ),
        partition: { stream },
        offset: { id: last.id, batch },
      };
    }
  }
}
