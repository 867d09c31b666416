import { COMPRESSION_CODECS, type CompressionCodec } from '@millrace/compression';
import type { KafkaError } from '../error.ts';
import {
  boolean,
  bytes,
  checkOptions,
  either,
  func,
  integer,
  invalidOption,
  milliseconds,
  oneOf,
  options as nested,
  required,
  text,
} from '../options/check-options.ts';
import type { Partitioner } from './partitioner.ts';

/** Codec of record batches, or codec with a level of the codec's own scale (gzip 1 to 9, zstd −131,072 to 22). */
export type Compression = CompressionCodec | { readonly codec: CompressionCodec; readonly level?: number };

export interface ProducerOptions {
  /**
   * Which replicas have a record before it counts as delivered: `all` in sync (default), the leader (`1`), or none (`0`: nothing is
   * acknowledged and offsets are −1).
   */
  readonly acks?: 'all' | 1 | 0;
  /** Retries neither double nor reorder records (KIP-98). Default true; false is implied by `acks` other than `all`. */
  readonly idempotent?: boolean;
  /** Makes the producer transactional: records are sent inside `begin()` … `commit()`. One live producer per id; `acks` has to be `all`. */
  readonly transactionalId?: string;
  /**
   * Milliseconds after which the coordinator aborts a transaction that is open: its `commit` then rejects with `needsAbort`, or is
   * fenced by brokers before KIP-890. Default 60,000; a broker allows 15 minutes unless set otherwise.
   */
  readonly transactionTimeoutMs?: number;
  /**
   * Milliseconds that a batch may wait for more records. Default 0: records of one turn of the event loop go together, and while five
   * requests are on their way to a broker the next batches fill up.
   */
  readonly lingerMs?: number;
  /** A batch is sent when it holds so many bytes of records, before compression. Default 131,072. A larger record has its own batch. */
  readonly batchBytes?: number;
  /** A request to a broker holds batches of up to so many bytes together, or one larger one. Default 1,048,576. */
  readonly requestBytes?: number;
  /**
   * Bytes of records that are accepted and not yet delivered. When they are reached `send` waits and `offer` refuses.
   * Default 33,554,432.
   */
  readonly maxBufferedBytes?: number;
  /**
   * Milliseconds from `send` to giving a record up, with all waiting and retries, and for each question to a coordinator. Default
   * 120,000.
   */
  readonly deliveryTimeoutMs?: number;
  /** Milliseconds that one produce request may take. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /** Milliseconds that a topic may stay unknown before records to it fail. Default 10,000. */
  readonly topicTimeoutMs?: number;
  /** Let the broker create unknown topics, where it is set up for that. Default true, as other clients do. */
  readonly allowAutoTopicCreation?: boolean;
  /** Default `none`. */
  readonly compression?: Compression;
  /** Chooses partitions of records that name none. Default: by key as Java does (murmur2), without a key sticky (KIP-480, KIP-794). */
  readonly partitioner?: Partitioner;
  /** Hears of every batch that was delivered or given up: the way to learn of failures of records passed to `offer`. */
  readonly onDelivery?: (delivery: Delivery) => void;
}

/** A batch that was acknowledged. */
export interface BatchAck {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the batch's first record; −1 when the broker did not say (acks 0, or a repetition it knew of). */
  readonly baseOffset: number;
  readonly recordCount: number;
  /** Time that the broker gave the records (`LogAppendTime`), in milliseconds since the Unix epoch; −1 when they kept their own. */
  readonly logAppendTime: number;
  /** How often the batch was sent: 1 when nothing went wrong. */
  readonly attempts: number;
}

/** What became of a batch: `error` is set when its records were given up. */
export interface Delivery extends BatchAck {
  readonly error?: KafkaError;
}

/** Options with every default filled in. */
export interface ProducerSettings {
  /** As on the wire: −1, 1 or 0. */
  readonly acks: -1 | 1 | 0;
  readonly isIdempotent: boolean;
  readonly transactionalId: string | null;
  readonly transactionTimeoutMs: number;
  readonly lingerMs: number;
  readonly batchBytes: number;
  readonly requestBytes: number;
  readonly maxBufferedBytes: number;
  readonly deliveryTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly topicTimeoutMs: number;
  readonly allowAutoTopicCreation: boolean;
  readonly codec: CompressionCodec;
  readonly level: number | undefined;
  readonly partitioner: Partitioner | undefined;
  readonly onDelivery: ((delivery: Delivery) => void) | undefined;
}

const WHERE = 'producer()';
const codecName = oneOf(...COMPRESSION_CODECS);

const SPEC = {
  acks: oneOf('all', 1, 0),
  idempotent: boolean,
  transactionalId: text,
  transactionTimeoutMs: milliseconds({ min: 1 }),
  lingerMs: milliseconds(),
  batchBytes: bytes({ min: 1, max: 512 * 1024 * 1024 }),
  requestBytes: bytes({ min: 1, max: 512 * 1024 * 1024 }),
  maxBufferedBytes: bytes({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  deliveryTimeoutMs: milliseconds({ min: 1 }),
  requestTimeoutMs: milliseconds({ min: 1 }),
  topicTimeoutMs: milliseconds(),
  allowAutoTopicCreation: boolean,
  compression: either(
    codecName,
    nested('compression', { codec: required(codecName), level: integer({ min: -131_072, max: 22 }) }),
  ),
  partitioner: func,
  onDelivery: func,
};

/** Checks options and fills in defaults. Throws `MILLRACE_CLIENT_INVALID_OPTION`. */
export function producerSettings(options: ProducerOptions): ProducerSettings {
  checkOptions(WHERE, options, SPEC);
  const acks = options.acks ?? 'all';
  const isTransactional = options.transactionalId !== undefined;
  if (isTransactional && acks !== 'all') throw invalidOption(WHERE, 'acks', acks, '`all` with `transactionalId`');
  if (options.idempotent === true && acks !== 'all') {
    throw invalidOption(WHERE, 'acks', acks, '`all` with `idempotent: true`');
  }
  if (isTransactional && options.idempotent === false) {
    throw invalidOption(WHERE, 'idempotent', false, 'true, or absent, with `transactionalId`');
  }
  const compression = options.compression ?? 'none';
  const { codec, level } = typeof compression === 'string' ? { codec: compression, level: undefined } : compression;
  return {
    acks: acks === 'all' ? -1 : acks,
    isIdempotent: acks === 'all' && (options.idempotent ?? true),
    transactionalId: options.transactionalId ?? null,
    transactionTimeoutMs: options.transactionTimeoutMs ?? 60_000,
    lingerMs: options.lingerMs ?? 0,
    batchBytes: options.batchBytes ?? 128 * 1024,
    requestBytes: options.requestBytes ?? 1024 * 1024,
    maxBufferedBytes: options.maxBufferedBytes ?? 32 * 1024 * 1024,
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? 120_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
    topicTimeoutMs: options.topicTimeoutMs ?? 10_000,
    allowAutoTopicCreation: options.allowAutoTopicCreation ?? true,
    codec,
    level,
    partitioner: options.partitioner,
    onDelivery: options.onDelivery,
  };
}
