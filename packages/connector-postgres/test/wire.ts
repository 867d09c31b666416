/** A network between the sink and its database that tests can break. */
import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export class Wire implements AsyncDisposable {
  /** Nothing comes through any more, and no connection is closed. */
  isSilent = false;
  /** Pieces of data that did not come through. */
  swallowed = 0;
  /** Connections that were cut as was asked for. */
  cuts = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #targetPort: number;
  #isCutting = false;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async start(targetPort: number): Promise<Wire> {
    const wire = new Wire(targetPort);
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  /** Settings that go through here. */
  properties(properties: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const url = new URL(properties['connection.url'] ?? '');
    url.port = String((this.#server.address() as AddressInfo).port);
    return { ...properties, 'connection.url': url.href };
  }

  /** The next COMMIT takes effect, and its answer is lost with the connection. */
  cutAfterCommit(): void {
    this.#isCutting = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    const target = connect(this.#targetPort, '127.0.0.1');
    let isAnswerLost = false;
    for (const socket of [client, target]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    client.on('data', (data) => {
      if (this.#isLost()) return;
      if (this.#isCutting && data.includes('COMMIT\0')) {
        this.#isCutting = false;
        isAnswerLost = true;
      }
      target.write(data);
    });
    target.on('data', (data) => {
      if (this.#isLost()) return;
      if (!isAnswerLost) {
        client.write(data);
        return;
      }
      this.cuts++;
      client.destroy();
    });
  }

  #isLost(): boolean {
    if (this.isSilent) this.swallowed++;
    return this.isSilent;
  }
}
