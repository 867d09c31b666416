/**
 * The brokers of a cluster and the connections to them: bootstrap addresses first, then what Metadata says.
 *
 * Owns: one connection for each node and lane, and one for bootstrapping, opened on demand and again after they ended.
 * Invariants: callers that come while a connection is being opened share it; nothing is opened after `close`. When no known
 *   broker can be reached the bootstrap addresses are tried again (KIP-899). One that does not answer holds the others up for a moment only.
 * Bounds: connections ≤ nodes × lanes + 1.
 * Not here: which topics they serve (see ./metadata-view.ts).
 */
import { ClosedError, KafkaError, throwIfAborted } from '../error.ts';
import { formatAddress, parseAddress, type Address } from '../network/address.ts';
import type { Served } from '../network/api.ts';
import { Connection, type ConnectionOptions } from '../network/connection.ts';
import { ConnectionSlot } from '../network/connection-slot.ts';
import { firstOf } from '../network/first-of.ts';
import type { ClientRuntime } from '../runtime.ts';
import type { BrokerEndpoint } from './topic-metadata.ts';

/**
 * What a connection is for: one for each node and lane, so that a slow one never delays another. A broker answers one connection
 * in order, so requests whose answers it holds back take a lane of their own: long polls, and JoinGroup and SyncGroup.
 */
export type Lane = 'control' | 'produce' | 'fetch' | 'group' | `fetch:${number}` | `join:${number}`;

export type BootstrapBrokers = readonly string[] | (() => Promise<readonly string[]> | readonly string[]);

export interface BrokersOptions extends Omit<ConnectionOptions, 'address' | 'nodeId'> {
  readonly bootstrap: BootstrapBrokers;
}

interface Node {
  endpoint: BrokerEndpoint;
  readonly lanes: Map<Lane, ConnectionSlot>;
  /** As last told by a connection. */
  served: Served | undefined;
  /** In the newest Metadata answer; coordinators may be known before they are. */
  isListed: boolean;
}

export class Brokers {
  readonly #runtime: ClientRuntime;
  readonly #options: BrokersOptions;
  readonly #onNodeLost: (nodeId: number) => void;
  readonly #nodes = new Map<number, Node>();
  readonly #bootstrap: ConnectionSlot;
  readonly #staticAddresses: readonly Address[] | undefined;
  #isClosed = false;

