/**
 * One connection to Postgres, protocol version 3, for what drivers do not do: reading a replication stream or a COPY no faster than it is
 * taken, without a copy of each message.
 *
 * Owns: the socket and the bytes that came and are not taken yet.
 * Invariants: the bytes of a frame stay as they are while somebody holds them; nothing is read from the socket while `BUFFERED_BYTES_MAX`
 * bytes wait here, so that a slow taker slows the server down.
 * Bounds: a frame has at most `FRAME_BYTES_MAX` bytes (Postgres itself allows a value of 1 GiB). A server that says nothing while an answer
 * is waited for is given up after `ANSWER_MS_MAX`, or after what the caller allows: nothing else tells of one that is gone without a word.
 * Only waiting for bytes counts, not the time that a slow taker needs for those that came.
 * Not here: how a connection is opened and authenticated (./open-connection.ts), what is in a replication stream (./pgoutput.ts).
 */
import type { Socket } from 'node:net';
import type { Timers } from '@millrace/base';
import { PostgresError, serverError } from './postgres-error.ts';

const BUFFERED_BYTES_MAX = 4 * 2 ** 20;
const FRAME_BYTES_MAX = 2 ** 31 - 2;
const HEADER_BYTES = 5;
/** For what neither reads tables nor waits for their locks. */
const ANSWER_MS_MAX = 60_000;
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);
const EMPTY = Buffer.alloc(0);

/** Types of the server's messages. */
export const FrameType = {
  authentication: 0x52,
  backendKeyData: 0x4b,
  parameterStatus: 0x53,
  negotiateVersion: 0x76,
  readyForQuery: 0x5a,
  rowDescription: 0x54,
  dataRow: 0x44,
  commandComplete: 0x43,
  emptyQuery: 0x49,
  error: 0x45,
  notice: 0x4e,
  notification: 0x41,
  copyIn: 0x47,
  copyOut: 0x48,
  copyBoth: 0x57,
  copyData: 0x64,
  copyDone: 0x63,
} as const;

/** Rows of a statement, values as text. */
export type TextRow = readonly (string | null)[];

export interface DescribedColumn {
  readonly name: string;
  readonly typeOid: number;
  readonly modifier: number;
}

export class WireConnection {
  readonly #socket: Socket;
  readonly #timers: Timers;
  readonly #chunks: Buffer[] = [];
  #chunkBytes = 0;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #isNudged = false;
  #buffer: Buffer = EMPTY;
  #next = 0;
  /** Of the frame that {@link tryFrame} found: its type, and where its content is in {@link buffer}. */
  type = 0;
  start = 0;
  end = 0;
  /** Called once when the connection ends, other than by {@link close}. */
  onLost: ((reason: Error) => void) | undefined;
  /** When something last came from the server, on the clock of `performance.now()`. */
  heardAtMs = performance.now();

