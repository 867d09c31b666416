/**
 * How far each partition is, in a table beside the data: rows and offsets are committed together, so nothing is written twice or left out.
 *
 * Invariants: a partition has one owner, the task that claimed it last; whoever lost it cannot commit any more (its transaction changes no
 * row of this table, and is rolled back). A claim waits for what its predecessor has in flight.
 * Bounds: a row per partition that the connector ever had.
 */
import { MillraceError, randomUuid, systemRandom } from '@millrace/base';
import type { TopicPartition, TopicPartitionOffset } from '@millrace/connect-api';

import type { Session } from './session.ts';
import { arrayLiteral, quoteTable, type TableName } from './sql-text.ts';
import { changeTable } from './table-catalog.ts';

export class OffsetTable {
  readonly #table: string;
  readonly #connector: string;
  readonly #owner: string = randomUuid(systemRandom);
  #isThere = false;

  constructor(name: TableName, connector: string) {
    this.#table = quoteTable(name);
    this.#connector = connector;
  }

  /** Of the table, as SQL has it. */
  get name(): string {
    return this.#table;
  }

  /** Becomes the owner; returns the offsets that are there. */
  async claim(session: Session, partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]> {
    await this.#create(session);
    const rows = await session.query(
      `INSERT INTO ${this.#table} AS o (connector, topic, partition, owner) ` +
        'SELECT $1, u.topic, u.partition, $2 FROM unnest($3::text[], $4::integer[]) AS u(topic, partition) ORDER BY 2, 3 ' +
        'ON CONFLICT (connector, topic, partition) DO UPDATE SET owner = EXCLUDED.owner ' +
        'RETURNING o.topic, o.partition, o.next_offset',
      [this.#connector, this.#owner, ...columnsOf(partitions)],
    );
    return offsetsOf(rows);
  }

  /**
   * Of partitions that are still owned. Waits for a commit of ours whose answer was lost and which the server has not finished: what it held
   * would be written once more.
   */
  async read(session: Session): Promise<readonly TopicPartitionOffset[]> {
    const rows = await session.query(
      `SELECT topic, partition, next_offset FROM ${this.#table} WHERE connector = $1 AND owner = $2 ORDER BY 1, 2 FOR UPDATE`,
      [this.#connector, this.#owner],
    );
    return offsetsOf(rows);
  }

  /** In the transaction of the rows. Throws MILLRACE_CONNECT_POSTGRES_SINK_FENCED when another task has claimed one of them. */
  async advance(session: Session, offsets: readonly TopicPartitionOffset[]): Promise<void> {
    const next = arrayLiteral(
      offsets.map(({ offset }) => [String(offset)]),
      0,
      false,
    );
    const changed = await session.execute(
      `UPDATE ${this.#table} AS o SET next_offset = u.next_offset, updated_at = now() ` +
        'FROM unnest($3::text[], $4::integer[], $5::bigint[]) AS u(topic, partition, next_offset) ' +
        'WHERE o.connector = $1 AND o.owner = $2 AND o.topic = u.topic AND o.partition = u.partition',
      [this.#connector, this.#owner, ...columnsOf(offsets), next],
    );
    if (changed === offsets.length) return;
    throw new MillraceError(
      'MILLRACE_CONNECT_POSTGRES_SINK_FENCED',
      `another task has taken over partitions of connector ${this.#connector} (table ${this.#table}): what this one had is not committed. ` +
        'It goes on by itself after the rebalance; if it does not, two connectors of this name write to the same database: give one another name',
      { retriable: true, details: { partitions: offsets.map(({ topic, partition }) => `${topic}-${partition}`) } },
    );
  }

  /** Undefined removes what is stored: the next task begins where its consumer group is. */
  async alter(
    session: Session,
    changes: readonly (TopicPartition & { readonly offset: number | null })[],
  ): Promise<void> {
    await this.#create(session);
    const removed = changes.filter(({ offset }) => offset === null);
    const kept = changes.filter(({ offset }) => offset !== null);
    await session.query('BEGIN');
    try {
      await session.execute(
        `DELETE FROM ${this.#table} AS o USING unnest($2::text[], $3::integer[]) AS u(topic, partition) ` +
          'WHERE o.connector = $1 AND o.topic = u.topic AND o.partition = u.partition',
        [this.#connector, ...columnsOf(removed)],
      );
      await session.execute(
        `INSERT INTO ${this.#table} (connector, topic, partition, next_offset) ` +
          'SELECT $1, u.* FROM unnest($2::text[], $3::integer[], $4::bigint[]) AS u(topic, partition, next_offset) ' +
          'ON CONFLICT (connector, topic, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset, owner = NULL, updated_at = now()',
        [
          this.#connector,
          ...columnsOf(kept),
          arrayLiteral(
            kept.map(({ offset }) => [String(offset)]),
            0,
            false,
          ),
        ],
      );
      await session.query('COMMIT');
    } catch (error) {
      if (session.isOpen) await session.query('ROLLBACK');
      throw error;
    }
  }

  /** Its rows change with every batch: room beside them keeps the table from growing. */
  async #create(session: Session): Promise<void> {
    if (this.#isThere) return;
    const [found] = await session.query('SELECT 1 FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass($1)', [
      this.#table,
    ]);
    if (found === undefined) {
      await changeTable(
        session,
        `CREATE TABLE IF NOT EXISTS ${this.#table} (connector text, topic text, partition integer, next_offset bigint, owner text, ` +
          'updated_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (connector, topic, partition)) WITH (fillfactor = 50)',
      );
    }
    this.#isThere = true;
  }
}

function columnsOf(partitions: readonly TopicPartition[]): [topics: string, partitions: string] {
  const rows = partitions.map(({ topic, partition }) => [topic, String(partition)]);
  return [arrayLiteral(rows, 0, true), arrayLiteral(rows, 1, false)];
}

function offsetsOf(rows: readonly Readonly<Record<string, unknown>>[]): readonly TopicPartitionOffset[] {
  return rows
    .filter((row) => row['next_offset'] !== null)
    .map((row) => ({
      topic: String(row['topic']),
      partition: Number(row['partition']),
      offset: Number(row['next_offset']),
    }));
}
