/**
 * The listening sockets of a broker and the life of their connections.
 *
 * Owns: the servers, the set of connections, the memory budget that they share.
 * Invariants: one sweep timer serves all connections, so that an idle one costs no timer; nothing is accepted after `close` began.
 * Bounds: `connectionLimits` over all listeners and for each client address; idle ones end after `idleMsMax`; while memory is short those that
 *   keep others waiting (an answer nobody reads, a frame that does not go on) end after STALLED_MS_MAX.
 * Not here: what a connection does with its bytes (connection.ts).
 */
import { createServer, type Server, type Socket } from 'node:net';
import { messageOf, MillraceError, type Clock, type Logger, type Timer, type Timers } from '@millrace/base';
import type { ListenerEndpoint } from './listener-endpoints.ts';
import { Connection, type RequestProcessor } from './connection.ts';
import { FrameMemory } from './frame-memory.ts';
import { MemoryBudget } from './memory-budget.ts';

export interface ListenerOptions {
  readonly endpoints: readonly ListenerEndpoint[];
  readonly processor: RequestProcessor;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** `socket.request.max.bytes`. */
  readonly frameBytesMax: number;
  /** `connections.max.idle.ms`; negative = for ever. */
  readonly idleMsMax: number;
  /** `max.connections` and `max.connections.per.ip`, which may change while the broker runs. */
  readonly connectionLimits: () => { readonly total: number; readonly perAddress: number };
  /** `socket.listen.backlog.size`. */
  readonly backlog: number;
  readonly inFlightBytesMax: number;
  readonly answerBytesMax: number;
  readonly onBytes: (receivedBytes: number, sentBytes: number) => void;
  readonly onProtocolFault: () => void;
}

const SWEEP_MS = 1000;
/** Sweeps come faster while somebody waits for memory. */
const SWEEP_UNDER_PRESSURE_MS = 50;
const STALLED_MS_MAX = 5000;
/** How long the other side may take to close after its last answer. */
const CLOSING_MS_MAX = 2000;
/** Time after which one more frame that cannot be is worth a warning. */
const FAULT_WARNING_MS = 60_000;
/** How long a request may go on whose client sends no more, and has probably gone. */
const CLOSING_AT_WORK_MS_MAX = 10_000;
const WRITE_BACKLOG_BYTES_MAX = 1024 * 1024;
const RECEIVE_BUFFER_BYTES = 256 * 1024;
const FREE_FRAME_BYTES_MAX = 8 * 1024 * 1024;

