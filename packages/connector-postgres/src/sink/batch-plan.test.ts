import type { InRecord } from '@millrace/connect-api';

import { BatchPlan, type InsertMode } from './batch-plan.ts';
import { RowLayout, UnavailableValue, type RowValues } from './row-layout.ts';
import type { TargetColumn, TargetTable } from './target-table.ts';

const NO_RECORD = {} as InRecord;

function column(name: string): TargetColumn {
  const type = { sqlName: 'text', base: 'text', timePrecision: 6, hasArray: true, delimiter: ',' };
  return { name, type, isNotNull: false, hasDefault: false, isGenerated: false, isIdentityAlways: false };
}

function layoutOf(names: readonly string[], key: readonly string[], table = 't'): RowLayout {
  const target: TargetTable = {
    name: { schema: undefined, table },
    columns: new Map(),
    primaryKey: [],
    uniqueKeys: [],
  };
  const columns = names.map((name) => ({
    field: { name, isInKey: key.includes(name), isFromKeyPart: false, schema: undefined },
    column: column(name),
  }));
  const example = {
    kind: 'write',
    record: NO_RECORD,
    table: target.name,
    key: undefined,
    body: { fields: {}, schema: undefined },
    isEvent: false,
  } as const;
  return new RowLayout(target, columns, [], example, {
    bareTimes: undefined,
    unavailableValue: new UnavailableValue('?'),
  });
}

const rows = layoutOf(['id', 'a', 'b'], ['id']);
const keys = layoutOf(['id'], ['id']);
const keyless = layoutOf(['a'], []);

type Act = readonly ['write' | 'delete', RowLayout, RowValues] | readonly ['truncate', RowLayout];

function planned(mode: InsertMode, ...acts: readonly Act[]): unknown {
  const plan = new BatchPlan(mode);
  for (const [what, layout, values = []] of acts) {
    if (what === 'write') plan.write(layout, values);
    else if (what === 'delete') plan.delete(layout, values);
    else plan.truncate(layout.table);
  }
  return plan.segments().map((segment) => ({
    ...(segment.isTruncated ? { truncated: true } : {}),
    deletes: segment.deletes.flatMap((group) => group.rows),
    writes: segment.writes.flatMap((group) => group.rows),
  }));
}

describe('the plan of a batch', () => {
  it('leaves the last change of each row', () => {
    expect(
      planned(
        'upsert',
        ['write', rows, ['1', 'x', 'y']],
        ['write', rows, ['2', 'x', 'y']],
        ['write', rows, ['1', 'p', null]],
      ),
    ).toEqual([
      {
        deletes: [],
        writes: [
          ['1', 'p', null],
          ['2', 'x', 'y'],
        ],
      },
    ]);
  });

  it('deletes before it writes, and forgets what was written before a deletion', () => {
    expect(
      planned(
        'upsert',
        ['write', rows, ['1', 'x', 'y']],
        ['delete', keys, ['1']],
        ['delete', keys, ['2']],
        ['write', rows, ['2', 'x', 'y']],
      ),
    ).toEqual([{ deletes: [['1'], ['2']], writes: [['2', 'x', 'y']] }]);
  });

  it('fills what a row does not know from the row before', () => {
    expect(planned('upsert', ['write', rows, ['1', 'x', 'y']], ['write', rows, ['1', 'p', undefined]])).toEqual([
      { deletes: [], writes: [['1', 'p', 'y']] },
    ]);
  });

  it('keeps changes of one row with other columns apart, in their order', () => {
    const narrow = layoutOf(['id', 'a'], ['id']);
    expect(planned('upsert', ['write', rows, ['1', 'x', 'y']], ['write', narrow, ['1', 'p']])).toEqual([
      { deletes: [], writes: [['1', 'x', 'y']] },
      { deletes: [], writes: [['1', 'p']] },
    ]);
  });

  it('writes every row in insert mode, and deletes in between where they belong', () => {
    expect(
      planned(
        'insert',
        ['write', rows, ['1', 'x', 'y']],
        ['delete', keys, ['1']],
        ['write', rows, ['1', 'p', 'q']],
        ['write', rows, ['1', 'r', 's']],
      ),
    ).toEqual([
      { deletes: [], writes: [['1', 'x', 'y']] },
      { deletes: [['1']], writes: [['1', 'p', 'q']] },
      { deletes: [], writes: [['1', 'r', 's']] },
    ]);
    expect(planned('insert', ['write', keyless, ['x']], ['write', keyless, ['x']])).toEqual([
      { deletes: [], writes: [['x'], ['x']] },
    ]);
  });

  it('forgets what was before a table is emptied', () => {
    expect(
      planned('upsert', ['write', rows, ['1', 'x', 'y']], ['truncate', rows], ['write', rows, ['2', 'x', 'y']]),
    ).toEqual([{ truncated: true, deletes: [], writes: [['2', 'x', 'y']] }]);
  });

  it('keeps keys of several columns apart', () => {
    const pair = layoutOf(['id', 'a'], ['id', 'a']);
    expect(planned('upsert', ['write', pair, ['1', '23']], ['write', pair, ['12', '3']])).toEqual([
      {
        deletes: [],
        writes: [
          ['1', '23'],
          ['12', '3'],
        ],
      },
    ]);
  });
});
