/** Bytes of records in JSON: text where they are text, else `{ "base64": "…" }`; the same both ways, so that what `consume` prints `produce` reads. */
import { isUtf8 } from 'node:buffer';

export type JsonBytes = string | { readonly base64: string } | null;

export function bytesToJson(bytes: Uint8Array | null): JsonBytes {
  if (bytes === null) return null;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(buffer) ? buffer.toString() : { base64: buffer.toString('base64') };
}

/** Text and `{ base64 }` as the bytes that they stand for; any other value as JSON text. */
export function jsonToBytes(value: unknown): Uint8Array | string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && Object.keys(value).length === 1 && 'base64' in value) {
    const { base64 } = value;
    if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  }
  return JSON.stringify(value);
}
