import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Converter, ConverterInstance, SchemaAndValue } from '@millrace/connect-api';

import { builtInPlugins } from '../../built-in-plugins.ts';
import { parseValue } from './value-parser.ts';
import { valueText } from './value-text.ts';

interface Vector {
  readonly name: string;
  readonly header?: string;
  readonly shown?: string;
  readonly expected: { readonly envelope?: string; readonly text?: string | null; readonly error?: string };
}

const VECTORS = readFileSync(join(__dirname, '../../../vectors/headers.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Vector);

/** Kafka drops what comes after the value, rounds the number, or makes another date of it; here these stay the text they are. */
const KEPT_AS_TEXT = new Set(['1,2', '5,6', '2024-13-01', '24:00:00.000Z', '[1,]', '[1] x']);

describe('values of headers, beside those of Kafka Connect 4.3.1', () => {
  const envelopes = instance('converter', 'JsonConverter', { 'replace.null.with.default': 'false' });
  const headers = instance('header_converter', 'SimpleHeaderConverter', {});
  const read = (text: string) => headers.toConnect(Buffer.from(text), { topic: 't' }) as SchemaAndValue;

  it.each(
    VECTORS.filter(({ header }) => header !== undefined && !KEPT_AS_TEXT.has(header)).map((each) => [each.name, each]),
  )('reads %j', (_name, { header = '', expected }) => {
    const data = read(header);
    if (header === '3.14159265358979') {
      // Kafka makes a float32 of it and loses digits.
      expect(data).toEqual({ schema: { type: 'float64', optional: false }, value: 3.14159265358979 });
    } else if (header === 'null') {
      // Kafka fails.
      expect(data).toEqual({ value: null });
    } else if (header === '{}') {
      // Kafka fails.
      expect(data.value).toEqual(new Map());
    } else {
      expect(envelopes.fromConnect(data, { topic: 't' })).toBe(expected.envelope);
      expect(headers.fromConnect(data, { topic: 't' })).toBe(expected.text);
    }
  });

  it.each([...KEPT_AS_TEXT])('keeps %j as a text', (text) => {
    expect(read(text)).toEqual({ schema: { type: 'string', optional: false }, value: text });
  });

  it.each(VECTORS.filter(({ shown }) => shown !== undefined).map((each) => [each.name, each]))(
    '%s',
    (_name, { shown = '', expected }) => {
      const { schema, value } = envelopes.toConnect(Buffer.from(shown), { topic: 't' }) as SchemaAndValue;
      expect(valueText(schema, value)).toBe(expected.text);
    },
  );

  it('keeps bytes that are no text', () => {
    const bytes = Buffer.from('ff00', 'hex');
    expect(headers.toConnect(bytes, { topic: 't' })).toEqual({
      schema: { type: 'bytes', optional: false },
      value: bytes,
    });
  });

  it('reads a number of many digits in no time', () => {
    expect(parseValue(`1e${'9'.repeat(8)}`).schema?.type).toBe('string');
    expect(parseValue('9'.repeat(100_000)).schema?.type).toBe('bytes');
    // Minutes, were a digit matched in two ways.
    expect(parseValue(`${'9'.repeat(1_000_000)}x`).schema?.type).toBe('string');
  });

  it('does not run out of stack on deep lists', () => {
    const text = '['.repeat(100_000);
    expect(parseValue(text).value).toBe(text);
  });
});

function instance(kind: string, name: string, properties: Readonly<Record<string, string>>): ConverterInstance {
  const plugin = builtInPlugins.find((each): each is Converter => each.kind === kind && each.name === name);
  if (plugin === undefined) throw new Error(`no ${kind} ${name}`);
  return plugin.create(plugin.config.read(properties).config, { isKey: false });
}
