import { readVectors } from '../test/golden-vectors.ts';
import type { Json } from '../test/golden-vectors.ts';
import { MESSAGES } from './generated/registry.ts';
import { decodeMessage, encodeMessage, recordsToBuffer } from './wire/codec.ts';

const vectors = readVectors();
const codecs = new Map(MESSAGES.map((codec) => [codec.name, codec]));

describe('golden vectors', () => {
  it('cover every version of every message', () => {
    const covered = new Set(vectors.map(({ name, version }) => `${name} ${version}`));
    const missing = MESSAGES.flatMap(({ name, minVersion, maxVersion }) =>
      Array.from({ length: maxVersion - minVersion + 1 }, (_, i) => `${name} ${minVersion + i}`),
    ).filter((entry) => !covered.has(entry));

    expect(missing).toEqual([]);
  });

  it.each([...codecs.keys()])('%s decodes to the stated values and encodes to the same bytes', (name) => {
    const codec = codecs.get(name);
    if (codec === undefined) throw new Error(`no codec ${name}`);
    const own = vectors.filter((vector) => vector.name === name);

    for (const { version, value, hex } of own) {
      const message = decodeMessage(codec, Buffer.from(hex, 'hex'), version);

      expectStated(message, value, `${name} v${version}`);
      const encoded = Buffer.concat(encodeMessage(codec, message, version));
      expect(`v${version} ${encoded.toString('hex')}`).toBe(`v${version} ${hex}`);
      expect(codec.size(message, version)).toBe(encoded.length);
    }
    expect(own.length).toBeGreaterThan(0);
  });
});

describe('recordsToBuffer', () => {
  it('shares memory with a single slice and joins several', () => {
    const slice = Buffer.from('abc');

    expect(recordsToBuffer(slice)).toBe(slice);
    expect(recordsToBuffer([slice, Buffer.from('d')])?.toString()).toBe('abcd');
    expect(recordsToBuffer([])?.length).toBe(0);
    expect(recordsToBuffer(null)).toBeNull();
  });
});

/** Compares each value that a vector states; fields that it leaves out are checked against their defaults in the generator's tests. */
function expectStated(actual: unknown, expected: Json, path: string): void {
  if (Array.isArray(expected)) {
    const list = actual as readonly unknown[];
    expect({ path, length: list.length }).toEqual({ path, length: expected.length });
    expected.forEach((item: Json, index) => expectStated(list[index], item, `${path}[${index}]`));
    return;
  }
  if (expected !== null && typeof expected === 'object') {
    const fields = actual as Record<string, unknown>;
    for (const [field, value] of Object.entries(expected)) {
      if (!(field in fields)) throw new Error(`${path}.${field} is not in the decoded message`);
      expectStated(fields[field], value, `${path}.${field}`);
    }
    return;
  }
  expect({ path, value: textForm(actual) }).toEqual({ path, value: expected });
}

/** int64 and bytes in the form that the vectors use. */
function textForm(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
