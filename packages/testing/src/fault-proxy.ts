/**
 * A TCP proxy between clients and a broker that breaks what lies between them: connections, answers, time.
 *
 * Owns: one listening port and, for each connection to it, one connection to the broker.
 * Invariants: whole frames are passed on, in order; a connection that was robbed of bytes is cut and never used again. The
 *   broker may be away: a connection that cannot be passed on is cut.
 * Bounds: one frame of each direction of a connection in memory, `FRAME_BYTES_MAX` at most; reading stops while the other
 *   side does not take what it is given.
 * Not here: TLS, which hides the frames.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The largest request that a broker takes. */
const FRAME_BYTES_MAX = 104_857_600;
const LENGTH_BYTES = 4;
/** Of a request: key, version, correlation id. Of an answer: correlation id. */
const REQUEST_HEADER_BYTES = 8;

export interface FaultProxyOptions {
  /** May be said later, by `pointTo`: a broker that is to tell clients the proxy's port starts after the proxy. */
  readonly targetPort?: number;
  /** Default 127.0.0.1. */
  readonly targetHost?: string;
  /** Default: a free one. */
  readonly port?: number;
}

export interface LostAnswerOptions {
  /** Of which requests; default: of whichever comes first. */
  readonly apiKeys?: readonly number[];
  /**
   * When the connection is cut: `answered` (default) = when the broker has answered, so that it is known to have done what
   * it was asked for; `forwarded` = as soon as it was given the request.
   */
  readonly when?: 'answered' | 'forwarded';
  /** Gives the fault up. */
  readonly signal?: AbortSignal;
}

/** Of which request the answer was lost. */
export interface LostAnswer {
  readonly apiKey: number;
  readonly apiVersion: number;
}

interface Trap {
  readonly apiKeys: readonly number[] | undefined;
  readonly when: 'answered' | 'forwarded';
  readonly caught: (lost: LostAnswer) => void;
}

interface Link {
  readonly client: Socket;
  readonly broker: Socket;
  /** The request whose answer is to be lost. */
  doomed: { readonly correlationId: number; readonly lost: LostAnswer; readonly trap: Trap } | undefined;
  hasLostBytes: boolean;
}

export class FaultProxy implements AsyncDisposable {
  /** Milliseconds that every frame is held back, in each direction. */
  delayMs = 0;
  readonly #server: Server;
  readonly #target: { readonly host: string; port: number };
  readonly #links = new Set<Link>();
  readonly #traps = new Set<Trap>();
  #isSilent = false;
  #isRefusing = false;
  #tearsNext = false;
  #swallowedFrames = 0;

  private constructor(options: FaultProxyOptions) {
    this.#target = { host: options.targetHost ?? '127.0.0.1', port: options.targetPort ?? 0 };
    this.#server = createServer((client) => void this.#accept(client));
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    proxy.#server.listen(options.port ?? 0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return address.port;
  }

  /** Where connections that are made from now on go. */
  pointTo(targetPort: number): void {
    this.#target.port = targetPort;
  }

  get linkCount(): number {
    return this.#links.size;
  }

  /** Frames that were swallowed by `dropAll` so far. */
  get swallowedFrames(): number {
    return this.#swallowedFrames;
  }

  /** Cuts all connections now; returns how many there were. */
  cut(): number {
    const count = this.#links.size;
    for (const link of this.#links) cutLink(link);
    return count;
  }

  /**
   * Lets the next such request through, and cuts its connection instead of passing on its answer. Resolves when that has
   * happened; rejects when it is given up.
   */
  loseNextAnswer(options: LostAnswerOptions = {}): Promise<LostAnswer> {
    const { apiKeys, when = 'answered', signal } = options;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#traps.delete(trap);
        reject(new Error('no such request came', { cause: signal?.reason }));
      };
      const caught = (lost: LostAnswer): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve(lost);
      };
      const trap: Trap = { apiKeys, when, caught };
      if (signal?.aborted === true) giveUp();
      else this.#traps.add(trap);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Passes on half of the next frame, in whichever direction it goes, and cuts its connection there. */
  tearNextFrame(): void {
    this.#tearsNext = true;
  }

  /** Swallows everything that comes, in both directions, and leaves the connections open: a network that is gone. */
  dropAll(): void {
    this.#isSilent = true;
  }

  /** Cuts new connections as soon as they are made. */
  refuseNew(): void {
    this.#isRefusing = true;
  }

