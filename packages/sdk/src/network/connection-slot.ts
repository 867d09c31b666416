/**
 * A connection that is opened when somebody needs it, shared by all who come meanwhile, and opened again after it ended.
 *
 * Invariants: at most one connection is open or being opened; after a failed attempt the next one waits for a backoff that
 *   doubles up to a second, so that a dead broker is not hammered.
 */
import { abortable, ClosedError, KafkaError } from '../error.ts';
import { backoffMs } from '../cluster/retry.ts';
import type { ClientRuntime } from '../runtime.ts';
import type { Connection } from './connection.ts';

export class ConnectionSlot {
  readonly #runtime: ClientRuntime;
  readonly #openOne: (signal: AbortSignal) => Promise<Connection>;
  readonly #onLost: (error: KafkaError) => void;
  readonly #closing = new AbortController();
  #current: Connection | undefined;
  #opening: Promise<Connection> | undefined;
  #failures = 0;
  #notBeforeMs = 0;

  constructor(
    runtime: ClientRuntime,
    openOne: (signal: AbortSignal) => Promise<Connection>,
    onLost: (error: KafkaError) => void = () => undefined,
  ) {
    this.#runtime = runtime;
    this.#openOne = openOne;
    this.#onLost = onLost;
  }

  /** The connection when it is open. */
  get current(): Connection | undefined {
    return this.#current?.isOpen === true ? this.#current : undefined;
  }

  /** Whether the last attempt failed and the next one has to wait. */
  get isBackingOff(): boolean {
    return this.#notBeforeMs > this.#runtime.clock.monotonicMs();
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  get(signal?: AbortSignal): Promise<Connection> {
    if (this.isClosed) return Promise.reject(this.#reason());
    if (this.#current?.isOpen === true) return Promise.resolve(this.#current);
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return abortable('connecting', this.#opening, signal);
  }

  /** Takes over a connection that was opened for another purpose, unless there is one already. */
  adopt(connection: Connection): boolean {
    if (this.isClosed || this.#current?.isOpen === true || this.#opening !== undefined) return false;
    this.#take(connection);
    return true;
  }

  /** Gives the connection away without closing it. */
  release(): Connection | undefined {
    const connection = this.current;
    this.#current = undefined;
    return connection;
  }

  /** What waits fails with `reason`. Default: the client is closed. */
  close(reason: KafkaError = new ClosedError()): void {
    this.#closing.abort(reason);
    this.#current?.close(reason);
  }

  #reason(): KafkaError {
    const reason: unknown = this.#closing.signal.reason;
    return KafkaError.is(reason) ? reason : new ClosedError();
  }

  async #open(): Promise<Connection> {
    const { signal } = this.#closing;
    try {
      const waitMs = this.#notBeforeMs - this.#runtime.clock.monotonicMs();
      if (waitMs > 0) await this.#wait(waitMs);
      const connection = await this.#openOne(signal);
      if (signal.aborted) connection.close(this.#reason());
      else this.#take(connection);
      if (signal.aborted) throw this.#reason();
      return connection;
    } catch (error) {
      if (signal.aborted) throw this.#reason();
      this.#failures += 1;
      this.#notBeforeMs = this.#runtime.clock.monotonicMs() + backoffMs(this.#runtime.random, this.#failures);
      throw error;
    }
  }

  #take(connection: Connection): void {
    this.#failures = 0;
    this.#notBeforeMs = 0;
    this.#current = connection;
    connection.onEnd((error) => {
      if (this.#current === connection) this.#current = undefined;
      if (!this.isClosed) this.#onLost(error);
    });
  }

  #wait(delayMs: number): Promise<void> {
    const { signal } = this.#closing;
    return new Promise((resolve) => {
      const done = (): void => {
        timer.cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = this.#runtime.timers.schedule(delayMs, done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
