/**
 * A running replication: messages in, positions out.
 *
 * Owns: the timer that tells the server how far everything is durable, also while nobody takes messages.
 * Invariants: the server is never told of a position that was not confirmed by {@link ReplicationStream.confirm}.
 * Bounds: a server that says nothing for `SILENCE_INTERVALS_MAX` intervals, though it was asked, is given up.
 */
import type { Timer, Timers } from '@millrace/base';
import { formatLsn, readLsn, writeLsn, type Lsn } from './lsn.ts';
import { PostgresError } from './postgres-error.ts';
import { writeMicros } from './pgoutput.ts';
import { identifier, literal } from './sql-text.ts';
import { FrameType, type WireConnection } from './wire-connection.ts';

const DATA = 0x77;
const KEEP_ALIVE = 0x6b;
const STATUS = 0x72;
const DATA_HEADER_BYTES = 25;
const SILENCE_INTERVALS_MAX = 4;
const SILENCE_MS_MIN = 5_000;

export interface ReplicationOptions {
  readonly slot: string;
  readonly publication: string;
  readonly from: Lsn;
  readonly statusIntervalMs: number;
  /** Further options of the plugin. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  readonly timers: Timers;
  /** Milliseconds since 1970. */
  nowMs(): number;
}

export class ReplicationStream {
  readonly #connection: WireConnection;
  readonly #options: ReplicationOptions;
  #timer: Timer | undefined;
  #confirmed: Lsn;
  #received: Lsn;
  /** Of the data message: where it is in the log, and where its content begins in {@link buffer}. */
  lsn: Lsn = 0;
  at = 0;

  private constructor(connection: WireConnection, options: ReplicationOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#confirmed = options.from;
    this.#received = options.from;
  }

  static async start(
    connection: WireConnection,
    options: ReplicationOptions,
    signal: AbortSignal,
  ): Promise<ReplicationStream> {
    const parameters = [
      ['proto_version', '1'],
      ['publication_names', identifier(options.publication)],
      ...options.parameters,
    ] as const;
    const texts = parameters.map(([name, value]) => `${identifier(name)} ${literal(value)}`);
    const sql = `START_REPLICATION SLOT ${identifier(options.slot)} LOGICAL ${formatLsn(options.from)} (${texts.join(', ')})`;
    connection.send(0x51, `${sql}\0`);
    const type = await connection.frame(`read replication slot ${options.slot}`, signal);
    if (type !== FrameType.copyBoth)
      throw new PostgresError('PROTOCOL', `the server answers to START_REPLICATION with a message ${type}`);
    const stream = new ReplicationStream(connection, options);
    stream.#schedule();
    return stream;
  }

  get buffer(): Buffer {
    return this.#connection.buffer;
  }

  /** How far the server has read its log: everything committed before was sent. */
  get receivedLsn(): Lsn {
    return this.#received;
  }

  get confirmedLsn(): Lsn {
    return this.#confirmed;
  }

  /** Moves on to the next message, if it is here: `data` of the plugin, or `idle` when there is nothing until {@link receivedLsn}. */
  tryMessage(): 'data' | 'idle' | undefined {
    const connection = this.#connection;
    while (connection.tryFrame()) {
      if (connection.type !== FrameType.copyData) {
        this.#refuse();
        continue;
      }
      const { buffer, start } = connection;
      if (buffer[start] === DATA) {
        this.lsn = readLsn(buffer, start + 1);
        this.at = start + DATA_HEADER_BYTES;
        return 'data';
      }
      if (buffer[start] === KEEP_ALIVE) {
        this.#received = Math.max(this.#received, readLsn(buffer, start + 1));
        if (buffer[start + 17] === 1) this.#sendStatus(false);
        return 'idle';
      }
    }
    return undefined;
  }

  more(signal: AbortSignal): Promise<void> {
    return this.#connection.more(signal);
  }

  /** Lets {@link more} return though nothing came. */
  nudge(): void {
    this.#connection.nudge();
  }

  /** Everything before is durable: the server may forget it. */
  confirm(lsn: Lsn): void {
    if (lsn <= this.#confirmed) return;
    this.#confirmed = lsn;
    this.#sendStatus(false);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #refuse(): void {
    const { type } = this.#connection;
    // What fails while streaming names no statement.
    if (type === FrameType.error) throw this.#ended();
    if (type === FrameType.copyDone || type === FrameType.readyForQuery)
      throw new PostgresError('CONNECTION', 'the server ends the replication: it is shutting down', {
        retriable: true,
      });
  }

  #ended(): Error {
    const fields = this.#connection.errorFields();
    const sqlState = fields.get('C') ?? '';
    const text = `${fields.get('M') ?? 'no reason given'}${fields.has('D') ? `; ${fields.get('D')}` : ''} (SQL state ${sqlState})`;
    const isLost = sqlState === '55000' || sqlState === '42704' || /invalidat|removed/.test(text);
    return isLost
      ? new PostgresError('SLOT', `the replication of slot ${this.#options.slot} ended: ${text}`, {
          details: { sqlState },
        })
      : new PostgresError('REFUSED', `the replication of slot ${this.#options.slot} ended: ${text}`, {
          retriable: !sqlState.startsWith('42'),
          details: { sqlState },
        });
  }

  #schedule(): void {
    this.#timer = this.#options.timers.schedule(this.#options.statusIntervalMs, () => {
      const silenceMs = performance.now() - this.#connection.heardAtMs;
      const silenceMsMax = Math.max(SILENCE_MS_MIN, this.#options.statusIntervalMs * SILENCE_INTERVALS_MAX);
      if (silenceMs > silenceMsMax && !this.#connection.isPaused) {
        const message = `the server has said nothing for ${Math.round(silenceMs)} ms, though it was asked`;
        this.#connection.destroy(new PostgresError('CONNECTION', message, { retriable: true }));
        return;
      }
      this.#sendStatus(true);
      this.#schedule();
    });
  }

  #sendStatus(wantsAnswer: boolean): void {
    const body = Buffer.alloc(34);
    body[0] = STATUS;
    // Written and applied, too, is only what is durable: others read these in pg_stat_replication.
    for (const at of [1, 9, 17]) writeLsn(body, this.#confirmed, at);
    writeMicros(body, this.#options.nowMs() * 1000, 25);
    body[33] = wantsAnswer ? 1 : 0;
    this.#connection.send(FrameType.copyData, body);
  }
}
