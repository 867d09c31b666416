/**
 * The entrance: one `kafka()` for one cluster. What is made from it shares metadata and connections.
 */
import { Admin, type AdminOptions } from './admin/admin.ts';
import { Cluster, type ClusterOptions } from './cluster/cluster.ts';
import type { BrokerEndpoint } from './cluster/topic-metadata.ts';
import type { ConsumerOptions, RawTopic } from './consumer/consumer-options.ts';
import { Consumer } from './consumer/consumer.ts';
import { checkNodeVersion } from './node-version.ts';
import {
  invalidOption,
  checkOptions,
  anything,
  boolean,
  either,
  func,
  instance,
  milliseconds,
  oneOf,
  required,
  secret,
  text,
  type OptionCheck,
} from './options/check-options.ts';
import { arrayOf, options as nested } from './options/check-options.ts';
import type { ProducerOptions } from './producer/options.ts';
import { Producer } from './producer/producer.ts';
import { systemRuntime, type RuntimeParts } from './runtime.ts';
import type { AnyTopic } from './topic/topic.ts';

export interface KafkaOptions extends ClusterOptions {
  /** Closes this client, and all that was made from it, when aborted. */
  readonly signal?: AbortSignal;
}

/** Node takes more kinds of keys than text and bytes; what can be none of them is found here, the rest when it connects. */
const pem: OptionCheck = (value) =>
  typeof value === 'string' || (typeof value === 'object' && value !== null) ? undefined : 'PEM as text or bytes';

const TLS_OPTIONS = {
  ca: pem,
  cert: pem,
  key: pem,
  passphrase: secret(text),
  pfx: pem,
  servername: text,
  rejectUnauthorized: boolean,
  minVersion: text,
  ciphers: text,
  checkServerIdentity: func,
};

const TELEMETRY_OPTIONS = {
  api: required(isTelemetryApi),
  traces: boolean,
  metrics: boolean,
  conventions: oneOf('1.45', '1.27'),
};

const KAFKA_OPTIONS = {
  brokers: required(either(arrayOf(text, 'an array of host:port'), func)),
  clientId: text,
  tls: either(boolean, nested('tls', TLS_OPTIONS)),
  auth: anything,
  telemetry: nested('kafka().telemetry', TELEMETRY_OPTIONS),
  connectTimeoutMs: milliseconds({ min: 1 }),
  requestTimeoutMs: milliseconds({ min: 1 }),
  metadataMaxAgeMs: milliseconds({ min: 1 }),
  signal: instance(AbortSignal),
};

/**
 * Names a cluster. Nothing is connected until something is asked; a wrong option (MILLRACE_CLIENT_INVALID_OPTION), and a Node that is
 * too old (MILLRACE_CLIENT_UNSUPPORTED_NODE), are refused at once.
 *
 * @param parts @internal time and chance, for who tests the client itself
 */
export function kafka(options: KafkaOptions, parts: RuntimeParts = {}): Kafka {
  checkNodeVersion(process.versions.node);
  checkOptions('kafka()', options, KAFKA_OPTIONS);
  if (Array.isArray(options.brokers) && options.brokers.length === 0) {
    throw invalidOption('kafka()', 'brokers', options.brokers, 'at least one host:port');
  }
  return new Kafka(options, parts);
}

/** One cluster. Producers, consumers and admins made from it share its metadata and connections; each closes alone. */
export class Kafka implements AsyncDisposable {
  readonly #cluster: Cluster;
  readonly #parts = new Set<{ close(): Promise<void> }>();
  readonly #signal: AbortSignal | undefined;
  /** Nobody waits for this end: what it could not deliver was told by the promises of the records. */
  readonly #onAbort = (): void => void this.close().catch(() => undefined);

  /** @internal Use `kafka()`. */
  constructor(options: KafkaOptions, parts: RuntimeParts) {
    const { signal, ...clusterOptions } = options;
    this.#cluster = new Cluster(clusterOptions, { ...systemRuntime(), ...parts });
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (signal?.aborted === true) this.#onAbort();
  }

  /** Live brokers by node id, as of the newest metadata; empty before anything was asked. */
  brokers(): readonly BrokerEndpoint[] {
    return this.#cluster.brokers();
  }

  /** Undefined before anything was asked. */
  clusterId(): string | undefined {
    return this.#cluster.clusterId();
  }

  /** Looks after topics, settings, groups, offsets and transactions. */
  admin(options: AdminOptions = {}): Admin {
    const admin = new Admin(this.#cluster, options, () => this.#parts.delete(admin));
    this.#parts.add(admin);
    return admin;
  }

  /**
   * Reads topics, alone or in a group. Nothing is sent before it is iterated, run, or asked for what the group has committed. Throws
   * `MILLRACE_CLIENT_INVALID_OPTION`.
   */
  consumer<T extends AnyTopic = RawTopic>(options: ConsumerOptions<T>): Consumer<T> {
    const consumer = new Consumer<T>(this.#cluster, options, () => this.#parts.delete(consumer));
    this.#parts.add(consumer);
    return consumer;
  }

  /** Sends records. One producer serves all topics and any number of callers. Throws `MILLRACE_CLIENT_INVALID_OPTION`. */
  producer(options: ProducerOptions = {}): Producer {
    const producer = new Producer(this.#cluster, options, () => this.#parts.delete(producer));
    this.#parts.add(producer);
    return producer;
  }

  /**
   * Closes all that was made from it, each as its own `close` does, then the connections. Rejects with the first failure, after all of
   * it.
   */
  async close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    const failures: unknown[] = [];
    for (const outcome of await Promise.allSettled([...this.#parts].map((part) => part.close()))) {
      if (outcome.status === 'rejected') failures.push(outcome.reason);
    }
    await this.#cluster.close();
    if (failures.length > 0) throw failures[0];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function isTelemetryApi(value: unknown): string | undefined {
  const { trace, metrics, propagation, context } = (value ?? {}) as { [part: string]: unknown };
  const isApi = [trace, metrics, propagation, context].every((part) => typeof part === 'object' && part !== null);
  return isApi ? undefined : 'the module @opentelemetry/api';
}
