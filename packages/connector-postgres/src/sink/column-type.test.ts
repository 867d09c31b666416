import { LogicalName, type Schema } from '@millrace/connect-api';

import { columnTypeFor } from './column-type.ts';

describe('the type of a new column', () => {
  it.each<[Partial<Schema>, string]>([
    [{ type: 'int8' }, 'smallint'],
    [{ type: 'int64' }, 'bigint'],
    [{ type: 'float32' }, 'real'],
    [{ type: 'string' }, 'text'],
    [{ type: 'bytes' }, 'bytea'],
    [{ type: 'struct' }, 'jsonb'],
    [{ type: 'map' }, 'jsonb'],
    [{ type: 'array', valueSchema: { type: 'int32', optional: true } }, 'integer[]'],
    [{ type: 'array', valueSchema: { type: 'struct', optional: true } }, 'jsonb'],
    [{ type: 'bytes', name: LogicalName.decimal, parameters: { scale: '2' } }, 'numeric'],
    [
      { type: 'bytes', name: LogicalName.decimal, parameters: { scale: '2', 'connect.decimal.precision': '10' } },
      'numeric(10,2)',
    ],
    [{ type: 'int64', name: LogicalName.timestamp }, 'timestamp'],
    [{ type: 'string', name: 'io.debezium.data.Uuid' }, 'uuid'],
    [{ type: 'bytes', name: 'io.debezium.data.Bits', parameters: { length: '5' } }, 'bit(5)'],
    [
      {
        type: 'string',
        parameters: { '__debezium.source.column.type': 'VARCHAR', '__debezium.source.column.length': '20' },
      },
      'varchar(20)',
    ],
    [{ type: 'string', parameters: { '__debezium.source.column.type': 'MOOD' } }, 'text'],
    [{ type: 'int32', parameters: { '__debezium.source.column.type': 'SERIAL' } }, 'int4'],
    [{ type: 'array', parameters: { '__debezium.source.column.type': '_INET' } }, 'inet[]'],
  ])('for %p is %s', (schema, type) => {
    expect(columnTypeFor({ type: 'string', optional: true, ...schema }, null)).toBe(type);
  });

  it.each<[unknown, string | undefined]>([
    [1, 'numeric'],
    ['a', 'text'],
    [true, 'boolean'],
    [{}, 'jsonb'],
    [[1], 'jsonb'],
    [null, undefined],
  ])('for the value %p without a schema is %s', (value, type) => {
    expect(columnTypeFor(undefined, value)).toBe(type);
  });
});
