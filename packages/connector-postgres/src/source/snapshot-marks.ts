/**
 * What the stream leaves out after a snapshot that was interrupted: changes that a later part of it has already.
 *
 * A table may have been read as of several moments, split by key. Where keys can be compared here as Postgres does (a single integer or
 * uuid), each change is judged by its key; otherwise a change is left out only when every part of the table is later than it.
 */
import type { Lsn } from '../replication/lsn.ts';
import type { Tuple } from '../replication/tuple.ts';
import type { CatalogTable } from './catalog.ts';
import type { SnapshotMark, SnapshotMarks } from './source-offset.ts';

const INTEGER_OIDS = new Set([20, 21, 23, 26]);
const UUID_OID = 2950;

export class MarkedTables {
  readonly #marks: SnapshotMarks;
  readonly #end: Lsn;

  constructor(marks: SnapshotMarks) {
    this.#marks = marks;
    this.#end = Math.max(0, ...Object.values(marks).flatMap((of) => of.map(({ lsn }) => lsn)));
  }

  get marks(): SnapshotMarks {
    return this.#marks;
  }

  /** Nothing is left out from there on. */
  get endLsn(): Lsn {
    return this.#end;
  }

  /** Asked per change; undefined when nothing is left out of the table. */
  of(table: CatalogTable): TableMarks | undefined {
    const marks = this.#marks[`${table.schema}.${table.name}`];
    return marks === undefined ? undefined : new TableMarks(marks, table);
  }
}

export class TableMarks {
  readonly #marks: readonly SnapshotMark[];
  readonly #keyIndex: number;
  readonly #compare: ((a: string, b: string) => number) | undefined;
  readonly #earliest: Lsn;

  constructor(marks: readonly SnapshotMark[], table: CatalogTable) {
    this.#marks = marks;
    this.#earliest = Math.min(...marks.map(({ lsn }) => lsn));
    const [key, ...others] = table.primaryKey;
    this.#keyIndex = others.length > 0 ? -1 : table.columns.findIndex(({ name }) => name === key);
    const typeOid = table.columns[this.#keyIndex]?.typeOid ?? 0;
    this.#compare = INTEGER_OIDS.has(typeOid) ? compareIntegers : typeOid === UUID_OID ? compareText : undefined;
  }

  /** Whether the snapshot has it: the transaction was committed before the part of the table that the row is in was read. */
  has(commitLsn: Lsn, row: Tuple): boolean {
    if (commitLsn < this.#earliest) return true;
    const key = this.#keyIndex < 0 ? null : row.text(this.#keyIndex);
    if (this.#compare === undefined || key === null) return false;
    for (const { to, lsn } of this.#marks)
      if (to?.[0] === undefined || this.#compare(key, to[0]) <= 0) return commitLsn < lsn;
    return false;
  }
}

function compareIntegers(a: string, b: string): number {
  const [left, right] = [BigInt(a), BigInt(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
