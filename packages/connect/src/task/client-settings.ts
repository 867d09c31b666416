/**
 * Kafka's client properties, as workers and connectors have them, as options of our SDK.
 *
 * Invariants: a property that has no meaning here is named in `ignored`, so that it can be told of; one that would weaken security when
 *   ignored (a key store in Java's own format, an unknown mechanism) is refused with MILLRACE_CONNECT_INVALID_CONFIG.
 */
import { readFileSync } from 'node:fs';
import { messageOf } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';
import type {
  AdminOptions,
  Auth,
  BuiltInAssignor,
  Compression,
  ConsumerOptions,
  KafkaOptions,
  ProducerOptions,
  TlsOptions,
} from '@millrace/sdk';
import { TaskError } from './task-error.ts';

export type ClientRole = 'producer' | 'consumer' | 'admin';

/**
 * Properties of one client of a connector: the worker's own connection settings, over them the worker's for the role (`producer.…`), over
 * them the connector's (`producer.override.…`).
 */
export function clientProperties(
  role: ClientRole,
  workerConfig: ConfigProperties,
  connectorConfig: ConfigProperties,
): ConfigProperties {
  const connection = Object.fromEntries(
    Object.entries(workerConfig).filter(([key]) =>
      CONNECTION_KEYS.some((known) => key === known || isBelow(key, known)),
    ),
  );
  return {
    ...connection,
    ...withPrefix(workerConfig, `${role}.`),
    ...withPrefix(connectorConfig, `${role}.override.`),
  };
}

/** Settings that begin with the prefix, without it. */
export function withPrefix(properties: ConfigProperties, prefix: string): ConfigProperties {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

/** Whatever begins so belongs to the connection. */
const CONNECTION_KEYS = [
  'bootstrap.servers',
  'client.id',
  'security.protocol',
  'sasl.',
  'ssl.',
  'request.timeout.ms',
  'metadata.max.age.ms',
  'socket.connection.setup.timeout.ms',
];

function isBelow(key: string, known: string): boolean {
  return known.endsWith('.') && key.startsWith(known);
}

/** Reads properties one by one and knows which nobody asked for. */
class PropertyReader {
  readonly #properties: ConfigProperties;
  readonly #asked = new Set<string>();

  constructor(properties: ConfigProperties) {
    this.#properties = properties;
  }

  /** As it is, empty or not. */
  given(key: string): string | undefined {
    this.#asked.add(key);
    return this.#properties[key];
  }

  text(key: string): string | undefined {
    const value = this.given(key);
    return value === undefined || value === '' ? undefined : value;
  }

  number(key: string): number | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    throw invalid(key, text, 'a number');
  }

  boolean(key: string): boolean | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    if (text === 'true' || text === 'false') return text === 'true';
    throw invalid(key, text, 'true or false');
  }

  oneOf<V>(key: string, values: Readonly<Record<string, V>>): V | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const name = Object.keys(values).find((each) => each.toLowerCase() === text.toLowerCase());
    if (name === undefined) throw invalid(key, text, `one of ${Object.keys(values).join(', ')}`);
    return values[name];
  }

  /** Names of properties that were not asked for. */
  ignored(): readonly string[] {
    return Object.keys(this.#properties).filter((key) => !this.#asked.has(key));
  }
}

export interface ClientOptions<Options> {
  readonly kafka: KafkaOptions;
  readonly options: Options;
  /** Names of properties that have no meaning here. */
  readonly ignored: readonly string[];
}

/** Throws MILLRACE_CONNECT_INVALID_CONFIG. */
export function producerClient(properties: ConfigProperties): ClientOptions<ProducerOptions> {
  const reader = new PropertyReader(properties);
  const kafka = kafkaOptions(reader);
  const options = defined<ProducerOptions>({
    acks: reader.oneOf('acks', { all: 'all', '-1': 'all', 1: 1, 0: 0 } as const),
    idempotent: reader.boolean('enable.idempotence'),
    // As Kafka Connect has it: what a source gave is not given up because brokers are away for long.
    deliveryTimeoutMs: reader.number('delivery.timeout.ms') ?? 2_147_483_647,
    lingerMs: reader.number('linger.ms'),
    batchBytes: reader.number('batch.size'),
    requestBytes: reader.number('max.request.size'),
    maxBufferedBytes: reader.number('buffer.memory'),
    topicTimeoutMs: reader.number('max.block.ms'),
    requestTimeoutMs: reader.number('request.timeout.ms'),
    transactionTimeoutMs: reader.number('transaction.timeout.ms'),
    compression: compressionOf(reader),
  });
  return { kafka, options, ignored: reader.ignored() };
}

