/**
 * The brokers of a cluster as one client sees them: bootstrap addresses, then what Metadata says.
 *
 * Owns: one connection for what any broker can answer and one to the controller, opened on demand and again after they ended.
 * Invariants: callers that come while a connection is being opened share it; nothing is opened after `close`.
 * Not here: what to ask (see ./topic-admin.ts).
 */
import { ZERO_UUID } from '@millrace/base';
import {
  createMetadataRequest,
  metadataRequest,
  metadataResponse,
  type MetadataResponse,
} from '@millrace/protocol/messages/03-metadata';
import { ClientError } from './client-error.ts';
import { Connection, type Api, type RequestFor } from './connection.ts';
import { ConnectionSlot } from './connection-slot.ts';

export interface ClusterOptions {
  /** `host:port` of at least one broker. */
  readonly brokers: readonly string[];
  /** Default `millrace`. */
  readonly clientId?: string;
  /** Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Default 30,000. */
  readonly requestTimeoutMs?: number;
}

const METADATA: Api<Parameters<typeof metadataRequest.size>[0], MetadataResponse> = {
  request: metadataRequest,
  response: metadataResponse,
};

export class Cluster {
  readonly #options: ClusterOptions;
  readonly #bootstrap: readonly Address[];
  readonly #anyBroker = new ConnectionSlot(() => this.#openAny());
  readonly #controller = new ConnectionSlot(() => this.#openController());

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#bootstrap = options.brokers.map(parseAddress);
    if (this.#bootstrap.length === 0) {
      throw new ClientError('MILLRACE_CLIENT_INVALID_OPTION', 'brokers is empty: name at least one as host:port');
    }
  }

  /** Asks any broker. */
  async send<Request extends object, Response>(
    api: Api<Request, Response>,
    request: RequestFor<Request>,
  ): Promise<Response> {
    return (await this.#anyBroker.get()).send(api, request);
  }

  /** Asks the controller, as clients do for what changes the cluster. */
  async sendToController<Request extends object, Response>(
    api: Api<Request, Response>,
    request: RequestFor<Request>,
  ): Promise<Response> {
    return (await this.#controller.get()).send(api, request);
  }

  /** Metadata of the named topics; null = all. Creates none. */
  async fetchMetadata(topicNames: readonly string[] | null): Promise<MetadataResponse> {
    const topics = topicNames?.map((name) => ({ topicId: ZERO_UUID, name })) ?? null;
    return this.send(METADATA, createMetadataRequest({ topics, allowAutoTopicCreation: false }));
  }

  close(): void {
    this.#anyBroker.close();
    this.#controller.close();
  }

  async #openAny(): Promise<Connection> {
    const failures: unknown[] = [];
    for (const address of this.#bootstrap) {
      try {
        return await this.#open(address);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length === 1) throw failures[0];
    throw new AggregateError(failures, `cannot connect to any of ${this.#options.brokers.join(', ')}`);
  }

  async #openController(): Promise<Connection> {
    const { controllerId, brokers } = await this.fetchMetadata([]);
    const controller = brokers.find((broker) => broker.nodeId === controllerId) ?? brokers[0];
    // A cluster that names nobody is asked where it answered.
    if (controller === undefined) return this.#openAny();
    return this.#open({ host: controller.host, port: controller.port });
  }

  #open({ host, port }: Address): Promise<Connection> {
    return Connection.open({
      host,
      port,
      clientId: this.#options.clientId ?? 'millrace',
      connectTimeoutMs: this.#options.connectTimeoutMs ?? 5_000,
      requestTimeoutMs: this.#options.requestTimeoutMs ?? 30_000,
    });
  }
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Splits `host:port` or `[v6 address]:port`. */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || !(port > 0 && port < 65_536)) {
    throw new ClientError(
      'MILLRACE_CLIENT_INVALID_OPTION',
      `"${text}" is no broker address: write host:port, for example 127.0.0.1:9092`,
    );
  }
  return { host, port };
}
