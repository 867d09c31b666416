/**
 * Snapshots of one table, one after the other as long as it is wanted, so that there is always one to be met by a kill: each by a connector, a
 * slot and a topic of its own, each judged when it is complete. Rows are inserted while it is under way, which come by the snapshot or behind it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresServer } from '@millrace/connect-testkit';
import type { Kafka } from '@millrace/sdk';
import { postgresSource } from './connectors.ts';
import { Patience } from './patience.ts';
import type { Verdict } from './tally.ts';
import { TopicTally } from './topic-tally.ts';
import { ofSnapshot } from './targets.ts';
import type { WorkerGroup } from './worker-group.ts';

export const SNAPSHOT_ROWS = 10_000;
const LOOK_MS = 100;
const COMPLETE_MS_MAX = 300_000;
/** What comes twice comes behind the rest. */
const DOUBLES_MS = 1_000;

export class Snapshots {
  readonly #workers: WorkerGroup;
  readonly #cluster: Kafka;
  readonly #postgres: PostgresServer;
  #isStopping = false;
  #running: Promise<void> | undefined;
  #failure: Error | undefined;
  #current: string | undefined;
  #count = 0;
  #inserted = 0;
  #total: Verdict = { arrived: 0, missing: 0, doubled: 0, foreign: 0, misplaced: 0 };

  constructor(workers: WorkerGroup, cluster: Kafka, postgres: PostgresServer) {
    this.#workers = workers;
    this.#cluster = cluster;
    this.#postgres = postgres;
  }

  /** The connector whose snapshot has begun and is not complete. */
  get current(): string | undefined {
    return this.#current;
  }

  get count(): number {
    return this.#count;
  }

  /** Rows that were inserted while snapshots were under way. */
  get inserted(): number {
    return this.#inserted;
  }

  /** Of all of them together. */
  get verdict(): Verdict {
    return this.#total;
  }

  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  /** Throws what has ended it. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Resolves when the one under way is complete. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
    this.check();
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) await this.#one();
  }

  async #one(): Promise<void> {
    const name = `snapshot_${this.#count + 1}`;
    const topic = `${name}.public.snapshot_rows`;
    await this.#cluster.admin().createTopics([{ name: topic, partitions: 3, replicationFactor: 1 }]);
    await using reader = new TopicTally(this.#cluster, topic, ofSnapshot);
    await this.#workers.put(name, postgresSource(this.#postgres, name, 'public.snapshot_rows'));
    let rows = SNAPSHOT_ROWS;
    for (const patience = new Patience(COMPLETE_MS_MAX); reader.tally.arrived < rows; await sleep(LOOK_MS)) {
      if (reader.records > 0) this.#current = name;
      if (patience.isOver) throw new Error(await this.#whyNot(name, `${reader.tally.arrived} of ${rows}`));
      if (reader.tally.arrived >= SNAPSHOT_ROWS) continue;
      await this.#postgres.query('INSERT INTO snapshot_rows VALUES ($1)', [rows + 1]);
      rows++;
    }
    this.#current = undefined;
    this.#inserted += rows - SNAPSHOT_ROWS;
    await sleep(DOUBLES_MS);
    await this.#workers.delete(name);
    this.#count++;
    const verdict = reader.tally.judge(rows);
    const names = Object.keys(verdict) as (keyof Verdict)[];
    this.#total = Object.fromEntries(
      names.map((what) => [what, this.#total[what] + verdict[what]]),
    ) as unknown as Verdict;
    await this.#dropSlot(name);
    // Nobody reads the deletes: the next slot begins behind them.
    await this.#postgres.query(`DELETE FROM snapshot_rows WHERE n > ${SNAPSHOT_ROWS}`);
  }

  /** Whatever tells where it stands still: at the workers, or at the server, which lets a new slot wait for transactions. */
  async #whyNot(name: string, arrived: string): Promise<string> {
    const statuses = await this.#workers.statuses();
    const sessions = await this.#postgres.query(
      `SELECT application_name, state, wait_event, backend_xid, now() - xact_start AS age, pg_blocking_pids(pid) AS waits_for, left(query, 80) AS query
       FROM pg_stat_activity WHERE backend_type IN ('client backend', 'walsender')`,
    );
    return [
      `${name} has only ${arrived} rows after ${COMPLETE_MS_MAX} ms`,
      JSON.stringify([...statuses]),
      JSON.stringify(sessions),
      this.#workers.logTail,
    ].join('\n');
  }

  /** The task may still be about to stop. */
  async #dropSlot(name: string): Promise<void> {
    for (const patience = new Patience(COMPLETE_MS_MAX); ; await sleep(LOOK_MS)) {
      try {
        await this.#postgres.query(
          'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1',
          [name],
        );
        return;
      } catch (error) {
        if (patience.isOver) throw error;
      }
    }
  }
}