/** Throws MILLRACE_CONNECT_INVALID_CONFIG. */
export function consumerClient(
  properties: ConfigProperties,
): ClientOptions<Omit<ConsumerOptions, 'topics'>> & { readonly maxPollRecords: number | undefined } {
  const reader = new PropertyReader(properties);
  const kafka = kafkaOptions(reader);
  const sessionTimeoutMs = reader.number('session.timeout.ms');
  const heartbeatIntervalMs = reader.number('heartbeat.interval.ms');
  // With KIP-848 both are the broker's. Whoever sets them wants the broker to go by them, which it does in the classic protocol alone.
  const isClassic = sessionTimeoutMs !== undefined || heartbeatIntervalMs !== undefined;
  const options = defined<Omit<ConsumerOptions, 'topics'>>({
    group: reader.text('group.id'),
    from: reader.oneOf('auto.offset.reset', { earliest: 'earliest', latest: 'latest', none: 'fail' } as const),
    isolation: reader.oneOf('isolation.level', {
      read_committed: 'committed',
      read_uncommitted: 'uncommitted',
    } as const),
    protocol:
      reader.oneOf('group.protocol', { classic: 'classic', consumer: 'consumer' } as const) ??
      (isClassic ? 'classic' : undefined),
    instanceId: reader.text('group.instance.id'),
    rack: reader.text('client.rack'),
    serverAssignor: reader.text('group.remote.assignor'),
    assignors: assignorsOf(reader),
    sessionTimeoutMs,
    heartbeatIntervalMs,
    rebalanceTimeoutMs: reader.number('max.poll.interval.ms'),
    fetchBytes: reader.number('fetch.max.bytes'),
    fetchBytesPerPartition: reader.number('max.partition.fetch.bytes'),
    minBytes: reader.number('fetch.min.bytes'),
    maxWaitMs: reader.number('fetch.max.wait.ms'),
    checkCrc: reader.boolean('check.crcs'),
  });
  return { kafka, options, maxPollRecords: reader.number('max.poll.records'), ignored: reader.ignored() };
}

/** Throws MILLRACE_CONNECT_INVALID_CONFIG. */
export function adminClient(properties: ConfigProperties): ClientOptions<AdminOptions> {
  const reader = new PropertyReader(properties);
  const kafka = kafkaOptions(reader);
  const options = defined<AdminOptions>({ timeoutMs: reader.number('default.api.timeout.ms') });
  return { kafka, options, ignored: reader.ignored() };
}

/** With certificates and keys as settings and files have them. */
export interface StoredTls extends TlsOptions {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly pfx?: Buffer;
}

/** `ssl.…` as options of TLS; none of them: what Node has. Throws MILLRACE_CONNECT_INVALID_CONFIG. */
export function tlsProperties(properties: ConfigProperties): StoredTls {
  const options = tlsOptions(new PropertyReader(properties));
  return options === true ? {} : options;
}

function kafkaOptions(reader: PropertyReader): KafkaOptions {
  const servers = (reader.text('bootstrap.servers') ?? '').split(',').flatMap((each) => each.trim() || []);
  if (servers.length === 0) {
    throw new TaskError('MILLRACE_CONNECT_INVALID_CONFIG', 'set bootstrap.servers to host:port of at least one broker');
  }
  const security = reader.oneOf('security.protocol', {
    PLAINTEXT: { isTls: false, isSasl: false },
    SSL: { isTls: true, isSasl: false },
    SASL_PLAINTEXT: { isTls: false, isSasl: true },
    SASL_SSL: { isTls: true, isSasl: true },
  });
  return defined<KafkaOptions>({
    brokers: servers,
    clientId: reader.text('client.id'),
    tls: security?.isTls === true ? tlsOptions(reader) : undefined,
    auth: security?.isSasl === true ? authOf(reader) : undefined,
    connectTimeoutMs: reader.number('socket.connection.setup.timeout.ms'),
    requestTimeoutMs: reader.number('request.timeout.ms'),
    metadataMaxAgeMs: reader.number('metadata.max.age.ms'),
  });
}

