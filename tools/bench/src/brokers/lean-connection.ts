/**
 * A connection that makes next to no garbage: readers of hundreds of megabytes whose collector takes the cores would be
 * measured instead of the broker.
 *
 * Owns: one connection with one request under way at a time, and the memory that answers come into.
 */
import { connect, type Socket } from 'node:net';

const RECEIVE_BYTES = 64 * 1024;
/** Enough for what a consumer asks of one partition by default; grows when an answer is larger. */
const ANSWER_BYTES = 1_100_000;
const LENGTH_BYTES = 4;

export class LeanConnection implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #opened = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  #answer = Buffer.allocUnsafeSlow(ANSWER_BYTES);
  #filledBytes = 0;
  #waiting: PromiseWithResolvers<Buffer> | undefined;
  #error: Error | undefined;

  private constructor(port: number) {
    const buffer = Buffer.allocUnsafeSlow(RECEIVE_BYTES);
    const onReceived = (sizeBytes: number): boolean => {
      this.#onReceived(buffer.subarray(0, sizeBytes));
      return true;
    };
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback: onReceived } });
    this.#socket.once('connect', () => this.#opened.resolve());
    this.#socket.once('error', (error) => (this.#error = error));
    this.#socket.once('close', () => this.#onClosed());
  }

  static async open(port: number): Promise<LeanConnection> {
    const connection = new LeanConnection(port);
    await connection.#opened.promise;
    return connection;
  }

  /** Sends a frame, with its length; resolves with the answer, without, which is there until the next one is asked for. */
  ask(frame: readonly Uint8Array[]): Promise<Buffer> {
    if (this.#waiting !== undefined) throw new Error('a request is under way');
    this.#waiting = Promise.withResolvers();
    const { promise } = this.#waiting;
    if (this.#socket.destroyed) this.#onClosed();
    for (const part of frame) this.#socket.write(part);
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.#closed.promise;
  }

  #onReceived(bytes: Buffer): void {
    if (this.#filledBytes + bytes.length > this.#answer.length) this.#grow(this.#filledBytes + bytes.length);
    this.#filledBytes += bytes.copy(this.#answer, this.#filledBytes);
    if (this.#filledBytes < LENGTH_BYTES) return;
    const endBytes = LENGTH_BYTES + this.#answer.readInt32BE(0);
    if (this.#filledBytes < endBytes) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#filledBytes = 0;
    waiting?.resolve(this.#answer.subarray(LENGTH_BYTES, endBytes));
  }

  #grow(sizeBytes: number): void {
    const larger = Buffer.allocUnsafeSlow(2 * sizeBytes);
    this.#answer.copy(larger, 0, 0, this.#filledBytes);
    this.#answer = larger;
  }

  #onClosed(): void {
    const error = this.#error ?? new Error('the broker ended the connection');
    this.#opened.reject(error);
    this.#opened.promise.catch(() => undefined);
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    this.#closed.resolve();
  }
}