  constructor(runtime: ClientRuntime, options: BrokersOptions, onNodeLost: (nodeId: number) => void) {
    this.#runtime = runtime;
    this.#options = options;
    this.#onNodeLost = onNodeLost;
    const { bootstrap } = options;
    this.#staticAddresses = typeof bootstrap === 'function' ? undefined : parseAddresses(bootstrap);
    this.#bootstrap = new ConnectionSlot(runtime, (signal) => this.#openBootstrap(signal));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** By node id; without those that are known as coordinators only. */
  list(): BrokerEndpoint[] {
    const listed = [...this.#nodes.values()].filter(({ isListed }) => isListed);
    return listed.map(({ endpoint }) => endpoint).sort((a, b) => a.nodeId - b.nodeId);
  }

  has(nodeId: number): boolean {
    return this.#nodes.has(nodeId);
  }

  /** Takes the live brokers of a Metadata answer: others are gone. */
  replace(endpoints: readonly BrokerEndpoint[]): void {
    for (const node of this.#nodes.values()) node.isListed = false;
    for (const endpoint of endpoints) this.learn(endpoint).isListed = true;
    for (const [nodeId, node] of this.#nodes) {
      if (node.isListed || [...node.lanes.values()].some(({ current }) => current !== undefined)) continue;
      this.#nodes.delete(nodeId);
      for (const slot of node.lanes.values()) slot.close(gone(`broker ${String(nodeId)} left the cluster`));
    }
    this.#moveBootstrapConnection();
  }

  /** Takes where one broker is, as a coordinator or leader hint says. */
  learn(endpoint: BrokerEndpoint): { isListed: boolean } {
    const known = this.#nodes.get(endpoint.nodeId);
    if (known === undefined) {
      const node: Node = { endpoint, lanes: new Map(), served: undefined, isListed: false };
      this.#nodes.set(endpoint.nodeId, node);
      return node;
    }
    known.endpoint = endpoint.rack === null ? { ...endpoint, rack: known.endpoint.rack } : endpoint;
    return known;
  }

  /** Forgets all nodes and ends their connections, so that the bootstrap addresses are asked next. */
  forgetAll(): void {
    const reason = gone('the cluster is looked for again, beginning with the bootstrap addresses');
    this.#bootstrap.current?.close(reason);
    for (const node of this.#nodes.values()) for (const slot of node.lanes.values()) slot.close(reason);
    this.#nodes.clear();
  }

  /** The open connection, or undefined when one has to be made. */
  openConnection(nodeId: number, lane: Lane): Connection | undefined {
    return this.#nodes.get(nodeId)?.lanes.get(lane)?.current;
  }

  async connection(nodeId: number, lane: Lane, signal?: AbortSignal): Promise<Connection> {
    if (this.#isClosed) throw new ClosedError();
    const node = this.#nodes.get(nodeId);
    if (node === undefined) {
      throw new KafkaError('MILLRACE_CLIENT_CONNECT', `broker ${String(nodeId)} is not known to be alive`, {
        retriable: true,
        details: { nodeId },
      });
    }
    return this.#slot(node, lane).get(signal);
  }

  /** A connection to whichever broker can be reached: an open one, another known one, then the bootstrap addresses. */
  async anyConnection(signal?: AbortSignal, exceptNodeId?: number): Promise<Connection> {
    throwIfAborted('connecting', signal);
    if (this.#isClosed) throw new ClosedError();
    const nodes = [...this.#nodes.values()].filter(({ endpoint }) => endpoint.nodeId !== exceptNodeId);
    let best: Connection | undefined;
    for (const node of nodes) {
      const open = node.lanes.get('control')?.current;
      if (open !== undefined && open.waitingCount < (best?.waitingCount ?? Infinity)) best = open;
    }
    best ??= this.#bootstrap.current;
    if (best !== undefined) return best;
    const found = await firstOf(this.#runtime, {
      candidates: this.#inOrderOfHope(nodes),
      // Who comes too late stays open, for this broker is likely to be asked something soon.
      attempt: (node) => this.#slot(node, 'control').get(signal),
      discard: () => undefined,
      isFinal: (error) => this.#isClosed || signal?.aborted === true || !isAboutReaching(error),
    });
    if (found.isFound) return found.result;
    return this.#bootstrap.get(signal);
  }

  /** What the node serves; connects when that is not known. */
  async served(nodeId: number, signal?: AbortSignal): Promise<Served> {
    const known = this.#nodes.get(nodeId)?.served;
    return known ?? (await this.connection(nodeId, 'control', signal)).served;
  }

  /** Ends this lane's connections at all nodes; waiting requests fail as when the connection is lost. */
  closeLane(lane: Lane): void {
    for (const { lanes } of this.#nodes.values()) {
      lanes.get(lane)?.close(gone('this connection is not needed any more'));
      lanes.delete(lane);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#bootstrap.close();
    for (const node of this.#nodes.values()) for (const slot of node.lanes.values()) slot.close();
  }

  /** Those that failed just now come last; among the others chance decides, so that clients spread. */
  #inOrderOfHope(nodes: readonly Node[]): Node[] {
    const start = nodes.length === 0 ? 0 : this.#runtime.random.nextInt(nodes.length);
    const turned = [...nodes.slice(start), ...nodes.slice(0, start)].filter(({ isListed }) => isListed);
    const isFailing = (node: Node): boolean => node.lanes.get('control')?.isBackingOff === true;
    return turned.filter((node) => !isFailing(node));
  }

  #slot(node: Node, lane: Lane): ConnectionSlot {
    let slot = node.lanes.get(lane);
    if (slot === undefined) {
      const { nodeId } = node.endpoint;
      slot = new ConnectionSlot(
        this.#runtime,
        async (signal) => {
          const connection = await this.#open(node.endpoint, nodeId, signal);
          node.served = connection.served;
          return connection;
        },
        () => this.#onNodeLost(nodeId),
      );
      node.lanes.set(lane, slot);
    }
    return slot;
  }

  /** The connection that fetched the first metadata goes on as that broker's. */
  #moveBootstrapConnection(): void {
    const connection = this.#bootstrap.current;
    if (connection === undefined) return;
    const { host, port } = connection.address;
    for (const node of this.#nodes.values()) {
      if (node.endpoint.host !== host || node.endpoint.port !== port) continue;
      node.served = connection.served;
      if (this.#slot(node, 'control').adopt(connection)) this.#bootstrap.release();
      return;
    }
  }

  async #openBootstrap(signal: AbortSignal): Promise<Connection> {
    const addresses = this.#staticAddresses ?? (await this.#askForAddresses());
    const found = await firstOf(this.#runtime, {
      candidates: addresses,
      attempt: (address, attemptSignal) => this.#open(address, -1, attemptSignal),
      discard: (connection) => connection.close(),
      signal,
    });
    if (found.isFound) return found.result;
    const { failures } = found;
    if (failures.length === 1) throw failures[0];
    const names = addresses.map(formatAddress).join(', ');
    const failure = new AggregateError(failures, `none of ${String(failures.length)} brokers could be used`);
    const first = KafkaError.is(failures[0]) ? failures[0] : undefined;
    throw new KafkaError(
      'MILLRACE_CLIENT_CONNECT',
      `cannot connect to any of ${names}: ${first?.message ?? 'see the cause'}`,
      { retriable: failures.some((each) => KafkaError.is(each) && each.retriable), cause: failure },
    );
  }

  async #askForAddresses(): Promise<Address[]> {
    const { bootstrap } = this.#options;
    if (typeof bootstrap !== 'function') return [];
    try {
      return parseAddresses(await bootstrap());
    } catch (cause) {
      if (KafkaError.is(cause)) throw cause;
      const message = 'the function given as `brokers` failed, so there is no broker to connect to';
      throw new KafkaError('MILLRACE_CLIENT_CONNECT', message, { retriable: true, cause });
    }
  }

  #open(address: Address, nodeId: number, signal: AbortSignal): Promise<Connection> {
    const { bootstrap: _, ...options } = this.#options;
    return Connection.open(
      this.#runtime,
      { ...options, nodeId, address: { host: address.host, port: address.port } },
      signal,
    );
  }
}

/** The connection ended, the client goes on: whoever waited may ask again. */
function gone(why: string): KafkaError {
  return new KafkaError('MILLRACE_CLIENT_CONNECTION_LOST', why, { retriable: true });
}

/** A broker that cannot be reached may be passed over for another; a refusal by all of them alike may not. */
function isAboutReaching(error: unknown): boolean {
  return KafkaError.is(error) && error.retriable;
}

function parseAddresses(brokers: readonly string[]): Address[] {
  const addresses = brokers.map(parseAddress);
  if (addresses.length === 0) {
    throw new KafkaError('MILLRACE_CLIENT_INVALID_OPTION', 'brokers is empty: name at least one as host:port');
  }
  return addresses;
}
