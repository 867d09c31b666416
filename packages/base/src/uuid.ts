import type { Random } from './random.ts';

/** The all-zero id in Kafka's text form: "no id". */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';
/** Kafka reserves this id for the metadata topic. */
const METADATA_TOPIC_UUID = 'AAAAAAAAAAAAAAAAAAAAAQ';

/** A random version-4 UUID as 22 characters of url-safe base64 without padding; never a reserved one, never starting with "-" (tools take that for a flag). */
export function randomUuid(random: Random): string {
  for (;;) {
    const bytes = random.bytes(16);
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const text = bytes.toString('base64url');
    if (text !== ZERO_UUID && text !== METADATA_TOPIC_UUID && !text.startsWith('-')) return text;
  }
}

/** The 16 bytes of a UUID in Kafka's text form. */
export function uuidBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== 16) throw new RangeError(`"${text}" is not a UUID of 22 url-safe base64 characters`);
  return bytes;
}
