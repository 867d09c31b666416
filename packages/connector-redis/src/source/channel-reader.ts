/**
 * Messages of channels, at most once: Redis keeps none, so what is published while nobody listens is lost, and nothing says so.
 *
 * Bounds: `redis.channels.buffer.size` messages wait for Kafka; more are dropped and counted, since a subscriber that does not read is
 *   disconnected by Redis and loses even more.
 */
import { isUtf8 } from 'node:buffer';
import type { Counter } from '@millrace/base';
import type { OutRecord, SourceBatch, SourceContext, SourceTask } from '@millrace/connect-api';
import { redisError } from '../redis-error.ts';
import type { RedisLink } from '../redis-link.ts';
import { readableRecords } from './readable-records.ts';
import { topicOf, type SourceConfig } from './source-config.ts';
import { unreadable, valueOf } from './stream-entries.ts';

interface Received {
  readonly channel: string;
  /** A channel that a pattern matches may have any bytes as its name. */
  readonly isNamed: boolean;
  readonly message: Buffer;
}

export class ChannelReader implements SourceTask {
  readonly #config: SourceConfig;
  readonly #context: SourceContext;
  readonly #link: RedisLink;
  readonly #channels: readonly string[];
  readonly #waiting: Received[] = [];
  readonly #dropped: Counter;
  #watch: ReturnType<typeof setInterval> | undefined;
  #wake: () => void = () => undefined;
  #failure: unknown;
  #received = 0;
  #isDropping = false;

  constructor(config: SourceConfig, context: SourceContext, link: RedisLink, channels: readonly string[]) {
    this.#config = config;
    this.#context = context;
    this.#link = link;
    this.#channels = channels;
    this.#dropped = context.metrics.counter(
      'millrace_connect_redis_dropped_messages_total',
      'Messages of channels that were dropped because Kafka did not take them in time',
    );
  }

  async *read(signal: AbortSignal): AsyncGenerator<SourceBatch> {
    const end = (): void => this.#end();
    signal.addEventListener('abort', end, { once: true });
    this.#watch = setInterval(() => void this.#ping(), this.#config.redisTimeout);
    try {
      await this.#subscribe();
      while (!signal.aborted) {
        if (this.#failure !== undefined) throw redisError(`listen to ${this.#link.place}`, this.#failure);
        if (this.#waiting.length === 0) {
          await new Promise<void>((resolve) => (this.#wake = resolve));
          continue;
        }
        this.#isDropping = false;
        yield* this.#batches(this.#waiting.splice(0, this.#config.batchSize));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      clearInterval(this.#watch);
      signal.removeEventListener('abort', end);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
  }

  #end(): void {
    clearInterval(this.#watch);
    this.#link.close();
    this.#wake();
  }

  async #subscribe(): Promise<void> {
    const client = await this.#link.connected();
    client.once('close', () => this.#fail(new Error('the connection was closed')));
    if (this.#config.redisChannelsPatternsEnabled) {
      client.on('pmessageBuffer', (_pattern: unknown, channel: unknown, message: Buffer) =>
        this.#take(channel, message),
      );
      await client.psubscribe(...this.#channels);
    } else {
      client.on('messageBuffer', (channel: unknown, message: Buffer) => this.#take(channel, message));
      await client.subscribe(...this.#channels);
    }
  }

  /** A half-open connection brings nothing and never ends. */
  async #ping(): Promise<void> {
    const client = await this.#link.connected().catch((error: unknown) => this.#fail(error));
    if (client === undefined) return;
    const late = setTimeout(() => {
      this.#fail(new Error('no answer to a ping'));
      client.disconnect();
    }, this.#config.redisTimeout);
    await client.ping().catch((error: unknown) => this.#fail(error));
    clearTimeout(late);
  }

  #take(channel: unknown, message: Buffer): void {
    if (this.#waiting.length >= this.#config.redisChannelsBufferSize) {
      this.#dropped.add(1);
      if (!this.#isDropping)
        this.#context.log.warn('messages are dropped: Kafka does not take them as fast as they come');
      this.#isDropping = true;
      return;
    }
    const name = Buffer.from(channel as Buffer | string);
    this.#waiting.push({ channel: name.toString('utf8'), isNamed: isUtf8(name), message });
    this.#wake();
  }

  #fail(error: unknown): undefined {
    this.#failure ??= error;
    this.#wake();
    return undefined;
  }

  /** Neighbours of one channel go together. */
  async *#batches(received: readonly Received[]): AsyncGenerator<SourceBatch> {
    for (let from = 0; from < received.length;) {
      const channel = received[from]?.channel ?? '';
      let to = from;
      while (received[to]?.channel === channel) to++;
      const topic = topicOf(this.#config.topic, channel);
      this.#received += to - from;
      yield {
        records: await readableRecords(received.slice(from, to), this.#context, {
          recordOf: (each) => this.#recordOf(each, topic),
          rawOf: ({ message }) => message,
        }),
        partition: { channel },
        offset: { received: this.#received },
      };
      from = to;
    }
  }

  #recordOf({ channel, isNamed, message }: Received, topic: string): OutRecord {
    if (!isNamed) {
      throw unreadable(
        `the name of the channel ${channel} is not text in UTF-8, as keys of records are: let redis.channels match others only`,
      );
    }
    return {
      topic,
      key: channel,
      value: valueOf(message, this.#config.redisValueFormat, () => `a message of the channel ${channel}`),
      headers: [{ key: 'redis.channel', value: channel }],
    };
  }
}
