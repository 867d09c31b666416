/** How `consume` writes a record: by a format in the manner of kcat, or as a line of JSON. */
import { InvalidArgumentError } from 'commander';
import { bytesToJson } from './bytes-json.ts';

export interface ConsumedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[];
}

type Part = Uint8Array | ((record: ConsumedRecord) => Uint8Array | string);

const EMPTY = Buffer.alloc(0);

const FIELDS: Readonly<Record<string, (record: ConsumedRecord) => Uint8Array | string>> = {
  s: ({ value }) => value ?? EMPTY,
  S: ({ value }) => String(value?.length ?? -1),
  k: ({ key }) => key ?? EMPTY,
  K: ({ key }) => String(key?.length ?? -1),
  t: ({ topic }) => topic,
  p: ({ partition }) => String(partition),
  o: ({ offset }) => String(offset),
  T: ({ timestamp }) => String(timestamp),
  h: ({ headers }) => headers.map(({ key, value }) => `${key}=${textOf(value)}`).join(','),
  '%': () => '%',
};
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', '\\': '\\' };

export type WriteRecord = (record: ConsumedRecord) => Uint8Array;

/** @throws InvalidArgumentError naming the placeholder that does not exist */
export function parseFormat(format: string): WriteRecord {
  const parts: Part[] = [];
  let literal = '';
  const endLiteral = (): void => {
    if (literal !== '') parts.push(Buffer.from(literal));
    literal = '';
  };
  for (let at = 0; at < format.length; at++) {
    const [sign = '', next = ''] = [format[at], format[at + 1]];
    if (sign === '%') {
      const field = FIELDS[next];
      if (field === undefined) {
        const known = Object.keys(FIELDS).map((name) => `%${name}`);
        throw new InvalidArgumentError(`there is no %${next}: use ${known.join(' ')}`);
      }
      endLiteral();
      parts.push(field);
      at++;
    } else if (sign === '\\' && ESCAPES[next] !== undefined) {
      literal += ESCAPES[next];
      at++;
    } else {
      literal += sign;
    }
  }
  endLiteral();
  return (record) => {
    const bytes = parts.map((part) => {
      const content = typeof part === 'function' ? part(record) : part;
      return typeof content === 'string' ? Buffer.from(content) : content;
    });
    return bytes.length === 1 && bytes[0] !== undefined ? bytes[0] : Buffer.concat(bytes);
  };
}

export const jsonFormat: WriteRecord = ({ topic, partition, offset, timestamp, key, value, headers }) =>
  Buffer.from(
    `${JSON.stringify({
      topic,
      partition,
      offset,
      timestamp,
      key: bytesToJson(key),
      value: bytesToJson(value),
      headers: headers.map((header) => ({ key: header.key, value: bytesToJson(header.value) })),
    })}\n`,
  );

function textOf(value: Uint8Array | null): string {
  return value === null ? 'null' : Buffer.from(value).toString();
}