export class Listener {
  readonly budget: MemoryBudget;
  readonly #options: ListenerOptions;
  readonly #frameMemory = new FrameMemory(FREE_FRAME_BYTES_MAX);
  readonly #receiveBuffer = Buffer.allocUnsafeSlow(RECEIVE_BUFFER_BYTES);
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Connection>();
  readonly #countByAddress = new Map<string, number>();
  /** Came between `bind` and `accept`. */
  readonly #early: { readonly listenerName: string; readonly socket: Socket }[] = [];
  #bound: ListenerEndpoint[] = [];
  #nextConnectionId = 1;
  #sweepTimer: Timer | undefined;
  #isPressureSweep = false;
  #isAccepting = false;
  #refusedCount = 0;
  #wasRefusalLogged = false;
  #faultWarnedAtMs = -Infinity;
  #onDrained: (() => void) | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.budget = new MemoryBudget(options.inFlightBytesMax, options.answerBytesMax);
  }

  /** The endpoints with the ports that were bound. */
  get bound(): readonly ListenerEndpoint[] {
    return this.#bound;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** May be taken piece by piece while connections come and go. */
  connections(): Iterable<Connection> {
    return this.#connections.values();
  }

  /** Connections turned away because of `max.connections`. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  /**
   * Binds every endpoint; connections are taken from `accept` on.
   *
   * @throws {MillraceError} MILLRACE_BROKER_PORT_IN_USE, MILLRACE_BROKER_BAD_ADDRESS with the remedy
   */
  async bind(): Promise<void> {
    try {
      for (const endpoint of this.#options.endpoints) await this.#bindOne(endpoint);
    } catch (error) {
      await this.#closeServers();
      throw error;
    }
    this.#sweepSoon();
  }

  /** Lets clients in; those that came since `bind` were kept waiting. */
  accept(): void {
    this.#isAccepting = true;
    for (const socket of this.#early.splice(0)) this.#admit(socket.listenerName, socket.socket);
  }

  /** Ends everything at once, without further answers. */
  cut(): void {
    this.#isAccepting = false;
    for (const { socket } of this.#early.splice(0)) socket.destroy();
    void this.#closeServers();
    for (const connection of [...this.#connections]) connection.destroy();
  }

  /** Stops accepting, lets requests in work be answered, ends all connections; cuts what is left after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#isAccepting = false;
    for (const { socket } of this.#early.splice(0)) socket.destroy();
    const serversClosed = this.#closeServers();
    for (const connection of [...this.#connections]) connection.drain();
    if (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = this.#options.timers.schedule(graceMs, resolve);
        this.#onDrained = () => {
          timer.cancel();
          resolve();
        };
      });
    }
    for (const connection of [...this.#connections]) connection.destroy();
    this.#sweepTimer?.cancel();
    this.#sweepTimer = undefined;
    await serversClosed;
  }

  async #bindOne(endpoint: ListenerEndpoint): Promise<void> {
    const options = { allowHalfOpen: true, noDelay: true, keepAlive: true, pauseOnConnect: true };
    const server = createServer(options, (socket) => this.#onSocket(endpoint.name, socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(bindError(endpoint, error)));
      server.listen(
        {
          port: endpoint.port,
          backlog: this.#options.backlog,
          ...(endpoint.host === '' ? {} : { host: endpoint.host }),
        },
        resolve,
      );
    });
    server.removeAllListeners('error');
    server.on('error', (error) => {
      // Out of file descriptors and the like: the connection is lost, the listener is not.
      this.#options.logger.warn('a connection could not be accepted', { error: messageOf(error) });
    });
    this.#servers.push(server);
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : endpoint.port;
    this.#bound = [...this.#bound, { ...endpoint, port }];
  }

  #onSocket(listenerName: string, socket: Socket): void {
    if (this.#isAccepting) {
      this.#admit(listenerName, socket);
      return;
    }
    if (this.#onDrained !== undefined || this.#servers.length === 0) {
      socket.destroy();
      return;
    }
    socket.on('error', () => socket.destroy());
    this.#early.push({ listenerName, socket });
  }

  #admit(listenerName: string, socket: Socket): void {
    if (socket.destroyed) return;
    const address = socket.remoteAddress ?? '';
    const fromAddress = this.#countByAddress.get(address) ?? 0;
    const { total, perAddress } = this.#options.connectionLimits();
    if (this.#connections.size >= total || fromAddress >= perAddress) {
      this.#refuse(socket, this.#connections.size >= total ? 'max.connections' : 'max.connections.per.ip');
      return;
    }
    this.#wasRefusalLogged = false;
    this.#countByAddress.set(address, fromAddress + 1);
    this.#connections.add(
      new Connection(socket, {
        id: this.#nextConnectionId++,
        listenerName,
        clock: this.#options.clock,
        processor: this.#options.processor,
        budget: this.budget,
        frameMemory: this.#frameMemory,
        receiveBuffer: this.#receiveBuffer,
        frameBytesMax: this.#options.frameBytesMax,
        writeBacklogBytesMax: WRITE_BACKLOG_BYTES_MAX,
        onBytes: this.#options.onBytes,
        onPressure: this.#onPressure,
        onProtocolFault: this.#onProtocolFault,
        onClosed: this.#onClosed,
      }),
    );
  }

  #refuse(socket: Socket, limit: string): void {
    this.#refusedCount++;
    if (!this.#wasRefusalLogged) {
      this.#wasRefusalLogged = true;
      this.#options.logger.warn('connections are refused until others end', {
        limit,
        remoteAddress: socket.remoteAddress,
      });
    }
    socket.on('error', () => socket.destroy());
    socket.destroy();
  }

  readonly #onPressure = (): void => {
    if (!this.#isPressureSweep) this.#sweepSoon();
  };

  readonly #onProtocolFault = (connection: Connection, fault: string): void => {
    const { clock, logger } = this.#options;
    this.#options.onProtocolFault();
    const fields = { remoteAddress: connection.remoteAddress, listener: connection.listenerName, fault };
    const now = clock.monotonicMs();
    const isNews = now - this.#faultWarnedAtMs >= FAULT_WARNING_MS;
    if (isNews) this.#faultWarnedAtMs = now;
    logger[isNews ? 'warn' : 'debug'](
      'connection ended: its next frame is too large, or its bytes are no Kafka frames',
      fields,
    );
  };

  readonly #onClosed = (connection: Connection): void => {
    this.#connections.delete(connection);
    const remaining = (this.#countByAddress.get(connection.remoteAddress) ?? 1) - 1;
    if (remaining > 0) this.#countByAddress.set(connection.remoteAddress, remaining);
    else this.#countByAddress.delete(connection.remoteAddress);
    if (this.#connections.size === 0) this.#onDrained?.();
  };

  #sweepSoon(): void {
    this.#sweepTimer?.cancel();
    this.#isPressureSweep = this.budget.waitingCount > 0;
    const delayMs = this.#isPressureSweep ? SWEEP_UNDER_PRESSURE_MS : SWEEP_MS;
    this.#sweepTimer = this.#options.timers.schedule(delayMs, () => {
      this.#sweep();
      if (this.#servers.length > 0 || this.#connections.size > 0) this.#sweepSoon();
    });
  }

  #sweep(): void {
    const now = this.#options.clock.monotonicMs();
    for (const connection of [...this.#connections]) if (this.#isDue(connection, now)) connection.destroy();
    if (this.budget.waitingCount > 0) this.budget.sweep();
  }

  /** Whether the connection has outstayed its welcome. */
  #isDue(connection: Connection, now: number): boolean {
    const { idleMsMax } = this.#options;
    const { budget } = this;
    const quietMs = now - connection.lastProgressMs;
    if (connection.closingSinceMs >= 0) {
      const closingMsMax = connection.isWorking ? CLOSING_AT_WORK_MS_MAX : CLOSING_MS_MAX;
      if (now - connection.closingSinceMs > closingMsMax) return true;
    }
    const isInTheWay =
      (budget.isExhaustedByAnswers && connection.isWriteStalled) ||
      (budget.isExhausted && connection === budget.favoured && connection.partialSinceMs >= 0);
    if (isInTheWay && quietMs > STALLED_MS_MAX) return true;
    return idleMsMax >= 0 && quietMs > idleMsMax && !connection.isWorking;
  }

  async #closeServers(): Promise<void> {
    await Promise.all(
      this.#servers.splice(0).map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
    );
  }
}

function bindError(endpoint: ListenerEndpoint, error: NodeJS.ErrnoException): MillraceError {
  const { host, port, name } = endpoint;
  const address = `${host === '' ? '*' : host}:${port}`;
  const details = { listener: name, host, port };
  switch (error.code) {
    case 'EADDRINUSE':
      return new MillraceError(
        'MILLRACE_BROKER_PORT_IN_USE',
        `cannot listen on ${address} (${name}): the port is in use; stop the program that holds it, or choose another port (0 picks a free one)`,
        { details, cause: error },
      );
    case 'EACCES':
      return new MillraceError(
        'MILLRACE_BROKER_BAD_ADDRESS',
        `cannot listen on ${address} (${name}): not permitted; choose a port above 1023`,
        { details, cause: error },
      );
    default:
      return new MillraceError(
        'MILLRACE_BROKER_BAD_ADDRESS',
        `cannot listen on ${address} (${name}): ${error.code ?? error.message}; give an address of this machine`,
        { details, cause: error },
      );
  }
}
