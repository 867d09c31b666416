/** `COPY … FROM STDIN` for the client of `pg`: sends no faster than the socket takes. */
import type pg from 'pg';

import { createDeferred } from '@millrace/base';

/** What a client of `pg` asks of a query; the rest of its methods are for rows, which COPY has none of. */
export class CopyIn implements pg.Submittable {
  readonly #text: string;
  readonly #chunks: Iterable<string>;
  readonly #done = createDeferred<number>();
  #count = 0;
  #isOver = false;
  #error: unknown;

  constructor(text: string, chunks: Iterable<string>) {
    this.#text = text;
    this.#chunks = chunks;
    // Somebody waits for it, but only after it was submitted.
    this.#done.promise.catch(() => undefined);
  }

  /** How many rows were copied. */
  get done(): Promise<number> {
    return this.#done.promise;
  }

  submit(connection: pg.Connection): void {
    connection.query(this.#text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    void this.#send(connection);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#count = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? 0);
  }

  handleError(error: unknown): void {
    this.#isOver = true;
    this.#error = error;
    this.#done.reject(error);
  }

  handleReadyForQuery(): void {
    this.#isOver = true;
    if (this.#error === undefined) this.#done.resolve(this.#count);
  }

  async #send(connection: CopyConnection): Promise<void> {
    try {
      for (const chunk of this.#chunks) {
        if (this.#isOver) return;
        connection.sendCopyFromChunk(Buffer.from(chunk));
        if (connection.stream.writableNeedDrain) await drained(connection.stream);
      }
      if (!this.#isOver) connection.endCopyFrom();
    } catch {
      if (!this.#isOver) connection.sendCopyFail('the rows could not be made');
    }
  }
}

/** The part of `pg`'s connection that its types leave out. */
interface CopyConnection {
  readonly stream: pg.Connection['stream'];
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

async function drained(stream: pg.Connection['stream']): Promise<void> {
  await new Promise<void>((resolve) => {
    const go = (): void => {
      stream.off('drain', go);
      stream.off('close', go);
      resolve();
    };
    stream.on('drain', go);
    stream.on('close', go);
  });
}
