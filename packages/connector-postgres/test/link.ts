import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A cable between a source and its database that can be cut, or carry nothing any more without being cut. */
export class Link implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  readonly #server;
  #isSilent = false;

  private constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connect(target, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (bytes: Buffer) => {
          if (!this.#isSilent) to.write(bytes);
        });
        from.on('error', () => undefined);
        from.on('close', () => {
          if (!this.#isSilent) to.destroy();
        });
      }
    });
  }

  static async to(target: number): Promise<Link> {
    const link = new Link(target);
    await new Promise<void>((resolve) => link.#server.listen(0, '127.0.0.1', () => resolve()));
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  silence(): void {
    this.#isSilent = true;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
