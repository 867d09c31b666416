/**
 * The type of a column that the sink makes for a field: by the type that the source had, when its schema says so, else by the schema, or by
 * the value where there is none.
 */
import { isDecimal, LogicalName, type Schema } from '@millrace/connect-api';

const BY_TYPE: Partial<Record<Schema['type'], string>> = {
  int8: 'smallint',
  int16: 'smallint',
  int32: 'integer',
  int64: 'bigint',
  float32: 'real',
  float64: 'double precision',
  boolean: 'boolean',
  string: 'text',
  bytes: 'bytea',
  map: 'jsonb',
  struct: 'jsonb',
};

const BY_NAME: Readonly<Record<string, string>> = {
  [LogicalName.date]: 'date',
  [LogicalName.time]: 'time',
  [LogicalName.timestamp]: 'timestamp',
  'io.debezium.time.Date': 'date',
  'io.debezium.time.Time': 'time',
  'io.debezium.time.MicroTime': 'time',
  'io.debezium.time.NanoTime': 'time',
  'io.debezium.time.ZonedTime': 'timetz',
  'io.debezium.time.Timestamp': 'timestamp',
  'io.debezium.time.MicroTimestamp': 'timestamp',
  'io.debezium.time.NanoTimestamp': 'timestamp',
  'io.debezium.time.ZonedTimestamp': 'timestamptz',
  'io.debezium.time.Interval': 'interval',
  'io.debezium.time.MicroDuration': 'interval',
  'io.debezium.time.NanoDuration': 'interval',
  'io.debezium.data.Json': 'jsonb',
  'io.debezium.data.Uuid': 'uuid',
  'io.debezium.data.Xml': 'xml',
  'io.debezium.data.VariableScaleDecimal': 'numeric',
  'io.debezium.data.geometry.Point': 'point',
};

/** In Debezium's schemas, where types of columns are passed on. */
const SOURCE_TYPE = '__debezium.source.column.type';
const SOURCE_LENGTH = '__debezium.source.column.length';
const SOURCE_SCALE = '__debezium.source.column.scale';

/** SQL of the type; undefined when neither schema nor value tell. */
export function columnTypeFor(schema: Schema | undefined, value: unknown): string | undefined {
  return schema === undefined ? typeOfValue(value) : (sourceType(schema) ?? typeOfSchema(schema));
}

/** The types that a source may name; others exist perhaps only there. */
const SOURCE_TYPES = new Set(
  (
    'bit bool box bpchar bytea char cidr circle date daterange float4 float8 inet int2 int4 int4range int8 int8range interval json jsonb line ' +
    'lseg macaddr macaddr8 money numeric numrange oid path pg_lsn point polygon text time timestamp timestamptz timetz tsquery tsrange ' +
    'tstzrange tsvector uuid varbit varchar xml smallserial serial bigserial'
  ).split(' '),
);

const SERIALS: Readonly<Record<string, string>> = { smallserial: 'int2', serial: 'int4', bigserial: 'int8' };

const WITH_LENGTH = new Set(['varchar', 'bpchar', 'bit', 'varbit', 'numeric']);

/** Beyond, a length is how Debezium says that there is none. */
const LENGTH_MAX = 10_485_760;

function sourceType({ parameters }: Schema): string | undefined {
  const named = parameters?.[SOURCE_TYPE]?.toLowerCase();
  if (named === undefined) return undefined;
  const isArray = named.startsWith('_') || named.endsWith('[]');
  const base = named.replace(/^_|\[\]$/g, '');
  if (!SOURCE_TYPES.has(base)) return undefined;
  const type = SERIALS[base] ?? (base === 'char' ? 'bpchar' : base);
  const length = Number(parameters?.[SOURCE_LENGTH] ?? 0);
  const scale = Number(parameters?.[SOURCE_SCALE] ?? 0);
  const isSized = WITH_LENGTH.has(type) && length > 0 && length <= (type === 'numeric' ? 1000 : LENGTH_MAX);
  const size = isSized ? (type === 'numeric' ? `(${length},${scale})` : `(${length})`) : '';
  return `${type}${size}${isArray ? '[]' : ''}`;
}

function typeOfSchema(schema: Schema): string {
  if (schema.name === LogicalName.decimal) return decimalType(schema);
  if (schema.name === 'io.debezium.data.Bits') return bitsType(schema);
  const named = schema.name === undefined ? undefined : BY_NAME[schema.name];
  if (named !== undefined) return named;
  if (schema.type === 'array') {
    const element = schema.valueSchema === undefined ? 'jsonb' : typeOfSchema(schema.valueSchema);
    return element === 'jsonb' || element.endsWith('[]') ? 'jsonb' : `${element}[]`;
  }
  return BY_TYPE[schema.type] ?? 'text';
}

function decimalType({ parameters }: Schema): string {
  const precision = Number(parameters?.['connect.decimal.precision'] ?? Number.NaN);
  const scale = Number(parameters?.['scale'] ?? Number.NaN);
  return precision >= 1 && precision <= 1000 && scale >= 0 && scale <= precision
    ? `numeric(${precision},${scale})`
    : 'numeric';
}

function bitsType({ parameters }: Schema): string {
  const length = Number(parameters?.['length'] ?? Number.NaN);
  return length >= 1 && length <= LENGTH_MAX ? `bit(${length})` : 'bit varying';
}

/** Numbers become `numeric`: that the first one is an integer says nothing of the next. */
function typeOfValue(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
    case 'bigint':
      return 'numeric';
    case 'boolean':
      return 'boolean';
    case 'object':
      if (value === null) return undefined;
      if (value instanceof Date) return 'timestamp';
      if (value instanceof Uint8Array) return 'bytea';
      return isDecimal(value) ? 'numeric' : 'jsonb';
    default:
      return undefined;
  }
}
