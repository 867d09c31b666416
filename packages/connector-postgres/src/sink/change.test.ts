import type { InRecord } from '@millrace/connect-api';

import { changeOf, type ChangeRules } from './change.ts';
import { TableNameFormat } from './table-name-format.ts';

const RULES: ChangeRules = {
  keyMode: 'record_key',
  keyFields: [],
  isDeleteEnabled: true,
  isTruncateEnabled: true,
  tableName: new TableNameFormat('${topic}'),
};

function record(key: unknown, value: unknown, topic = 'shop.public.orders'): InRecord {
  return {
    topic,
    partition: 0,
    offset: 7,
    key,
    value,
    headers: [],
    timestampMs: 0,
    timestampType: 'create',
    origin: { topic: 'shop.public.orders', partition: 3, offset: 7 },
  };
}

const source = { schema: 'public', table: 'orders', db: 'shop' };

describe('what a record asks for', () => {
  it('is a row, of a flat record', () => {
    expect(changeOf(record({ id: 1 }, { name: 'a' }), RULES)).toMatchObject({
      kind: 'write',
      table: { schema: undefined, table: 'shop_public_orders' },
      key: { fields: { id: 1 } },
      body: { fields: { name: 'a' } },
      isEvent: false,
    });
  });

  it.each(['c', 'r', 'u'])('is the row after a change event "%s"', (op) => {
    const value = { op, before: null, after: { id: 1, name: 'a' }, source };
    expect(changeOf(record({ id: 1 }, value), RULES)).toMatchObject({
      kind: 'write',
      body: { fields: { id: 1, name: 'a' } },
      isEvent: true,
    });
  });

  it('is a deletion, of a tombstone, a delete event and a row that was flattened with its deletion', () => {
    for (const value of [null, { op: 'd', before: { id: 1 }, after: null, source }, { id: 1, __deleted: 'true' }]) {
      expect(changeOf(record({ id: 1 }, value), RULES)).toMatchObject({ kind: 'delete', key: { fields: { id: 1 } } });
    }
  });

  it('takes the key of a deletion from the row before where the key is in the value', () => {
    const rules = { ...RULES, keyMode: 'record_value' } as const;
    expect(changeOf(record(null, { op: 'd', before: { id: 1 }, after: null, source }), rules)).toMatchObject({
      kind: 'delete',
      body: { fields: { id: 1 } },
    });
    expect(() => changeOf(record(null, { op: 'd', before: null, after: null, source }), rules)).toThrow(
      'REPLICA IDENTITY FULL',
    );
    expect(changeOf(record({ id: 1 }, null), rules)).toEqual({ kind: 'none' });
  });

  it('is nothing, of deletions that are not enabled, of messages, and of tombstones whose table is not known', () => {
    const off = { ...RULES, isDeleteEnabled: false, isTruncateEnabled: false };
    expect(changeOf(record({ id: 1 }, null), off)).toEqual({ kind: 'none' });
    expect(changeOf(record(null, { op: 't', source }), off)).toEqual({ kind: 'none' });
    expect(changeOf(record(null, { op: 'm', source }), RULES)).toEqual({ kind: 'none' });
    const bySource = { ...RULES, tableName: new TableNameFormat('${source.schema}.${source.table}') };
    expect(changeOf(record({ id: 1 }, null), bySource)).toEqual({ kind: 'none' });
  });

  it('is an empty table, of a truncate event', () => {
    const rules = { ...RULES, tableName: new TableNameFormat('${source.schema}.copy_of_${source.table}') };
    expect(changeOf(record(null, { op: 't', source }), rules)).toMatchObject({
      kind: 'truncate',
      table: { schema: 'public', table: 'copy_of_orders' },
    });
  });

  it('takes rows that merely have such columns for what they are', () => {
    const value = { op: 'c', source: 'web', after: 'x' };
    expect(changeOf(record({ id: 1 }, value), RULES)).toMatchObject({ kind: 'write', body: { fields: value } });
  });

  it('names the column of a key that is no struct by pk.fields', () => {
    expect(changeOf(record('a', { x: 1 }), { ...RULES, keyFields: ['id'] })).toMatchObject({
      key: { fields: { id: 'a' } },
    });
    expect(() => changeOf(record('a', { x: 1 }), RULES)).toThrow('pk.fields');
  });

  it('has where the record was in Kafka as its key, whatever transforms did', () => {
    const rules = { ...RULES, keyMode: 'kafka' } as const;
    expect(changeOf(record(null, { x: 1 }, 'renamed'), rules)).toMatchObject({
      key: { fields: { __connect_topic: 'shop.public.orders', __connect_partition: 3, __connect_offset: 7 } },
    });
  });

  it.each([
    ['a text', 'text'],
    ['a list', [1]],
    ['bytes', Uint8Array.of(1)],
  ])('cannot be told of %s', (_what, value) => {
    expect(() => changeOf(record({ id: 1 }, value), RULES)).toThrow('offset 7 has a value that is not a struct');
  });

  it('cannot be told without the key that the mode asks for', () => {
    expect(() => changeOf(record(null, { x: 1 }), RULES)).toThrow('has no key');
  });
});

describe('table.name.format', () => {
  it.each(['${record}', 'a.b.c', 'a.', '${source.a.b}'])('refuses %s', (format) => {
    expect(() => new TableNameFormat(format)).toThrow(
      expect.objectContaining({ code: 'MILLRACE_CONNECT_INVALID_CONFIG' }),
    );
  });

  it('says which field a record lacks', () => {
    expect(() => new TableNameFormat('${source.table}').tableOf('t', undefined)).toThrow('${source.table}');
  });
});
