/**
 * Texts with places for parts of a record: `orders:${key}`, `${topic}:${value.customer.id}`.
 *
 * Places: `topic`, `partition`, `offset`, `timestamp` (milliseconds), `key`, `key.NAME`, `value`, `value.NAME`; names may be nested.
 */
import { plainValue, type InRecord } from '@millrace/connect-api';
import { partOf, scalarOf, unwritable } from './record-text.ts';

const PLACE = /\$\{([^}]*)\}/g;
const KNOWN = /^(?:topic|partition|offset|timestamp|(?:key|value)(?:\.[^.]+)*)$/;

export interface Template {
  readonly text: string;
  /** Throws when the record lacks what a place needs. */
  fill(record: InRecord): string | Buffer;
  has(place: string): boolean;
}

/** What is wrong with it; undefined when nothing is. */
export function checkTemplate(text: string): string | undefined {
  for (const [whole, place = ''] of text.matchAll(PLACE)) {
    if (!KNOWN.test(place)) {
      return `There is no ${whole}; there are \${topic}, \${partition}, \${offset}, \${timestamp}, \${key}, \${key.NAME}, \${value} and \${value.NAME}`;
    }
  }
  return text === '' ? 'String must be non-empty' : undefined;
}

export function templateOf(text: string): Template {
  const places = [...text.matchAll(PLACE)].map(([, place = '']) => place);
  const pieces = text.split(PLACE);
  return {
    text,
    has: (place) => places.includes(place),
    fill(record) {
      const filled = pieces.map((piece, index) => (index % 2 === 0 ? piece : placeOf(record, piece)));
      if (filled.every((part) => typeof part === 'string')) return filled.join('');
      return Buffer.concat(filled.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
    },
  };
}

function placeOf(record: InRecord, place: string): string | Buffer {
  const { topic, partition, offset } = record.origin;
  switch (place) {
    case 'topic':
      return record.topic;
    case 'partition':
      return String(partition);
    case 'offset':
      return String(offset);
    case 'timestamp':
      return String(record.timestampMs);
    default: {
      const [root, ...path] = place.split('.');
      const part = plainValue(partOf(root === 'key' ? record.key : record.value, path));
      const text = scalarOf(part);
      if (text !== undefined) return text;
      const found = part === null || part === undefined ? 'nothing' : 'something with parts';
      throw unwritable(`the record at ${topic}-${partition}, offset ${offset}, has ${found} for \${${place}}`);
    }
  }
}
