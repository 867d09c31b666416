import { SeededRandom } from '@millrace/base';
import type { TextRecord } from './peers.ts';

export const RECORD_COUNT = 1000;
export const KEY_BYTES = 16;
export const VALUE_BYTES = 100;
const BASE_TIMESTAMP_MS = 1_760_000_000_000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const WORDS = [
  'order',
  'created',
  'paid',
  'shipped',
  'customer',
  'berlin',
  'eur',
  'amount',
  'status',
  'retry',
  '42.50',
];

/**
 * The records of one batch: keys of random letters, values of words, so that codecs find about what they find in JSON.
 * The texts are flat in memory, as those from JSON.stringify or a socket are, not chains of concatenations.
 */
export function textRecords(): TextRecord[] {
  const random = new SeededRandom(1);
  return Array.from({ length: RECORD_COUNT }, (_, index) => {
    let key = '';
    while (key.length < KEY_BYTES) key += LETTERS[random.nextInt(LETTERS.length)] ?? '';
    let value = '';
    while (value.length < VALUE_BYTES) value += `${WORDS[random.nextInt(WORDS.length)] ?? ''}=${random.nextInt(1000)};`;
    return {
      key: flat(key),
      value: flat(value.slice(0, VALUE_BYTES)),
      timestampMs: BASE_TIMESTAMP_MS + Math.floor(index / 10),
    };
  });
}

function flat(text: string): string {
  return Buffer.from(text).toString('latin1');
}
