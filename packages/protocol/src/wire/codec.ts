import { ProtocolError, unsupportedVersion } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/** A tagged field that this code does not know; kept so that it survives decode and encode. */
export interface TaggedField {
  readonly tag: number;
  readonly data: Uint8Array;
}

/**
 * Record batches inside a message. Decoding yields one Buffer that shares memory with the frame; encoding also takes
 * slices to be sent one after another.
 */
export type RecordsField = Uint8Array | readonly Uint8Array[] | null;

/** How one message is read and written in each of its versions. Instances are generated from `schemas/`. */
export interface MessageCodec<T> {
  readonly name: string;
  readonly kind: 'request' | 'response' | 'header' | 'data';
  /** Null for messages that are not a request or response of their own. */
  readonly apiKey: number | null;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** First version with compact lengths and tagged fields; Infinity when there is none. */
  readonly flexibleFrom: number;
  /** The newest version may still change: implement it, but do not advertise it. */
  readonly latestVersionUnstable: boolean;
  /** Bytes that `encode` produces. */
  size(message: T, version: number): number;
  /** Part of `size` that is made of record slices which a Writer hands on without copying. */
  outOfLineSize(message: T, version: number): number;
  /** Throws ProtocolError when the message cannot be expressed in this version. */
  encode(writer: Writer, message: T, version: number): void;
  /** Throws ProtocolError, and nothing else, whatever the bytes are. Leaves the reader behind the message. */
  decode(reader: Reader, version: number): T;
}

/** Refuses a version outside the codec's range. */
export function checkVersion<T>(codec: MessageCodec<T>, version: number): void {
  if (!(version >= codec.minVersion && version <= codec.maxVersion)) {
    throw unsupportedVersion(codec.name, version, codec.minVersion, codec.maxVersion);
  }
}

/** Encodes one message without any header into as few buffers as possible. */
export function encodeMessage<T>(codec: MessageCodec<T>, message: T, version: number): Buffer[] {
  const writer = new Writer(codec.size(message, version), codec.outOfLineSize(message, version));
  codec.encode(writer, message, version);
  return writer.finish();
}

/** Decodes one message that fills `bytes` exactly. */
export function decodeMessage<T>(codec: MessageCodec<T>, bytes: Uint8Array, version: number): T {
  const reader = new Reader(bytes);
  const message = codec.decode(reader, version);
  if (reader.remaining !== 0) {
    throw new ProtocolError(
      'MILLRACE_PROTOCOL_TRAILING_BYTES',
      `${codec.name} v${version}: ${reader.remaining} bytes follow the message`,
      { message: codec.name, version, remaining: reader.remaining },
    );
  }
  return message;
}

/** A records field as one buffer. Shares memory when it is one slice already, as after decoding. */
export function recordsToBuffer(records: RecordsField): Buffer | null {
  if (records === null) return null;
  const slices = records instanceof Uint8Array ? [records] : records;
  const [first] = slices;
  if (slices.length === 1 && first !== undefined) {
    return Buffer.isBuffer(first) ? first : Buffer.from(first.buffer, first.byteOffset, first.length);
  }
  return Buffer.concat(slices);
}
