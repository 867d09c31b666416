/** Which Postgres type becomes what: names of logical types and values are those of Debezium, so that consumers need not change. */
import { s } from '@millrace/connect-api';
import type { CatalogType, ColumnTypeRef } from '../catalog.ts';
import * as numbers from './numbers.ts';
import * as texts from './texts.ts';
import * as times from './times.ts';
import { textWriterOf, type ValueWriter } from './value-writer.ts';

export interface ValueModes {
  readonly decimal: numbers.DecimalMode;
  readonly time: times.TimeMode;
  readonly interval: times.IntervalMode;
  readonly binary: texts.BinaryMode;
  readonly hstore: texts.HstoreMode;
  readonly moneyDigits: number;
}

const MODIFIER_HEADER = 4;
/** Of times and timestamps without a declared precision. */
const FRACTION_DIGITS = 6;

const text = textWriterOf(s.string());
const named = (name: string): ValueWriter => textWriterOf(s.string({ name, version: 1 }));
const json = named('io.debezium.data.Json');

type Maker = (modes: ValueModes, modifier: number) => ValueWriter;

const MAKERS: Readonly<Record<string, Maker>> = {
  bool: () => numbers.boolean,
  int2: () => numbers.int16,
  int4: () => numbers.int32,
  int8: () => numbers.int64,
  oid: () => numbers.int64,
  xid: () => numbers.int64,
  cid: () => numbers.int64,
  float4: () => numbers.float32,
  float8: () => numbers.float64,
  numeric: ({ decimal }, modifier) => numbers.numeric(decimal, scaleOf(modifier)),
  money: ({ decimal, moneyDigits }) => numbers.money(decimal, moneyDigits),
  bytea: ({ binary }) => texts.bytea(binary),
  uuid: () => named('io.debezium.data.Uuid'),
  json: () => json,
  jsonb: () => json,
  xml: () => named('io.debezium.data.Xml'),
  tsvector: () => named('io.debezium.data.Tsvector'),
  ltree: () => named('io.debezium.data.Ltree'),
  date: ({ time }) => times.date(time),
  time: ({ time }, modifier) => times.time(time, modifier < 0 ? FRACTION_DIGITS : modifier),
  timetz: () => times.timeWithZone,
  timestamp: ({ time }, modifier) => times.timestamp(time, modifier < 0 ? FRACTION_DIGITS : modifier),
  timestamptz: () => times.timestampWithZone,
  interval: ({ interval }) => times.interval(interval),
  bit: (_modes, modifier) => texts.bits(modifier < 0 ? 1 : modifier, false),
  varbit: (_modes, modifier) => texts.bits(modifier < 0 ? undefined : modifier, true),
  point: () => texts.point,
  hstore: ({ hstore }) => texts.hstore(hstore),
};

/** Of `numeric(precision, scale)`; undefined without. */
function scaleOf(modifier: number): number | undefined {
  if (modifier < MODIFIER_HEADER) return undefined;
  const scale = (((modifier - MODIFIER_HEADER) & 0x7ff) ^ 1024) - 1024;
  return Math.max(0, scale);
}

/** Everything that is in no table (ranges, networks, shapes, composite types, types of extensions) is written as Postgres writes it. */
export function valueWriter(
  { typeOid, modifier, dimensions }: ColumnTypeRef,
  types: ReadonlyMap<number, CatalogType>,
  modes: ValueModes,
): ValueWriter {
  const type = types.get(typeOid);
  if (type === undefined) return text;
  if (type.kind === 'domain') {
    const base = { typeOid: type.baseOid, modifier: type.modifier >= 0 ? type.modifier : modifier, dimensions };
    return valueWriter(base, types, modes);
  }
  if (type.kind === 'enum') {
    const parameters = { allowed: type.labels.join(',') };
    return textWriterOf(s.string({ name: 'io.debezium.data.Enum', version: 1, parameters }));
  }
  if (type.kind === 'array') {
    if (dimensions > 1) return text;
    return texts.arrayOf(
      valueWriter({ typeOid: type.elementOid, modifier, dimensions: 0 }, types, modes),
      type.delimiter,
    );
  }
  return MAKERS[type.name]?.(modes, modifier) ?? text;
}