  /** Ends delay, silence, refusal and tearing; connections that have lost bytes are cut. */
  heal(): void {
    this.delayMs = 0;
    this.#isSilent = false;
    this.#isRefusing = false;
    this.#tearsNext = false;
    for (const link of this.#links) if (link.hasLostBytes) cutLink(link);
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #accept(client: Socket): Promise<void> {
    client.on('error', () => undefined);
    if (this.#isRefusing) {
      client.destroy();
      return;
    }
    const broker = connect(this.#target);
    broker.on('error', () => undefined);
    const link: Link = { client, broker, doomed: undefined, hasLostBytes: false };
    for (const socket of [client, broker]) socket.setNoDelay(true);
    this.#links.add(link);
    const cut = (): void => cutLink(link);
    await Promise.all([
      // Not destroyed: what was written last must still arrive.
      this.#relay(link, client, broker, (frame) => this.#onRequest(link, frame)).then(() => broker.end(), cut),
      this.#relay(link, broker, client, (frame) => this.#onAnswer(link, frame)).then(
        (how) => (how === 'ended' ? client.end() : cut()),
        cut,
      ),
    ]);
    this.#links.delete(link);
    // Whether it was robbed or the broker never answered: the answer is lost.
    link.doomed?.trap.caught(link.doomed.lost);
  }

  /** Passes frames on until one side is gone, or this side has to be cut. */
  async #relay(
    link: Link,
    from: Socket,
    to: Socket,
    isPassedOn: (frame: Buffer) => boolean,
  ): Promise<'ended' | 'to cut'> {
    const frames = new FrameSplitter();
    for await (const chunk of from as AsyncIterable<Buffer>) {
      for (const frame of frames.push(chunk)) {
        if (this.delayMs > 0) await sleep(this.delayMs);
        if (this.#isSilent) link.hasLostBytes = true;
        if (link.hasLostBytes) {
          this.#swallowedFrames += 1;
          continue;
        }
        if (to.destroyed || !isPassedOn(frame)) return 'to cut';
        if (this.#tearsNext) {
          this.#tearsNext = false;
          await tear(to, frame);
          return 'to cut';
        }
        if (!to.write(frame)) await writable(to);
        // Leaving the loop cuts the client; the broker is to have its request.
        if (link.doomed?.trap.when === 'forwarded') return 'to cut';
      }
    }
    return 'ended';
  }

  #onRequest(link: Link, frame: Buffer): boolean {
    if (link.doomed !== undefined || frame.length < LENGTH_BYTES + REQUEST_HEADER_BYTES) return true;
    const lost = { apiKey: frame.readInt16BE(LENGTH_BYTES), apiVersion: frame.readInt16BE(LENGTH_BYTES + 2) };
    for (const trap of this.#traps) {
      if (trap.apiKeys !== undefined && !trap.apiKeys.includes(lost.apiKey)) continue;
      this.#traps.delete(trap);
      link.doomed = { correlationId: frame.readInt32BE(LENGTH_BYTES + 4), lost, trap };
      break;
    }
    return true;
  }

  /** Whether the answer is passed on; nothing is behind the one that is to be lost. */
  #onAnswer(link: Link, frame: Buffer): boolean {
    return link.doomed === undefined || frame.readInt32BE(LENGTH_BYTES) !== link.doomed.correlationId;
  }
}

/** Resolves when the socket takes more, or is gone. */
function writable(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}

/** Writes the first half of the frame; resolves when it has left. */
function tear(to: Socket, frame: Buffer): Promise<void> {
  return new Promise((resolve) => to.write(frame.subarray(0, frame.length >> 1), () => resolve()));
}

function cutLink(link: Link): void {
  link.client.destroy();
  link.broker.destroy();
}

/** Cuts a stream into frames, each with its length before it. */
class FrameSplitter {
  #rest: Buffer[] = [];
  #restBytes = 0;
  /** Bytes of the frame that is coming in; unknown (4) until its length is there. */
  #wanted = LENGTH_BYTES;

  *push(chunk: Buffer): Generator<Buffer> {
    this.#rest.push(chunk);
    this.#restBytes += chunk.length;
    while (this.#restBytes >= this.#wanted) {
      const all = this.#rest.length === 1 ? (this.#rest[0] as Buffer) : Buffer.concat(this.#rest);
      this.#wanted = all.length < LENGTH_BYTES ? LENGTH_BYTES : LENGTH_BYTES + all.readInt32BE(0);
      if (this.#wanted < LENGTH_BYTES || this.#wanted > FRAME_BYTES_MAX) throw new Error('these are not frames');
      this.#rest = [all];
      if (all.length < this.#wanted) return;
      const frame = all.subarray(0, this.#wanted);
      this.#rest = [all.subarray(this.#wanted)];
      this.#restBytes -= this.#wanted;
      this.#wanted = LENGTH_BYTES;
      yield frame;
    }
  }
}
