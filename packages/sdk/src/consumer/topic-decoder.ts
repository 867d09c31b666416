/**
 * From a record's bytes to the message that the application sees, by the codecs of its topic.
 *
 * Invariants: nothing is made per record but the message, what its codecs make, and its headers if it has any. Only what has a
 *   `then` is awaited. Failures are `DecodeError`s that name the record and the codec and hold no bytes of it.
 */
import type { RecordBatchReader } from '@millrace/protocol';
import { DecodeError } from '../error.ts';
import { isThenable, type Codec, type DecodeContext, type MessageHeader } from '../topic/codec.ts';
import type { AnyTopic, Message } from '../topic/topic.ts';

type AnyMessage = Message<string, unknown, unknown>;

const NO_HEADERS: readonly MessageHeader[] = Object.freeze([]);

interface SharedContext extends DecodeContext {
  topic: string;
  partition: number;
  offset: number;
  isKey: boolean;
  headers: readonly MessageHeader[];
}

/** A topic's codec of keys or of values. */
class PartDecoder {
  readonly codec: Codec<never, unknown>;
  readonly isKey: boolean;
  readonly #usesHeaders: boolean;
  readonly #range: Codec<never, unknown>['decodeRange'];

  constructor(codec: Codec<never, unknown>, isKey: boolean) {
    this.codec = codec;
    this.isKey = isKey;
    this.#usesHeaders = codec.usesHeaders === true;
    this.#range = codec.decodeRange?.bind(codec);
  }

  decode(
    shared: SharedContext,
    headers: readonly MessageHeader[],
    bytes: Buffer,
    start: number,
    length: number,
  ): unknown {
    shared.isKey = this.isKey;
    const context = this.#usesHeaders ? { ...shared, headers } : shared;
    const { codec } = this;
    try {
      if (length < 0) return codec.decode(null, context);
      if (this.#range !== undefined) return this.#range(bytes, start, start + length, context);
      return codec.decode(bytes.subarray(start, start + length), context);
    } catch (cause) {
      throw decodeError(codec, context, cause);
    }
  }
}

export class TopicDecoder {
  readonly topic: string;
  readonly #key: PartDecoder;
  readonly #value: PartDecoder;
  /** One object for all records of codecs that do not look at headers. */
  readonly #context: SharedContext;

  constructor(topic: AnyTopic) {
    this.topic = topic.name;
    this.#key = new PartDecoder(topic.key, true);
    this.#value = new PartDecoder(topic.value, false);
    this.#context = { topic: topic.name, partition: 0, offset: 0, isKey: false, headers: NO_HEADERS };
  }

  /** The message of one record. Throws, or rejects with, DecodeError. */
  decode(
    partition: number,
    leaderEpoch: number,
    reader: RecordBatchReader,
    index: number,
  ): AnyMessage | Promise<AnyMessage> {
    const offset = reader.offsetAt(index);
    const timestamp = reader.timestampAt(index);
    const context = this.#context;
    context.partition = partition;
    context.offset = offset;
    const bytes = reader.recordBytes;
    const headers: readonly MessageHeader[] = reader.hasHeadersAt(index) ? reader.headersAt(index) : NO_HEADERS;
    const key = this.#key.decode(context, headers, bytes, reader.keyStartAt(index), reader.keyLengthAt(index));
    const value = this.#value.decode(context, headers, bytes, reader.valueStartAt(index), reader.valueLengthAt(index));
    const { topic } = this;
    if (isPending(key) || isPending(value)) {
      return this.#whenDecoded(key, value, { topic, partition, offset, timestamp, headers, leaderEpoch });
    }
    return { topic, partition, offset, timestamp, key, value, headers, leaderEpoch };
  }

  async #whenDecoded(key: unknown, value: unknown, rest: Omit<AnyMessage, 'key' | 'value'>): Promise<AnyMessage> {
    const { topic, partition, offset, timestamp, headers, leaderEpoch } = rest;
    const where = { topic, partition, offset };
    const [keyResult, valueResult] = await Promise.allSettled([key, value]);
    if (keyResult.status === 'rejected')
      throw decodeError(this.#key.codec, { ...where, isKey: true }, keyResult.reason);
    if (valueResult.status === 'rejected')
      throw decodeError(this.#value.codec, { ...where, isKey: false }, valueResult.reason);
    return {
      topic,
      partition,
      offset,
      timestamp,
      key: keyResult.value,
      value: valueResult.value,
      headers,
      leaderEpoch,
    };
  }
}

function isPending(value: unknown): boolean {
  return typeof value === 'object' && value !== null && isThenable(value);
}

function decodeError(
  codec: Codec<never, unknown>,
  where: Pick<DecodeContext, 'topic' | 'partition' | 'offset' | 'isKey'>,
  cause: unknown,
): DecodeError {
  const { topic, partition, offset, isKey } = where;
  const part = isKey ? 'key' : 'value';
  return new DecodeError(
    `the ${part} of the record at offset ${String(offset)} of ${topic}[${String(partition)}] cannot be decoded with codec ${codec.name}`,
    { cause, details: { topic, partition, offset, part, codec: codec.name } },
  );
}