function tlsOptions(reader: PropertyReader): StoredTls | true {
  const { isPem: isPemTrust } = storeKind(reader, 'ssl.truststore');
  const { isPem: isPemKey } = storeKind(reader, 'ssl.keystore');
  const trustFile = reader.text('ssl.truststore.location');
  const keyFile = reader.text('ssl.keystore.location');
  if (trustFile !== undefined && !isPemTrust) {
    throw invalid('ssl.truststore.type', reader.text('ssl.truststore.type') ?? 'JKS', 'PEM: export the authorities');
  }
  const keyPem = keyFile !== undefined && isPemKey ? fileOf('ssl.keystore.location', keyFile) : undefined;
  const passphrase = reader.text('ssl.key.password') ?? reader.text('ssl.keystore.password');
  // An empty text turns it off, too: so Kafka has it.
  const isHostChecked = !['', 'none'].includes(reader.given('ssl.endpoint.identification.algorithm') ?? 'https');
  const options = defined<StoredTls>({
    ca:
      reader.text('ssl.truststore.certificates') ??
      (trustFile === undefined ? undefined : fileOf('ssl.truststore.location', trustFile)),
    cert: reader.text('ssl.keystore.certificate.chain') ?? keyPem,
    key: reader.text('ssl.keystore.key') ?? keyPem,
    pfx: keyFile !== undefined && !isPemKey ? fileOf('ssl.keystore.location', keyFile) : undefined,
    passphrase,
    checkServerIdentity: isHostChecked ? undefined : () => undefined,
  });
  return Object.keys(options).length === 0 ? true : options;
}

function fileOf(key: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new TaskError(
      'MILLRACE_CONNECT_INVALID_CONFIG',
      `${key} is "${path}", which cannot be read (${messageOf(cause)}): name a file that the worker may read`,
      { details: { key }, cause },
    );
  }
}

function storeKind(reader: PropertyReader, prefix: string): { readonly isPem: boolean } {
  const location = reader.text(`${prefix}.location`) ?? '';
  const type = (
    reader.text(`${prefix}.type`) ?? (/\.(pem|crt|cer|key)$/i.test(location) ? 'PEM' : 'JKS')
  ).toUpperCase();
  if (location !== '' && type === 'JKS') {
    throw invalid(`${prefix}.type`, type, 'PEM, or PKCS12 for a key store: Java key stores are read by Java alone');
  }
  return { isPem: type === 'PEM' };
}

function authOf(reader: PropertyReader): Auth {
  const mechanism = (reader.text('sasl.mechanism') ?? '').toUpperCase();
  const jaas = reader.text('sasl.jaas.config') ?? '';
  const name = { PLAIN: 'plain', 'SCRAM-SHA-256': 'scram-sha-256', 'SCRAM-SHA-512': 'scram-sha-512' } as const;
  if (!Object.hasOwn(name, mechanism)) {
    throw invalid('sasl.mechanism', mechanism, `one of ${Object.keys(name).join(', ')}`);
  }
  const username = jaasOption(jaas, 'username');
  const password = jaasOption(jaas, 'password');
  if (username === undefined || password === undefined) {
    throw new TaskError(
      'MILLRACE_CONNECT_INVALID_CONFIG',
      'sasl.jaas.config has to name username="…" and password="…", as in Kafka’s login modules',
    );
  }
  return { mechanism: name[mechanism as keyof typeof name], username, password };
}

function jaasOption(jaas: string, option: string): string | undefined {
  const found = new RegExp(
    `\\b${option}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|'((?:[^'\\\\]|\\\\.)*)'|([^\\s;"']+))`,
  ).exec(jaas);
  return (found?.[1] ?? found?.[2])?.replaceAll(/\\(.)/g, '$1') ?? found?.[3];
}

function compressionOf(reader: PropertyReader): Compression | undefined {
  const codecs = { none: 'none', gzip: 'gzip', snappy: 'snappy', lz4: 'lz4', zstd: 'zstd' } as const;
  const codec = reader.oneOf('compression.type', codecs);
  const level = codec === undefined ? undefined : reader.number(`compression.${codec}.level`);
  return codec === undefined || level === undefined ? codec : { codec, level };
}

/** Java's class names of assignors. */
const ASSIGNORS: Readonly<Record<string, BuiltInAssignor>> = {
  RangeAssignor: 'range',
  RoundRobinAssignor: 'roundrobin',
  StickyAssignor: 'sticky',
  CooperativeStickyAssignor: 'cooperative-sticky',
};

function assignorsOf(reader: PropertyReader): readonly BuiltInAssignor[] | undefined {
  const text = reader.text('partition.assignment.strategy');
  return text?.split(',').map((each) => {
    const known = ASSIGNORS[each.trim().split('.').at(-1) ?? ''];
    if (known === undefined) {
      throw invalid('partition.assignment.strategy', each, `of ${Object.keys(ASSIGNORS).join(', ')}`);
    }
    return known;
  });
}

/** Without those that are undefined: options of the SDK are absent or have a value. */
function defined<Options>(options: { readonly [Name in keyof Options]: Options[Name] | undefined }): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}

function invalid(key: string, value: string, allowed: string): TaskError {
  return new TaskError('MILLRACE_CONNECT_INVALID_CONFIG', `${key} is "${value}": use ${allowed}`, {
    details: { key },
  });
}
