/** Bare sockets to a broker, for tests in which clients have no manners; the test ends what is left of them. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export class Intruders {
  readonly #sockets = new Set<Socket>();

  /** Sockets that neither side has closed. */
  get count(): number {
    return this.#sockets.size;
  }

  enterMany(port: number, count: number, isReading = false): Promise<Socket[]> {
    return Promise.all(Array.from({ length: count }, () => this.#enter(port, isReading)));
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  /** Nobody reads from it unless `isReading`. Its errors are its own. */
  async #enter(port: number, isReading = false): Promise<Socket> {
    const socket = connect({ port, host: '127.0.0.1' });
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
    if (isReading) socket.resume();
    await once(socket, 'connect');
    return socket;
  }
}
