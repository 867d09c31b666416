/**
 * Streams from the id in the source offset on, without a consumer group: what was read is known to Kafka alone, so with transactions nothing
 * comes twice and nothing is left out.
 */
import type { SourceBatch, SourceContext, SourceTask } from '@millrace/connect-api';
import type { RedisLink } from '../redis-link.ts';
import { readableRecords } from './readable-records.ts';
import { topicOf, type SourceConfig } from './source-config.ts';
import { entriesByStream, entriesIn, rawEntry, recordOf } from './stream-entries.ts';

const BLOCK_MS = 500;

export class IdReader implements SourceTask {
  readonly #config: SourceConfig;
  readonly #context: SourceContext;
  readonly #link: RedisLink;
  readonly #streams: readonly string[];

  constructor(config: SourceConfig, context: SourceContext, link: RedisLink, streams: readonly string[]) {
    this.#config = config;
    this.#context = context;
    this.#link = link;
    this.#streams = streams;
  }

  async *read(signal: AbortSignal): AsyncGenerator<SourceBatch> {
    const end = (): void => this.#link.close();
    signal.addEventListener('abort', end, { once: true });
    try {
      const after = new Map<string, string>();
      const stored = await this.#context.offsets(this.#streams.map((stream) => ({ stream })));
      for (const [index, stream] of this.#streams.entries()) {
        const id = stored[index]?.['id'];
        if (typeof id === 'string') {
          after.set(stream, id);
          continue;
        }
        const first = await this.#firstId(stream);
        after.set(stream, first);
        // From now on means from this moment on, also after a restart before the first entry.
        if (this.#config.redisStreamOffset === '$') yield { records: [], partition: { stream }, offset: { id: first } };
      }
      while (!signal.aborted) {
        const answer = await this.#link.call(
          ['XREAD', 'COUNT', this.#config.batchSize, 'BLOCK', BLOCK_MS, 'STREAMS', ...after.keys(), ...after.values()],
          BLOCK_MS,
        );
        for (const [stream, entries] of entriesByStream(answer)) {
          const last = entries.at(-1);
          if (last === undefined) continue;
          const topic = topicOf(this.#config.topic, stream);
          const records = await readableRecords(entries, this.#context, {
            recordOf: (entry) => recordOf(entry, stream, topic, this.#config.redisValueFormat),
            rawOf: rawEntry,
          });
          yield { records, partition: { stream }, offset: { id: last.id } };
          after.set(stream, last.id);
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#link.close();
  }

  async #firstId(stream: string): Promise<string> {
    if (this.#config.redisStreamOffset !== '$') return this.#config.redisStreamOffset;
    const [last] = entriesIn(await this.#link.call(['XREVRANGE', stream, '+', '-', 'COUNT', 1]));
    return last?.id ?? '0-0';
  }
}
