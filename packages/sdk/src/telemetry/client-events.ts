/**
 * What the client tells of itself on `node:diagnostics_channel`: names and numbers, never payloads or secrets.
 *
 * Invariants: an event object is made only when somebody listens, so that unused events cost one comparison.
 *   Always write `if (events.request.hasSubscribers) events.request.publish({ … })`.
 */
import { channel, type Channel } from 'node:diagnostics_channel';

interface Where {
  readonly clientId: string;
  /** −1 for a bootstrap address whose node is not known yet. */
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface ConnectEvent extends Where {
  readonly durationMs: number;
  /** Absent when the connection is ready for use. */
  readonly errorCode?: string;
}

export interface DisconnectEvent extends Where {
  readonly reason: string;
  /** Requests that waited for an answer. */
  readonly lostRequests: number;
}

export interface RequestEvent extends Where {
  readonly api: string;
  readonly version: number;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly errorCode?: string;
}

export interface MetadataEvent {
  readonly clientId: string;
  readonly clusterId: string | undefined;
  readonly brokerCount: number;
  readonly topicCount: number;
  readonly changedTopicCount: number;
  readonly durationMs: number;
  readonly errorCode?: string;
}

export interface ProduceBatchEvent {
  readonly clientId: string;
  readonly topic: string;
  readonly partition: number;
  readonly nodeId: number;
  readonly recordCount: number;
  /** As sent. */
  readonly bytes: number;
  readonly attempt: number;
  /** From the first record's arrival to the end. */
  readonly durationMs: number;
  /** −1 when not acknowledged. */
  readonly baseOffset: number;
  readonly errorCode?: string;
}

export interface FetchEvent {
  readonly clientId: string;
  readonly groupId: string | undefined;
  readonly nodeId: number;
  readonly partitionCount: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly errorCode?: string;
}

export interface RebalanceEvent {
  readonly clientId: string;
  readonly groupId: string;
  readonly memberId: string;
  /** Generation (classic) or member epoch. */
  readonly generation: number;
  readonly reason: string;
  readonly revokedCount: number;
  readonly assignedCount: number;
  readonly durationMs: number;
}

export interface CommitEvent {
  readonly clientId: string;
  readonly groupId: string;
  readonly partitionCount: number;
  readonly durationMs: number;
  readonly errorCode?: string;
}

export interface ProcessEvent {
  readonly clientId: string;
  readonly groupId: string | undefined;
  readonly topic: string;
  readonly partition: number;
  readonly recordCount: number;
  readonly durationMs: number;
  readonly errorCode?: string;
}

/** The event loop, a handler or a fetch did not come back for longer than it should. */
export interface StallEvent {
  readonly clientId: string;
  readonly groupId: string | undefined;
  readonly what: string;
  readonly stalledMs: number;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
}

/** A position was set by policy instead of by the application. */
export interface PositionResetEvent {
  readonly clientId: string;
  readonly groupId: string | undefined;
  readonly topic: string;
  readonly partition: number;
  readonly reason: string;
  /** −1 when there was none. */
  readonly from: number;
  readonly to: number;
  readonly skippedOffsets: number;
}

/** A record could not be decoded. */
export interface UndecodableEvent {
  readonly clientId: string;
  readonly groupId: string | undefined;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** `stop`, `skip` or `dead-letter`. */
  readonly action: string;
}

/** One kind of event: the channel of that name for the whole process, and listeners of this client alone. */
export class EventChannel<Event> {
  readonly name: string;
  readonly #channel: Channel;
  readonly #listeners: ((event: Event) => void)[] = [];

  constructor(name: string) {
    this.name = name;
    this.#channel = channel(name);
  }

  get hasSubscribers(): boolean {
    return this.#channel.hasSubscribers || this.#listeners.length > 0;
  }

  publish(event: Event): void {
    this.#channel.publish(event);
    for (const listener of this.#listeners) listener(event);
  }

  /** Listens to this client only. Returns what ends it. */
  subscribe(listener: (event: Event) => void): () => void {
    this.#listeners.push(listener);
    return () => {
      const index = this.#listeners.indexOf(listener);
      if (index >= 0) this.#listeners.splice(index, 1);
    };
  }
}

export interface ClientEvents {
  readonly connect: EventChannel<ConnectEvent>;
  readonly disconnect: EventChannel<DisconnectEvent>;
  readonly request: EventChannel<RequestEvent>;
  readonly metadata: EventChannel<MetadataEvent>;
  readonly produceBatch: EventChannel<ProduceBatchEvent>;
  readonly fetch: EventChannel<FetchEvent>;
  readonly rebalance: EventChannel<RebalanceEvent>;
  readonly commit: EventChannel<CommitEvent>;
  readonly process: EventChannel<ProcessEvent>;
  readonly stall: EventChannel<StallEvent>;
  readonly positionReset: EventChannel<PositionResetEvent>;
  readonly undecodable: EventChannel<UndecodableEvent>;
}

export function createClientEvents(): ClientEvents {
  return {
    connect: new EventChannel('millrace.client.connect'),
    disconnect: new EventChannel('millrace.client.disconnect'),
    request: new EventChannel('millrace.client.request'),
    metadata: new EventChannel('millrace.client.metadata'),
    produceBatch: new EventChannel('millrace.client.produce_batch'),
    fetch: new EventChannel('millrace.client.fetch'),
    rebalance: new EventChannel('millrace.client.rebalance'),
    commit: new EventChannel('millrace.client.commit'),
    process: new EventChannel('millrace.client.process'),
    stall: new EventChannel('millrace.client.stall'),
    positionReset: new EventChannel('millrace.client.position_reset'),
    undecodable: new EventChannel('millrace.client.undecodable'),
  };
}
