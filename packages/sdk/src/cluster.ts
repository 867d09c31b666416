/**
 * The brokers of a cluster as one client sees them: bootstrap addresses, then what Metadata says.
 *
 * Owns: one connection per broker, opened on demand.
 * Not here: what to ask (see ./admin.ts).
 */
import { ZERO_UUID } from '@millrace/base';
import {
  createMetadataRequest,
  metadataRequest,
  metadataResponse,
  type MetadataResponse,
} from '@millrace/protocol/messages/03-metadata';
import { ClientError } from './client-error.ts';
import { Connection, type Api } from './connection.ts';

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
  readonly #bootstrap: readonly { readonly host: string; readonly port: number }[];
  #anyBroker: Connection | undefined;
  #controller: Connection | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#bootstrap = options.brokers.map(parseAddress);
    if (this.#bootstrap.length === 0) {
      throw new ClientError('MILLRACE_CLIENT_INVALID_OPTION', 'brokers is empty: name at least one as host:port');
    }
  }

  /** Asks any broker. */
  async send<Request, Response>(api: Api<Request, Response>, request: Request): Promise<Response> {
    return (await this.#any()).send(api, request);
  }

  /** Asks the controller, as clients do for what changes the cluster. */
  async sendToController<Request, Response>(api: Api<Request, Response>, request: Request): Promise<Response> {
    if (this.#controller?.isOpen !== true) {
      const { controllerId, brokers } = await this.fetchMetadata([]);
      const controller = brokers.find((broker) => broker.nodeId === controllerId) ?? brokers[0];
      this.#controller =
        controller === undefined
          ? await this.#any()
          : await this.#open({ host: controller.host, port: controller.port });
    }
    return this.#controller.send(api, request);
  }

  /** Metadata of the named topics; null = all. Creates none. */
  async fetchMetadata(topicNames: readonly string[] | null): Promise<MetadataResponse> {
    const topics = topicNames?.map((name) => ({ topicId: ZERO_UUID, name })) ?? null;
    return this.send(METADATA, createMetadataRequest({ topics, allowAutoTopicCreation: false }));
  }

  close(): void {
    this.#anyBroker?.close();
    this.#controller?.close();
  }

  async #any(): Promise<Connection> {
    if (this.#anyBroker?.isOpen === true) return this.#anyBroker;
    const failures: unknown[] = [];
    for (const address of this.#bootstrap) {
      try {
        this.#anyBroker = await this.#open(address);
        return this.#anyBroker;
      } catch (error) {
        failures.push(error);
      }
    }
    throw failures.length === 1
      ? failures[0]
      : new AggregateError(failures, `cannot connect to any of ${this.#options.brokers.join(', ')}`);
  }

  #open({ host, port }: { readonly host: string; readonly port: number }): Promise<Connection> {
    return Connection.open({
      host,
      port,
      clientId: this.#options.clientId ?? 'millrace',
      connectTimeoutMs: this.#options.connectTimeoutMs ?? 5_000,
      requestTimeoutMs: this.#options.requestTimeoutMs ?? 30_000,
    });
  }
}

/** Splits `host:port` or `[v6 address]:port`. */
export function parseAddress(text: string): { readonly host: string; readonly port: number } {
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