  constructor(socket: Socket, timers: Timers) {
    this.#socket = socket;
    this.#timers = timers;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#chunkBytes += chunk.length;
      this.heardAtMs = performance.now();
      if (this.#chunkBytes >= BUFFERED_BYTES_MAX) socket.pause();
      this.#wakeUp();
    });
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail());
    socket.on('end', () => this.#fail());
    socket.resume();
  }

  /** Whether reading is held back because what came is not taken. */
  get isPaused(): boolean {
    return this.#socket.isPaused();
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  get buffer(): Buffer {
    return this.#buffer;
  }

  /** Moves on to the next frame, if it is here as a whole. */
  tryFrame(): boolean {
    for (;;) {
      const available = this.#buffer.length - this.#next;
      let needed = HEADER_BYTES;
      if (available >= HEADER_BYTES) {
        const length = this.#buffer.readUInt32BE(this.#next + 1);
        if (length < 4 || length > FRAME_BYTES_MAX)
          throw new PostgresError('PROTOCOL', `a message of ${length} bytes came from the server: is it Postgres?`);
        needed = length + 1;
        if (available >= needed) {
          this.type = this.#buffer[this.#next] ?? 0;
          this.start = this.#next + HEADER_BYTES;
          this.end = this.#next + needed;
          this.#next = this.end;
          return true;
        }
      }
      if (available + this.#chunkBytes < needed) return false;
      this.#join(available);
    }
  }

  /** Resolves when there is more than before; throws when there will not be, or when aborted. */
  async more(signal?: AbortSignal): Promise<void> {
    const before = this.#chunkBytes;
    this.#isNudged = false;
    // What is left of a frame must come even when many chunks wait already.
    if (this.#socket.isPaused()) this.#socket.resume();
    while (this.#chunkBytes === before && !this.#isNudged) {
      signal?.throwIfAborted();
      if (this.#failure !== undefined) throw this.#failure;
      const { promise, resolve } = Promise.withResolvers<void>();
      const onAbort = (): void => resolve();
      this.#wake = resolve;
      signal?.addEventListener('abort', onAbort, { once: true });
      await promise;
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Lets {@link more} return though nothing came: there is something else to do. */
  nudge(): void {
    this.#isNudged = true;
    this.#wakeUp();
  }

  /**
   * The next frame that says something; throws the server's errors.
   *
   * @param silenceMsMax how long the server may say nothing before the connection is given up: what `database.query.timeout.ms` allows, or
   *   Infinity; default a minute
   */
  async frame(what: string, signal?: AbortSignal, silenceMsMax?: number): Promise<number> {
    for (;;) {
      while (!this.tryFrame()) await this.#moreWithin(what, signal, silenceMsMax);
      if (this.type === FrameType.error) throw serverError(what, this.errorFields());
      if (
        this.type !== FrameType.notice &&
        this.type !== FrameType.parameterStatus &&
        this.type !== FrameType.notification
      )
        return this.type;
    }
  }

  async #moreWithin(what: string, signal: AbortSignal | undefined, silenceMsMax: number | undefined): Promise<void> {
    const ms = silenceMsMax ?? ANSWER_MS_MAX;
    if (ms === Number.POSITIVE_INFINITY) return this.more(signal);
    const timer = this.#timers.schedule(ms, () => {
      const limit = silenceMsMax === undefined ? '' : ', as long as database.query.timeout.ms allows';
      const message = `cannot ${what}: the server has said nothing for ${ms} ms${limit}: look for locks and load there, and at the network`;
      this.destroy(new PostgresError('CONNECTION', message, { retriable: true }));
    });
    try {
      await this.more(signal);
    } finally {
      timer.cancel();
    }
  }

  /** Runs SQL or a replication command; the rows of the last statement that had some. `silenceMsMax` as for {@link frame}. */
  async query(what: string, sql: string, signal?: AbortSignal, silenceMsMax?: number): Promise<TextRow[]> {
    this.send(0x51, `${sql}\0`);
    let rows: TextRow[] = [];
    let failure: unknown;
    for (;;) {
      try {
        const type = await this.frame(what, signal, silenceMsMax);
        if (type === FrameType.rowDescription) rows = [];
        else if (type === FrameType.dataRow) rows.push(this.#row());
        else if (type === FrameType.readyForQuery) break;
      } catch (error) {
        // After an error the server says that it is ready; without a server there is nothing to wait for.
        if (this.type !== FrameType.error || this.#failure !== undefined || signal?.aborted === true) throw error;
        failure ??= error;
        this.type = 0;
      }
    }
    if (failure !== undefined) throw failure as Error;
    return rows;
  }

  /** The columns that a statement would give. `silenceMsMax` as for {@link frame}. */
  async describe(what: string, sql: string, signal?: AbortSignal, silenceMsMax?: number): Promise<DescribedColumn[]> {
    let columns: DescribedColumn[] = [];
    this.send(0x51, `${sql}\0`);
    for (;;) {
      const type = await this.frame(what, signal, silenceMsMax);
      if (type === FrameType.rowDescription) columns = this.#columns();
      if (type === FrameType.readyForQuery) return columns;
    }
  }

  #columns(): DescribedColumn[] {
    let at = this.start + 2;
    return Array.from({ length: this.#buffer.readUInt16BE(this.start) }, () => {
      const end = this.#buffer.indexOf(0, at);
      const name = this.#buffer.toString('utf8', at, end);
      at = end + 19;
      return { name, typeOid: this.#buffer.readUInt32BE(end + 7), modifier: this.#buffer.readInt32BE(end + 13) };
    });
  }

  /** Sends a message of the client. */
  send(type: number, content: string | Uint8Array): void {
    const body = typeof content === 'string' ? Buffer.from(content) : content;
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header[0] = type;
    header.writeUInt32BE(body.length + 4, 1);
    this.write(Buffer.concat([header, body]));
  }

  write(bytes: Uint8Array): void {
    if (this.#failure === undefined) this.#socket.write(bytes);
  }

  /** Says goodbye; does not wait for long. */
  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    const closed = new Promise<void>((resolve) => {
      this.#socket.once('close', () => resolve());
    });
    this.onLost = undefined;
    this.#fail(new PostgresError('CONNECTION', 'the connection to Postgres is closed', { retriable: true }));
    this.#socket.resume();
    this.#socket.end(TERMINATE);
    const timer = setTimeout(() => this.#socket.destroy(), 250);
    await closed;
    clearTimeout(timer);
  }

  destroy(reason: Error): void {
    this.#fail(reason);
    this.#socket.destroy();
  }

  /** Of an ErrorResponse or a notice. */
  errorFields(): ReadonlyMap<string, string> {
    const fields = new Map<string, string>();
    let at = this.start;
    while (at < this.end && this.#buffer[at] !== 0) {
      const end = this.#buffer.indexOf(0, at + 1);
      if (end < 0) break;
      fields.set(String.fromCharCode(this.#buffer[at] ?? 0), this.#buffer.toString('utf8', at + 1, end));
      at = end + 1;
    }
    return fields;
  }

  #row(): TextRow {
    let at = this.start + 2;
    return Array.from({ length: this.#buffer.readUInt16BE(this.start) }, () => {
      const length = this.#buffer.readInt32BE(at);
      at += 4;
      if (length < 0) return null;
      at += length;
      return this.#buffer.toString('utf8', at - length, at);
    });
  }

  /** Makes the rest of the buffer and all that came one buffer. */
  #join(available: number): void {
    const rest = this.#buffer.subarray(this.#next);
    const [only] = this.#chunks;
    this.#buffer =
      available === 0 && this.#chunks.length === 1 && only !== undefined
        ? only
        : Buffer.concat([rest, ...this.#chunks], available + this.#chunkBytes);
    this.#next = 0;
    this.#chunks.length = 0;
    this.#chunkBytes = 0;
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  #fail(cause?: Error): void {
    const isFirst = this.#failure === undefined;
    this.#failure ??=
      cause instanceof PostgresError
        ? cause
        : new PostgresError('CONNECTION', `the connection to Postgres is lost${cause ? `: ${cause.message}` : ''}`, {
            retriable: true,
            ...(cause === undefined ? {} : { cause }),
          });
    this.#wakeUp();
    if (isFirst) this.onLost?.(this.#failure);
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
