import { ClientError } from './client-error.ts';
import type { Connection } from './connection.ts';

/** A connection that is opened when somebody needs it, shared by all who come meanwhile, and opened again after it ended. */
export class ConnectionSlot {
  readonly #openOne: () => Promise<Connection>;
  #current: Connection | undefined;
  #opening: Promise<Connection> | undefined;
  #isClosed = false;

  constructor(openOne: () => Promise<Connection>) {
    this.#openOne = openOne;
  }

  get(): Promise<Connection> {
    if (this.#isClosed) return Promise.reject(closedError());
    if (this.#current?.isOpen === true) return Promise.resolve(this.#current);
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  close(): void {
    this.#isClosed = true;
    this.#current?.close();
  }

  async #open(): Promise<Connection> {
    const connection = await this.#openOne();
    if (this.#isClosed) {
      connection.close();
      throw closedError();
    }
    this.#current = connection;
    return connection;
  }
}

function closedError(): ClientError {
  return new ClientError('MILLRACE_CLIENT_CLOSED', 'this client is closed: make a new one');
}
