/**
 * A connection to the database that is written to.
 *
 * Owns: the client of `pg`, its time limits, COPY. Invariants: in UTC, so that dates and times without a time zone mean the same everywhere;
 * never on a standby. An answer that does not come in time, or an abort, ends the connection: the server rolls back what was open.
 */
import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';

import { messageOf, MillraceError, type Timers } from '@millrace/base';

import type { PostgresAddress } from './connection-url.ts';
import { CopyIn } from './copy-in.ts';

export interface SessionOptions {
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly applicationName: string;
  /** For an answer to any statement. */
  readonly queryTimeoutMs: number;
  readonly timers: Timers;
}

export type ResultRow = Readonly<Record<string, unknown>>;

/** Keeps idle connections known to firewalls. */
const KEEP_ALIVE_DELAY_MS = 30_000;

export class Session implements AsyncDisposable {
  readonly #client: pg.Client;
  readonly #options: SessionOptions;
  #lost: Error | undefined;

  private constructor(client: pg.Client, options: SessionOptions) {
    this.#client = client;
    this.#options = options;
    client.on('error', (error) => (this.#lost ??= error));
    client.on('end', () => (this.#lost ??= new Error('the connection was closed')));
  }

  /** Throws MILLRACE_CONNECT_POSTGRES_SINK_UNAVAILABLE when no host takes writes, and what the server says to a login. */
  static async open(address: PostgresAddress, options: SessionOptions, signal: AbortSignal): Promise<Session> {
    const failures: unknown[] = [];
    for (const { host, port } of address.hosts) {
      try {
        return await Session.#openAt(host, port, address, options, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (address.hosts.length === 1) throw error;
        failures.push(error);
      }
    }
    throw new MillraceError(
      'MILLRACE_CONNECT_POSTGRES_SINK_UNAVAILABLE',
      `none of the hosts of connection.url takes writes: ${failures.map(messageOf).join('; ')}`,
      { retriable: true, cause: new AggregateError(failures) },
    );
  }

  static async #openAt(
    host: string,
    port: number,
    address: PostgresAddress,
    options: SessionOptions,
    signal: AbortSignal,
  ): Promise<Session> {
    let session: Session;
    try {
      session = await Session.#connect(host, port, address, options, await sslOptions(address), signal);
    } catch (error) {
      if (address.sslMode !== 'prefer' || !messageOf(error).includes('does not support SSL')) throw error;
      session = await Session.#connect(host, port, address, options, false, signal);
    }
    try {
      await session.#prepare(host, port, address);
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  static async #connect(
    host: string,
    port: number,
    address: PostgresAddress,
    options: SessionOptions,
    ssl: ConnectionOptions | false,
    signal: AbortSignal,
  ): Promise<Session> {
    signal.throwIfAborted();
    const user = options.user ?? address.user;
    const password = options.password ?? address.password;
    const client = new pg.Client({
      host,
      port,
      database: address.database,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
      ssl,
      application_name: address.applicationName ?? options.applicationName,
      connectionTimeoutMillis: address.connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    });
    const session = new Session(client, options);
    const abort = (): void => session.destroy();
    signal.addEventListener('abort', abort, { once: true });
    try {
      await client.connect();
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async #prepare(host: string, port: number, { searchPath }: PostgresAddress): Promise<void> {
    const [state] = await this.query(
      "SELECT set_config('TimeZone', 'UTC', false), set_config('statement_timeout', $1, false), " +
        "CASE WHEN $2::text IS NULL THEN NULL ELSE set_config('search_path', $2, false) END, " +
        "pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS is_read_only",
      [String(this.#options.queryTimeoutMs), searchPath ?? null],
    );
    if (state?.['is_read_only'] === true) {
      throw new MillraceError(
        'MILLRACE_CONNECT_POSTGRES_SINK_UNAVAILABLE',
        `the server at ${host}:${port} only reads, as a standby does: name the primary in connection.url, or all hosts of the cluster`,
        { retriable: true },
      );
    }
  }

  /** Whether it can be used: not lost, and not ended by an abort or a time limit. */
  get isOpen(): boolean {
    return this.#lost === undefined;
  }

  async query(text: string, values: readonly (string | null)[] = []): Promise<readonly ResultRow[]> {
    return (await this.#ask(() => this.#client.query<ResultRow>(text, [...values]), text)).rows;
  }

  /** How many rows it changed. */
  async execute(text: string, values: readonly (string | null)[] = []): Promise<number> {
    return (await this.#ask(() => this.#client.query(text, [...values]), text)).rowCount ?? 0;
  }

  /** `chunks` are rows in COPY's text format. */
  async copyIn(text: string, chunks: Iterable<string>): Promise<number> {
    const copy = new CopyIn(text, chunks);
    return this.#ask(() => {
      this.#client.query(copy);
      return copy.done;
    }, text);
  }

  /** At once, without a word to the server. */
  destroy(): void {
    this.#lost ??= new Error('the connection was given up');
    (this.#client as unknown as { readonly connection: pg.Connection }).connection.stream.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isOpen) return;
    const timer = this.#options.timers.schedule(CLOSE_TIMEOUT_MS, () => this.destroy());
    await this.#client.end().catch(() => undefined);
    timer.cancel();
  }

  async #ask<T>(ask: () => Promise<T>, text: string): Promise<T> {
    if (this.#lost !== undefined) throw this.#lost;
    const { queryTimeoutMs, timers } = this.#options;
    let isLate = false;
    // The server ends a slow statement itself; this is for one that does not answer at all.
    const timer = timers.schedule(queryTimeoutMs + ANSWER_GRACE_MS, () => {
      isLate = true;
      this.destroy();
    });
    try {
      return await ask();
    } catch (error) {
      if (!isLate) throw error;
      throw new MillraceError(
        'MILLRACE_CONNECT_POSTGRES_SINK_UNAVAILABLE',
        `the database did not answer within query.timeout.ms=${queryTimeoutMs} to ${text.slice(0, 40)}…`,
        { retriable: true, cause: error },
      );
    } finally {
      timer.cancel();
    }
  }
}

const CLOSE_TIMEOUT_MS = 1000;
const ANSWER_GRACE_MS = 2000;

async function sslOptions(address: PostgresAddress): Promise<ConnectionOptions | false> {
  const { sslMode, sslRootCert } = address;
  if (sslMode === 'disable') return false;
  const [ca, cert, key] = await Promise.all([
    sslRootCert === undefined || sslRootCert === 'system' ? undefined : fileText(sslRootCert, 'sslrootcert'),
    fileText(address.sslCert, 'sslcert'),
    fileText(address.sslKey, 'sslkey'),
  ]);
  // As libpq: with root certificates at hand, `require` checks the server's certificate, but not its name.
  const isChecked = sslMode === 'verify-full' || sslMode === 'verify-ca' || (sslMode === 'require' && ca !== undefined);
  return {
    rejectUnauthorized: isChecked,
    ...(sslMode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

async function fileText(path: string | undefined, name: string): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new MillraceError(
      'MILLRACE_CONNECT_POSTGRES_SINK_REFUSED',
      `cannot read the file of ${name} in connection.url: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
