import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Converter, ConverterInstance } from '@millrace/connect-api';

import { builtInPlugins } from '../built-in-plugins.ts';

interface Described {
  readonly class: string;
  readonly properties?: Readonly<Record<string, string>>;
}

interface Vector {
  readonly name: string;
  readonly input?: string | null;
  readonly inputHex?: string;
  readonly reader: Described;
  readonly writer: Described;
  readonly expected: { readonly text?: string | null; readonly hex?: string; readonly error?: string };
}

const VECTORS = readFileSync(join(__dirname, '../../vectors/converters.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Vector);

const DECIMAL =
  '{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}}';
const STRUCT =
  '{"type":"struct","fields":[{"type":"int32","optional":false,"field":"a"}],"optional":false,"default":{"a":5}}';

function envelope(schema: string, payload: string): string {
  return `{"schema":${schema},"payload":${payload}}`;
}

/** Kafka makes 0, false, null or another number of these; here they are errors, so that nothing is changed silently. */
const REFUSED = new Set([
  'int32 of text',
  'int32 of a fraction',
  'int8 too large',
  'int32 too large',
  'int64 too large',
  'boolean of a text',
  'double of a text',
  'array of a number',
  'text after',
  'plain text after',
]);

/** Kafka refuses these for want of a type; a JavaScript number is of any. */
const TAKEN = new Map<string, string | null>([
  ['ShortConverter writes plain 1', '\0\u0001'],
  ['IntegerConverter writes plain 1', '\0\0\0\u0001'],
  ['FloatConverter writes plain 1', '?\ufffd\0\0'],
  ['DoubleConverter writes plain 1', '?\ufffd\0\0\0\0\0\0'],
  ['BooleanConverter writes null', null],
  // The scale becomes that of the schema where nothing is lost by it.
  ['decimal numeric 0 to base64', envelope(DECIMAL, '"AA=="')],
  // Kafka's classes fail on each struct with a default.
  ['struct with default', envelope(STRUCT, '{"a":5}')],
]);

describe('converters, beside those of Kafka Connect 4.3.1', () => {
  it('has all the vectors', () => {
    expect(VECTORS.length).toBeGreaterThan(300);
  });

  it.each(VECTORS.map((vector) => [vector.name, vector] as const))('%s', async (name, vector) => {
    const convert = () => converted(vector);

    if (REFUSED.has(name) || (vector.expected.error !== undefined && !TAKEN.has(name))) {
      await expect(convert()).rejects.toMatchObject({
        code: expect.stringMatching(/^MILLRACE_CONNECT_INVALID_(DATA|DECIMAL)$/) as string,
      });
      return;
    }
    const output = await convert();
    const { hex, text } = vector.expected;
    if (hex !== undefined) expect(Buffer.from(output ?? '').toString('hex')).toBe(hex);
    else expect(output === null ? null : Buffer.from(output).toString()).toBe(TAKEN.has(name) ? TAKEN.get(name) : text);
  });
});

async function converted({ input, inputHex, reader, writer }: Vector): Promise<Uint8Array | string | null> {
  const bytes =
    inputHex !== undefined
      ? Buffer.from(inputHex, 'hex')
      : input === null || input === undefined
        ? null
        : Buffer.from(input);
  const data = await instanceOf(reader).toConnect(bytes, { topic: 't' });
  return instanceOf(writer).fromConnect(data, { topic: 't' });
}

function instanceOf({ class: name, properties = {} }: Described): ConverterInstance {
  const plugin = builtInPlugins.find(
    (each): each is Converter => each.kind === 'converter' && each.aliases?.includes(name) === true,
  );
  if (plugin === undefined) throw new Error(`no converter ${name}`);
  const { config, issues } = plugin.config.read(properties);
  expect(issues).toEqual([]);
  return plugin.create(config, { isKey: false });
}
