/**
 * Looks at the replication slot now and then: how much log the server keeps for us, and how close it is to giving us up. And whether the
 * publication is still there, as Postgres 18 only leaves out changes when it is not.
 *
 * Owns: a connection of its own, as the others are busy. Whatever fails here is logged and tried again; it ends nothing.
 */
import { messageOf, type Logger, type MetricsRegistry, type Timer, type Timers } from '@millrace/base';
import { openConnection, type PostgresAddress } from '../replication/open-connection.ts';
import type { WireConnection } from '../replication/wire-connection.ts';
import { hasPublication } from './publication.ts';
import { readSlot, type SlotState } from './slot.ts';

const INTERVAL_MS = 5_000;
/** Of the log that may be kept for a slot; beyond, there is a warning. */
const WARNING_SHARE = 0.5;

export interface SlotWatchOptions {
  readonly address: PostgresAddress;
  readonly slot: string;
  readonly publication: string;
  readonly applicationName: string;
  readonly timers: Timers;
  /** How long the server may say nothing while it runs the SQL of users. */
  readonly silenceMsMax: number;
  readonly metrics: MetricsRegistry;
  readonly log: Logger;
  onPublicationGone(): void;
}

export class SlotWatch implements AsyncDisposable {
  readonly #options: SlotWatchOptions;
  readonly #abort = new AbortController();
  #connection: WireConnection | undefined;
  #timer: Timer | undefined;
  #state: SlotState | undefined;
  #isWarned = false;
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: SlotWatchOptions) {
    this.#options = options;
    const { metrics } = options;
    const gauge = (name: string, help: string, read: (state: SlotState) => number | undefined): void =>
      metrics.gauge(`millrace_connect_postgres_${name}`, help, () =>
        this.#state === undefined ? Number.NaN : (read(this.#state) ?? Number.NaN),
      );
    gauge('slot_retained_bytes', 'Log that the server keeps for the replication slot.', (slot) => slot.retainedBytes);
    gauge(
      'slot_safe_bytes',
      'Log that may still be written before the server gives up the slot; absent without a limit.',
      (slot) => slot.safeBytes,
    );
    gauge('slot_active', '1 while the slot is being read.', (slot) => (slot.isActive ? 1 : 0));
  }

  start(): void {
    this.#timer = this.#options.timers.schedule(0, () => this.#look());
  }

  /** Runs SQL between two looks; what it returns is not of interest. */
  async run(sql: string): Promise<void> {
    const { silenceMsMax } = this.#options;
    const { signal } = this.#abort;
    await this.#use(
      async (connection) => void (await connection.query('run heartbeat.action.query', sql, signal, silenceMsMax)),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    this.#abort.abort();
    // A question that is not answered must not keep the task from ending.
    await this.#connection?.close();
    await this.#work;
    await this.#connection?.close();
  }

  #look(): void {
    const { slot, publication, timers } = this.#options;
    void this.#use(async (connection) => {
      this.#state = await readSlot(connection, slot);
      this.#warn();
      if (!(await hasPublication(connection, publication))) this.#options.onPublicationGone();
    }).finally(() => {
      if (!this.#abort.signal.aborted) this.#timer = timers.schedule(INTERVAL_MS, () => this.#look());
    });
  }

  #use(action: (connection: WireConnection) => Promise<void>): Promise<void> {
    const run = this.#work.then(async () => {
      const { address, applicationName, timers, log } = this.#options;
      const { signal } = this.#abort;
      if (signal.aborted) return;
      try {
        if (this.#connection?.isOpen !== true)
          this.#connection = await openConnection(address, { replication: false, applicationName, timers, signal });
        await action(this.#connection);
      } catch (error) {
        if (!signal.aborted) log.warn('cannot look after the replication slot', { reason: messageOf(error) });
      }
    });
    this.#work = run;
    return run;
  }

  #warn(): void {
    const state = this.#state;
    if (state?.safeBytes === undefined) return;
    const share = state.retainedBytes / (state.retainedBytes + state.safeBytes);
    if (share >= WARNING_SHARE && !this.#isWarned)
      this.#options.log.warn('the replication slot is far behind: the server will give it up', {
        slot: this.#options.slot,
        retainedBytes: state.retainedBytes,
        safeBytes: state.safeBytes,
        remedy: 'raise max_slot_wal_keep_size, or find out what slows the connector down',
      });
    this.#isWarned = share >= WARNING_SHARE;
  }
}
