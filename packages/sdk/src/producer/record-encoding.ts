/** A record as its user gives it, and as it goes into a batch. */
import { messageOf } from '@millrace/base';
import type { HeaderToWrite } from '@millrace/protocol';
import { KafkaError } from '../error.ts';
import { isThenable, type Codec, type EncodeContext, type EncodedBytes, type MessageHeader } from '../topic/codec.ts';
import type { AnyTopic, HeadersToSend, RecordExtras } from '../topic/topic.ts';
import type { TopicQueues } from './topic-queues.ts';

/** `RecordFor<T>` without its types, which the public methods have checked. */
export interface ErasedRecord extends RecordExtras {
  readonly key?: unknown;
  readonly value?: unknown;
}

/** A topic with its codecs as the producer uses them. */
export class TopicSink {
  readonly topic: TopicQueues;
  readonly usesHeaders: boolean;
  /** Whether a codec returned a promise lately. */
  isAsynchronous: boolean;
  readonly #key: Codec<unknown>;
  readonly #value: Codec<unknown>;
  readonly #keyContext: EncodeContext;
  readonly #valueContext: EncodeContext;

  constructor(declared: AnyTopic, topic: TopicQueues) {
    this.topic = topic;
    this.#key = declared.key;
    this.#value = declared.value;
    this.usesHeaders = this.#key.usesHeaders === true || this.#value.usesHeaders === true;
    this.isAsynchronous = this.usesHeaders;
    this.#keyContext = { topic: topic.name, isKey: true, headers: [] };
    this.#valueContext = { topic: topic.name, isKey: false, headers: [] };
  }

  encodeKey(record: ErasedRecord): EncodedBytes | PromiseLike<EncodedBytes> {
    return this.#key.encode(record.key === undefined ? null : record.key, this.#keyContext);
  }

  encodeValue(record: ErasedRecord): EncodedBytes | PromiseLike<EncodedBytes> {
    return this.#value.encode(record.value, this.#valueContext);
  }

  /** For codecs that use headers: the record has a list of its own, which the codecs may add to. */
  async encodeWithHeaders(record: ErasedRecord): Promise<EncodedRecord> {
    const headers = headersToWrite(record.headers) as MessageHeader[];
    const own = headers.map(({ key, value }) => ({
      key,
      value: typeof value === 'string' ? Buffer.from(value) : value,
    }));
    const { name: topic } = this.topic;
    const key = await this.#key.encode(record.key === undefined ? null : record.key, {
      topic,
      isKey: true,
      headers: own,
    });
    const value = await this.#value.encode(record.value, { topic, isKey: false, headers: own });
    return { key: encodedBytes(key, this.#key), value: encodedBytes(value, this.#value), headers: own };
  }

  /** The record's bytes, awaited where a codec is asynchronous. */
  async encode(record: ErasedRecord): Promise<EncodedRecord> {
    try {
      if (this.usesHeaders) return await this.encodeWithHeaders(record);
      const key = await this.encodeKey(record);
      const value = await this.encodeValue(record);
      const headers = record.headers === undefined ? undefined : headersToWrite(record.headers);
      return { key: encodedBytes(key, this.#key), value: encodedBytes(value, this.#value), headers };
    } catch (cause) {
      throw this.encodeError(cause);
    }
  }

  encodeError(cause: unknown): KafkaError {
    if (KafkaError.is(cause)) return cause;
    return new KafkaError(
      'MILLRACE_CLIENT_ENCODE',
      `cannot encode a record for topic "${this.topic.name}": ${messageOf(cause)}`,
      {
        cause,
        details: { topic: this.topic.name },
      },
    );
  }
}

export interface EncodedRecord {
  readonly key: EncodedBytes;
  readonly value: EncodedBytes;
  readonly headers: readonly HeaderToWrite[] | undefined;
}

/** Whether a codec's answer can be used as it is, without waiting. Throws for what is neither bytes nor a promise. */
export function isEncoded(encoded: EncodedBytes | PromiseLike<EncodedBytes>): encoded is EncodedBytes {
  if (typeof encoded === 'string' || encoded === null || encoded instanceof Uint8Array) return true;
  if (isThenable(encoded)) return false;
  throw new TypeError(`a codec returned ${typeof encoded} where a Uint8Array, a string or null is due`);
}

/** Headers as a list in wire order. Throws for what cannot be a header. */
export function headersToWrite(headers: HeadersToSend | undefined): readonly HeaderToWrite[] {
  if (headers === undefined) return [];
  const list: readonly HeaderToWrite[] = Array.isArray(headers)
    ? (headers as readonly HeaderToWrite[])
    : Object.entries(headers as Readonly<Record<string, string | Uint8Array | null>>).map(([key, value]) => ({
        key,
        value,
      }));
  for (const header of list) {
    if (typeof header.key !== 'string') throw new TypeError(`a header's key is a string, not ${typeof header.key}`);
    const { value } = header as { readonly value: unknown };
    if (typeof value !== 'string' && value !== null && !(value instanceof Uint8Array)) {
      throw new TypeError(`header "${header.key}" is a Uint8Array, a string or null, not ${typeof value}`);
    }
  }
  return list;
}

function encodedBytes(encoded: EncodedBytes, codec: Codec<unknown>): EncodedBytes {
  if (isEncoded(encoded)) return encoded;
  throw new TypeError(`codec ${codec.name} returned a promise of a promise`);
}
