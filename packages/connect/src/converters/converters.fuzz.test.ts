import { SeededRandom } from '@millrace/base';
import { s, valueProblem, type Schema } from '@millrace/connect-api';

import { floatText, doubleText } from './java-numbers.ts';
import { JsonConverter, jsonConverterConfig } from './json/json-converter.ts';
import { parseValue } from './values/value-parser.ts';
import { valueText } from './values/value-text.ts';

const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_123);
const RUNS = 1000;

describe(`converters with seed ${SEED}`, () => {
  const random = new SeededRandom(SEED);

  it('give each value back as it was, through bytes and a schema', () => {
    for (const decimalFormat of ['BASE64', 'NUMERIC']) {
      const { config } = jsonConverterConfig.read({ 'decimal.format': decimalFormat });
      if (config === undefined) throw new Error('no settings');
      const converter = new JsonConverter(config);
      for (let run = 0; run < RUNS; run++) {
        const schema = schemaOf(random, 3);
        const value = valueOf(random, schema);
        expect(valueProblem(schema, value)).toBeUndefined();
        const bytes = Buffer.from(converter.fromConnect({ schema, value }) ?? '');
        const read = converter.toConnect(bytes, { topic: `t${run % 3}` });
        expect(JSON.parse(bytes.toString())).toBeDefined();
        expect(read).toEqual({ schema, value });
      }
    }
  });

  it('write numbers that read back as the same', () => {
    const bits = new DataView(new ArrayBuffer(8));
    for (let run = 0; run < 5000; run++) {
      bits.setUint32(0, random.nextInt(2 ** 32));
      bits.setUint32(4, random.nextInt(2 ** 32));
      const [double, float] = [bits.getFloat64(0), bits.getFloat32(0)];
      if (Number.isFinite(double)) expect(Number(doubleText(double))).toBe(double);
      if (Number.isFinite(float)) expect(Math.fround(Number(floatText(float)))).toBe(float);
    }
  });

  it('guess a type of any text, and lose nothing of a text that they keep', () => {
    const alphabet = '[]{},:" \\-+.0123456789eETZtruefalsnx';
    for (let run = 0; run < RUNS * 5; run++) {
      const length = random.nextInt(14);
      const text = Array.from({ length }, () => alphabet[random.nextInt(alphabet.length)]).join('');
      const { schema, value } = parseValue(text);
      if (schema?.type === 'string') expect(value).toBe(text);
      else expect(typeof valueText(schema, value)).toBe('string');
    }
  });
});

type Kind = 'int8' | 'int16' | 'int32' | 'int64' | 'float32' | 'float64' | 'boolean' | 'string' | 'bytes';

const KINDS: readonly Kind[] = ['int8', 'int16', 'int32', 'int64', 'float32', 'float64', 'boolean', 'string', 'bytes'];

function schemaOf(random: SeededRandom, depth: number): Schema {
  const optional = random.nextInt(4) === 0;
  const choice = random.nextInt(depth === 0 ? 13 : 17);
  if (choice < 9) return s[KINDS[choice] ?? 'string']({ optional });
  if (choice === 9) return s.decimal(random.nextInt(5), { optional });
  if (choice === 10) return s.date({ optional });
  if (choice === 11) return s.time({ optional });
  if (choice === 12) return s.timestamp({ optional });
  if (choice === 13) return s.array(schemaOf(random, depth - 1), { optional });
  if (choice === 14) return s.map(s.string(), schemaOf(random, depth - 1), { optional });
  if (choice === 15) return s.map(s.int32(), schemaOf(random, depth - 1), { optional, doc: 'a "map"' });
  const names = ['a', 'b"', 'toString', 'ä', '1'].slice(0, 1 + random.nextInt(5));
  return s.struct(
    names.map((name) => ({ name, schema: schemaOf(random, depth - 1) })),
    { optional, name: 'N', version: 2, parameters: { p: 'v' } },
  );
}

function valueOf(random: SeededRandom, schema: Schema): unknown {
  if (schema.optional && random.nextInt(3) === 0) return null;
  const digits = BigInt(random.nextInt(2 ** 32)) * 2n ** 31n + BigInt(random.nextInt(2 ** 31));
  switch (schema.name) {
    case 'org.apache.kafka.connect.data.Decimal':
      return { unscaled: digits - 2n ** 62n, scale: Number(schema.parameters?.['scale']) };
    case 'org.apache.kafka.connect.data.Date':
      return new Date((random.nextInt(60_000) - 20_000) * 86_400_000);
    case 'org.apache.kafka.connect.data.Time':
      return new Date(random.nextInt(86_400_000));
    case 'org.apache.kafka.connect.data.Timestamp':
      return new Date(Number(digits % 4_000_000_000_000n));
    case undefined:
    default:
      return plainValueOf(random, schema, digits);
  }
}

function plainValueOf(random: SeededRandom, schema: Schema, digits: bigint): unknown {
  const list = <T>(make: () => T): T[] => Array.from({ length: random.nextInt(4) }, make);
  switch (schema.type) {
    case 'int8':
    case 'int16':
    case 'int32':
      return Number(BigInt.asIntN(Number(schema.type.slice(3)), digits));
    case 'int64': {
      const value = BigInt.asIntN(64, random.nextInt(2) === 0 ? digits * 5n : digits % 1000n);
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
    case 'float32':
      return Math.fround((random.nextInt(2 ** 31) - 2 ** 30) / 10 ** random.nextInt(20));
    case 'float64':
      return (random.nextInt(2 ** 31) + 0.1) * 10 ** (random.nextInt(40) - 20);
    case 'boolean':
      return random.nextInt(2) === 0;
    case 'string':
      return list(() =>
        String.fromCodePoint([0, 0x1f, 0x22, 0x5c, 0x61, 0xe4, 0x2028, 0x1f600][random.nextInt(8)] ?? 0),
      ).join('');
    case 'bytes':
      return Buffer.from(list(() => random.nextInt(256)));
    case 'array':
      return list(() => inner(random, schema.valueSchema));
    case 'map':
      return new Map(list(() => [keyOf(inner(random, schema.keySchema)), inner(random, schema.valueSchema)] as const));
    case 'struct':
      return Object.fromEntries((schema.fields ?? []).map((field) => [field.name, valueOf(random, field.schema)]));
  }
}

/** Without backslashes: JSON.parse of Node 24 takes an escaped name for another that ends in a backslash and came in its place before. */
function keyOf(key: unknown): unknown {
  return typeof key === 'string' ? key.replaceAll('\\', '/') : key;
}

function inner(random: SeededRandom, schema: Schema | undefined): unknown {
  if (schema === undefined) throw new Error('no schema inside');
  return valueOf(random, schema);
}
