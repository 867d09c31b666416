/**
 * How keys and values become bytes and are read again.
 *
 * Invariants: null bytes (no key, a tombstone) and empty bytes differ in both directions. A codec keeps no reference to bytes that it is given.
 * Not here: the codecs themselves (./codecs.ts, ./json.ts), nor what becomes of a record that cannot be decoded (the consumer decides).
 */

/** A header as it is on the wire. The same key may come more than once, and order is kept. */
export interface MessageHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** What a record being sent belongs to. */
export interface EncodeContext {
  readonly topic: string;
  /** Whether the key is being encoded, else the value. */
  readonly isKey: boolean;
  /**
   * The record's headers. A codec that declares `usesHeaders` may add to them, also after it awaited something; for others the list is
   * shared and always empty.
   */
  readonly headers: MessageHeader[];
}

/**
 * Where the bytes come from. It may be one object for many records: read what you need before the first `await`, unless the codec
 * declares `usesHeaders`, for which each record has its own.
 */
export interface DecodeContext {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Whether the key is being decoded, else the value. */
  readonly isKey: boolean;
  /** The record's headers; always empty for codecs that do not declare `usesHeaders`. */
  readonly headers: readonly MessageHeader[];
}

/** What a codec may return as the bytes of a key or value: text stands for its UTF-8, null for no key or a tombstone. */
export type EncodedBytes = Uint8Array | string | null;

/**
 * Turns values of type `I` into bytes and bytes into values of type `O`. Both directions may be asynchronous (a registry's codec asks
 * for a schema now and then): only what has a `then` is awaited, so a codec that mostly knows its schema stays on the fast path.
 *
 * A codec refuses by throwing: the producer then rejects that record with `MILLRACE_CLIENT_ENCODE`, the consumer does with it what its
 * options say about undecodable records.
 */
export interface Codec<I, O = I> {
  /** For messages and telemetry, for example `json`. */
  readonly name: string;
  /** Declares that `context.headers` is read or written. Costs an object per record. */
  readonly usesHeaders?: boolean;
  encode(value: I, context: EncodeContext): EncodedBytes | PromiseLike<EncodedBytes>;
  decode(bytes: Uint8Array | null, context: DecodeContext): O | PromiseLike<O>;
  /**
   * Optional shortcut for bytes that lie in a larger buffer: must equal `decode(frame.subarray(start, end), context)`, and saves
   * making the view.
   */
  decodeRange?(frame: Buffer, start: number, end: number, context: DecodeContext): O | PromiseLike<O>;
}

/** Any codec, whatever it encodes. */
export type AnyCodec = Codec<never, unknown>;

/** What can be encoded with a codec. */
export type EncodeInput<C extends AnyCodec> = C extends Codec<infer I, unknown> ? I : never;

/** What a codec decodes to. */
export type DecodeOutput<C extends AnyCodec> = C extends Codec<never, infer O> ? O : never;

/** Whether a codec's answer must be awaited. */
export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
