import { KafkaError } from '../error.ts';
import { checkOptions } from '../options/check-options.ts';
import type { AnyCodec, Codec, DecodeOutput, EncodeInput, MessageHeader } from './codec.ts';
import { bytes, nullable } from './codecs.ts';

/** A topic's name with what its keys and values are: everything that sends to it or reads from it takes its types from here. */
export interface Topic<N extends string, KI, KO, VI, VO> {
  readonly name: N;
  readonly key: Codec<KI, KO>;
  readonly value: Codec<VI, VO>;
}

/** Any topic, whatever its types. */
export type AnyTopic = Topic<string, never, unknown, never, unknown>;

/** Codecs of a topic. Without one, keys or values are bytes or null. */
export interface TopicCodecs<K extends AnyCodec, V extends AnyCodec> {
  readonly key?: K;
  readonly value?: V;
}

/** Bytes or null: what keys and values are where nothing else is said. */
export type RawCodec = Codec<Uint8Array | string | null, Uint8Array | null>;

const RAW: RawCodec = nullable<Uint8Array | string, Uint8Array>(bytes);
const NAME_LENGTH_MAX = 249;
const CODECS = { key: codec, value: codec };

function codec(value: unknown): string | undefined {
  const { encode, decode } = Object(value) as { readonly encode?: unknown; readonly decode?: unknown };
  return typeof encode === 'function' && typeof decode === 'function' ? undefined : 'a codec, such as str or json()';
}

/**
 * Declares a topic: `topic('orders', { key: str, value: json(Order) })`. This is a value of this process and creates nothing in the
 * cluster. Throws `MILLRACE_CLIENT_INVALID_OPTION` for a name that Kafka refuses, and what is no codec.
 */
export function topic<const N extends string, K extends AnyCodec = RawCodec, V extends AnyCodec = RawCodec>(
  name: N,
  codecs: TopicCodecs<K, V> = {},
): Topic<N, EncodeInput<K>, DecodeOutput<K>, EncodeInput<V>, DecodeOutput<V>> {
  if (
    typeof name !== 'string' ||
    !/^[a-zA-Z0-9._-]+$/.test(name) ||
    name.length > NAME_LENGTH_MAX ||
    /^\.\.?$/.test(name)
  ) {
    throw new KafkaError(
      'MILLRACE_CLIENT_INVALID_OPTION',
      `"${String(name)}" is no topic name: use 1 to ${NAME_LENGTH_MAX} of the characters a-z, A-Z, 0-9, ".", "_" and "-"`,
    );
  }
  checkOptions('topic()', codecs, CODECS);
  return {
    name,
    key: (codecs.key ?? RAW) as unknown as Codec<EncodeInput<K>, DecodeOutput<K>>,
    value: (codecs.value ?? RAW) as unknown as Codec<EncodeInput<V>, DecodeOutput<V>>,
  };
}

/** Headers to send: wire order as a list (keys may repeat), or an object for the common case. Text is sent as UTF-8. */
export type HeadersToSend =
  | readonly { readonly key: string; readonly value: Uint8Array | string | null }[]
  | Readonly<Record<string, string | Uint8Array | null>>;

/** What may accompany key and value of a record to send. */
export interface RecordExtras {
  readonly headers?: HeadersToSend | undefined;
  /** Milliseconds since the Unix epoch; the time of the call when omitted. A topic with `LogAppendTime` replaces it. */
  readonly timestamp?: number | undefined;
  /** Sends to this partition, whatever the partitioner would say. */
  readonly partition?: number | undefined;
}

/** A member that may be left out where null can stand for it. */
type Member<Name extends string, Value> = null extends Value
  ? { readonly [P in Name]?: Value | undefined }
  : { readonly [P in Name]: Value };

/** A record to send to a topic. The key may be left out where its codec takes null. */
export type RecordFor<T extends AnyTopic> =
  T extends Topic<string, infer KI, unknown, infer VI, unknown>
    ? Member<'key', KI> & { readonly value: VI } & RecordExtras
    : never;

/** A record read from a topic. For a union of topics it is a union that `message.topic` tells apart. */
export type MessageOf<T extends AnyTopic> =
  T extends Topic<infer N, never, infer KO, never, infer VO> ? Message<N, KO, VO> : never;

export interface Message<N extends string, K, V> {
  readonly topic: N;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since the Unix epoch; −1 when the record has none. */
  readonly timestamp: number;
  readonly key: K;
  readonly value: V;
  readonly headers: readonly MessageHeader[];
  /** Epoch of the leader that appended the record; −1 when unknown. */
  readonly leaderEpoch: number;
}
