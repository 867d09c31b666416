/** Random transactions on some tables that get and lose columns meanwhile. All is said by the seed. */
import type { SeededRandom } from '@millrace/base';

const IDS = 60;
const MOVED_IDS = 1_000;
/** Behind all others. */
const LAST_ID = 9_999;
/** Of the columns that come and go, with SQL of a value. */
const COLUMN_KINDS = [
  ['int', (n: number) => String(n)],
  ['bigint', (n: number) => `${n} * 9000000000000000`],
  ['text', (n: number) => `'text ${n}'`],
  ['boolean', (n: number) => String(n % 2 === 0)],
  ['numeric(12,2)', (n: number) => `${n}.25`],
  ['timestamptz', (n: number) => `timestamptz '2026-01-01 00:00:00+00' + interval '${n} milliseconds'`],
  ['jsonb', (n: number) => `'{"n": ${n}}'`],
] as const;

interface Column {
  readonly name: string;
  readonly value: (n: number) => string;
}

export class ChangingTables {
  readonly names: readonly string[];
  readonly #random: SeededRandom;
  readonly #columns = new Map<string, readonly Column[]>();
  #alterations = 0;
  #dropped: readonly string[] = [];

  constructor(random: SeededRandom, count: number) {
    this.#random = random;
    this.names = Array.from({ length: count }, (_, index) => `r${index}`);
    for (const name of this.names) this.#columns.set(name, []);
  }

  /** Names of all columns that are gone; no other column gets the name of one. */
  get dropped(): readonly string[] {
    return this.#dropped;
  }

  get alterations(): number {
    return this.#alterations;
  }

  /** SQL that makes them, with so many rows each. */
  create(rows: number): string {
    return this.names
      .map(
        (name) =>
          `CREATE TABLE ${name} (id int PRIMARY KEY, n int, long text);
           INSERT INTO ${name} SELECT id, 0, repeat(md5(id::text), 200) FROM generate_series(${MOVED_IDS * 2}, ${MOVED_IDS * 2 + rows - 1}) id`,
      )
      .join(';');
  }

  /** SQL of a transaction; one of eight is rolled back, of those that alter nothing. */
  transaction(): string {
    if (this.#random.nextInt(12) === 0) return this.#alteration();
    const statements = Array.from({ length: 1 + this.#random.nextInt(6) }, () => this.#statement());
    return `BEGIN; ${statements.join('; ')}; ${this.#random.nextInt(8) === 0 ? 'ROLLBACK' : 'COMMIT'}`;
  }

  /** A last row in each table, with all its columns. */
  end(): string {
    return this.names.map((name) => this.#upsert(name, LAST_ID)).join(';');
  }

  /** With the table that it alters written to before and after, in the same transaction. */
  #alteration(): string {
    this.#alterations++;
    const name = this.#table();
    const columns = this.#columns.get(name) ?? [];
    const before = this.#upsert(name, this.#id());
    const gone = columns[this.#random.nextInt(columns.length + 1)];
    let change: string;
    if (gone === undefined) {
      const [type, value] = this.#pick(COLUMN_KINDS);
      const added = { name: `c${this.#alterations}`, value };
      this.#columns.set(name, [...columns, added]);
      change = `ADD COLUMN ${added.name} ${type}`;
    } else {
      this.#columns.set(
        name,
        columns.filter((column) => column !== gone),
      );
      this.#dropped = [...this.#dropped, gone.name];
      change = `DROP COLUMN ${gone.name}`;
    }
    return `BEGIN; ${before}; ALTER TABLE ${name} ${change}; ${this.#upsert(name, this.#id())}; COMMIT`;
  }

  #statement(): string {
    const name = this.#table();
    const id = this.#id();
    switch (this.#random.nextInt(8)) {
      case 0:
        return `DELETE FROM ${name} WHERE id = ${id}`;
      case 1: {
        const moved = MOVED_IDS + this.#id();
        return `UPDATE ${name} SET id = ${moved} WHERE id = ${id} AND NOT EXISTS (SELECT FROM ${name} WHERE id = ${moved})`;
      }
      case 2:
        // The long text is not in the log then.
        return `UPDATE ${name} SET n = ${this.#random.nextInt(1_000)} WHERE id BETWEEN ${id} AND ${id + 5}`;
      default:
        return this.#upsert(name, id);
    }
  }

  #upsert(name: string, id: number): string {
    const own = this.#columns.get(name) ?? [];
    const all: readonly (readonly [column: string, value: string])[] = [
      ['n', String(this.#random.nextInt(1_000))],
      ['long', `repeat(md5('${this.#random.nextInt(1_000)}'), 200)`],
      ...own.map((column) => [column.name, column.value(this.#random.nextInt(1_000))] as const),
    ];
    const columns = all.map(([column]) => column).join(', ');
    const values = all.map(([, value]) => value).join(', ');
    const changes = all.map(([column]) => `${column} = EXCLUDED.${column}`).join(', ');
    return `INSERT INTO ${name} (id, ${columns}) VALUES (${id}, ${values}) ON CONFLICT (id) DO UPDATE SET ${changes}`;
  }

  #table(): string {
    return this.#pick(this.names);
  }

  #id(): number {
    return this.#random.nextInt(IDS);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#random.nextInt(items.length)] as Item;
  }
}
