/** The statements that write rows. Values come as one array per column, so that a statement has as many parameters as columns, whatever the rows. */
import { quoteName, quoteTable, type TableName } from './sql-text.ts';
import type { TargetColumn } from './target-table.ts';

/** `unnest($1::…[], …) AS u(c0, …)` and the columns of it, cast where the array could not have the type. */
export function unnestSource(
  columns: readonly TargetColumn[],
  firstParameter = 1,
): { readonly from: string; readonly selected: readonly string[] } {
  const arrays = columns.map(({ type }, i) => `$${i + firstParameter}::${type.hasArray ? type.sqlName : 'text'}[]`);
  const names = columns.map((_column, i) => `c${i}`);
  return {
    from: `unnest(${arrays.join(', ')}) AS u(${names.join(', ')})`,
    selected: columns.map(({ type }, i) => (type.hasArray ? `u.c${i}` : `u.c${i}::${type.sqlName}`)),
  };
}

export interface RowStatement {
  readonly table: TableName;
  /** In the order of the values. */
  readonly columns: readonly TargetColumn[];
  /** Names of those that tell the row. */
  readonly key: readonly string[];
}

/** Inserts rows from arrays of values; `upsert`: rows that are there are changed. */
export function insertStatement(statement: RowStatement, mode: 'insert' | 'upsert' | 'insert-missing'): string {
  const { columns, key } = statement;
  const { from, selected } = unnestSource(columns);
  const names = columns.map(({ name }) => quoteName(name)).join(', ');
  const overriding = columns.some(({ isIdentityAlways }) => isIdentityAlways) ? ' OVERRIDING SYSTEM VALUE' : '';
  const insert = `INSERT INTO ${quoteTable(statement.table)} (${names})${overriding} SELECT ${selected.join(', ')} FROM ${from}`;
  if (mode === 'insert') return insert;
  const conflict = `${insert} ON CONFLICT (${key.map(quoteName).join(', ')})`;
  const changed = changeable(statement).map(({ name }) => `${quoteName(name)} = EXCLUDED.${quoteName(name)}`);
  if (mode === 'insert-missing' || changed.length === 0) return `${conflict} DO NOTHING`;
  return `${conflict} DO UPDATE SET ${changed.join(', ')}`;
}

/** Changes rows that are there; undefined when there is nothing to change but the key. */
export function updateStatement(statement: RowStatement): string | undefined {
  const { from, selected } = unnestSource(statement.columns);
  const at = new Map(statement.columns.map(({ name }, i) => [name, selected[i]]));
  const changed = changeable(statement).map(({ name }) => `${quoteName(name)} = ${at.get(name)}`);
  if (changed.length === 0) return undefined;
  const same = statement.key.map((name) => `t.${quoteName(name)} = ${at.get(name)}`);
  return `UPDATE ${quoteTable(statement.table)} AS t SET ${changed.join(', ')} FROM ${from} WHERE ${same.join(' AND ')}`;
}

/** `columns` are those of the key. */
export function deleteStatement(table: TableName, columns: readonly TargetColumn[]): string {
  const [only] = columns;
  if (columns.length === 1 && only?.type.hasArray === true) {
    return `DELETE FROM ${quoteTable(table)} WHERE ${quoteName(only.name)} = ANY($1::${only.type.sqlName}[])`;
  }
  const { from, selected } = unnestSource(columns);
  const same = columns.map(({ name }, i) => `t.${quoteName(name)} = ${selected[i]}`);
  return `DELETE FROM ${quoteTable(table)} AS t USING ${from} WHERE ${same.join(' AND ')}`;
}

export function copyStatement({ table, columns }: Pick<RowStatement, 'table' | 'columns'>): string {
  return `COPY ${quoteTable(table)} (${columns.map(({ name }) => quoteName(name)).join(', ')}) FROM STDIN`;
}

function changeable({ columns, key }: RowStatement): readonly TargetColumn[] {
  return columns.filter(({ name, isIdentityAlways }) => !key.includes(name) && !isIdentityAlways);
}
