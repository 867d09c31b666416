import {
  anything,
  arrayOf,
  boolean,
  bytes,
  checkOptions,
  either,
  func,
  instance,
  integer,
  invalidOption,
  milliseconds,
  oneOf,
  options as nested,
  required,
  text,
} from '../options/check-options.ts';
import type { MembershipOptions } from '../group/membership.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { AnyTopic, Topic } from '../topic/topic.ts';
import type { KafkaError } from '../error.ts';
import type { PositionReset, ResetPolicy } from './position-resolver.ts';
import type { UndecodablePolicy, UndecodableReport } from './undecodable.ts';

/** A topic of which nothing is declared: keys and values are bytes or null. */
export type RawTopic = Topic<
  string,
  Uint8Array | string | null,
  Uint8Array | null,
  Uint8Array | string | null,
  Uint8Array | null
>;

/** How far a consumer came is committed… */
export type CommitMode =
  /** …as it processes, at most every 200 ms. */
  | 'processed'
  /** …when the application calls `commit()`. */
  | 'manual'
  /** …as it processes, once in so many milliseconds, from 1. */
  | { readonly everyMs: number };

/** Something did not come back for longer than it should. */
export interface StallReport {
  /** `event loop`: timers ran late, and heartbeats with them. `handler`: records in hand are not finished. */
  readonly what: 'event loop' | 'handler';
  readonly stalledMs: number;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
}

type MaybePromise = void | PromiseLike<void>;

export interface ConsumerOptions<T extends AnyTopic = RawTopic> extends Omit<
  MembershipOptions,
  'groupId' | 'topics' | 'metadataMaxAgeMs'
> {
  /** The group that shares the partitions and remembers how far it came. Without one all partitions are read and nothing is committed. */
  readonly group?: string;
  /** Topics to read; names and patterns give bytes. Leave it out to name partitions by `assign`. */
  readonly topics?: readonly (T | string)[] | RegExp;
  /**
   * Where to begin in a partition that has no (valid) position: at its first record, behind its last, at the first record at or
   * behind a time, or `fail` with MILLRACE_CLIENT_NO_POSITION until `seek`. Default `earliest`, which leaves out nothing.
   */
  readonly from?: ResetPolicy;
  /** `committed` (default): records of open and aborted transactions are not seen. */
  readonly isolation?: 'committed' | 'uncommitted';
  /** Default `processed`. */
  readonly commit?: CommitMode;
  /** What becomes of records that their codec refuses. Default `stop`. */
  readonly undecodable?: UndecodablePolicy;
  /** Bytes that are held at most, fetched ahead or being worked on. Default 32 MiB. A batch that is larger comes nevertheless. */
  readonly prefetchBytes?: number;
  /** Bytes that are held of one partition at most. Default 4 MiB, never more than `prefetchBytes`. */
  readonly prefetchPerPartition?: number;
  /**
   * Bytes that one answer of a broker brings at most. Default 2 MiB, never more than `prefetchBytes`: larger answers cost more CPU for each
   * record, and pay only where a round trip to the broker takes tens of milliseconds.
   */
  readonly fetchBytes?: number;
  /** Bytes that one answer brings of one partition at most. Default 1 MiB, never more than `prefetchPerPartition`. */
  readonly fetchBytesPerPartition?: number;
  /** Bytes that a broker waits for before it answers, up to `maxWaitMs`. Default 1: it answers as soon as there is anything. */
  readonly minBytes?: number;
  /** Milliseconds that a broker may wait for `minBytes`. Default 500. */
  readonly maxWaitMs?: number;
  /** Whether batches are compared with their checksums. Default true. */
  readonly checkCrc?: boolean;
  /**
   * Milliseconds that records in hand get to be finished before their partition is given away, and the commit after them as many again.
   * From 0; default 10,000. Keep it well below `rebalanceTimeoutMs`.
   */
  readonly revokeTimeoutMs?: number;
  /** Milliseconds after which records in hand that are not finished are reported. Default 60,000. */
  readonly stallAfterMs?: number;
  /** Closes the consumer when aborted. */
  readonly signal?: AbortSignal;
  /** Awaited before anything is read from these partitions; `seek`, `pause` and `commit` work in it. What it throws ends reading. */
  readonly onAssigned?: (partitions: readonly TopicPartition[]) => MaybePromise;
  /**
   * Awaited before these partitions go to others, and when the consumer is closed, after what was processed is committed; with
   * `commit: 'manual'` this is the place to call `commit`. What it throws ends reading.
   */
  readonly onRevoked?: (partitions: readonly TopicPartition[]) => MaybePromise;
  /** These partitions may be others' already: nothing of them can be committed. Comes instead of `onRevoked`, or while that is awaited. */
  readonly onLost?: (partitions: readonly TopicPartition[]) => void;
  /** A position was set by `from`, or moved because the log was cut. Also an event `millrace.client.position_reset`. */
  readonly onReset?: (reset: PositionReset) => void;
  /** A record could not be decoded, with what was done about it. Also an event `millrace.client.undecodable`. */
  readonly onUndecodable?: (report: UndecodableReport) => void;
  /** Also an event `millrace.client.stall`. */
  readonly onStall?: (report: StallReport) => void;
  /** Something is wrong that may pass, such as a commit that was refused. What does not pass is thrown to whoever reads. */
  readonly onError?: (error: KafkaError) => void;
}

const WHERE = 'consumer()';
const MIB = 1024 * 1024;

const DEAD_LETTER = {
  topic: required(either(text, topicObject)),
  producer: required((value) =>
    typeof (value as { sendRaw?: unknown } | null)?.sendRaw === 'function' ? undefined : 'a producer of this package',
  ),
};

const SPEC = {
  group: text,
  topics: either(instance(RegExp), arrayOf(either(text, topicObject), 'an array of topics or their names')),
  from: either(oneOf('earliest', 'latest', 'fail'), instance(Date)),
  protocol: oneOf('auto', 'classic', 'consumer'),
  instanceId: text,
  rack: text,
  assignors: anything,
  serverAssignor: text,
  sessionTimeoutMs: milliseconds({ min: 1 }),
  heartbeatIntervalMs: milliseconds({ min: 1 }),
  rebalanceTimeoutMs: milliseconds({ min: 1 }),
  allowAutoCreation: boolean,
  isolation: oneOf('committed', 'uncommitted'),
  commit: either(
    oneOf('processed', 'manual'),
    nested(`${WHERE} commit`, { everyMs: required(milliseconds({ min: 1 })) }),
  ),
  undecodable: either(oneOf('stop', 'skip'), nested(`${WHERE} undecodable`, DEAD_LETTER)),
  prefetchBytes: bytes({ min: 1 }),
  prefetchPerPartition: bytes({ min: 1 }),
  fetchBytes: bytes({ min: 1 }),
  fetchBytesPerPartition: bytes({ min: 1 }),
  minBytes: bytes({ min: 0 }),
  maxWaitMs: milliseconds(),
  checkCrc: boolean,
  revokeTimeoutMs: milliseconds(),
  stallAfterMs: milliseconds({ min: 1 }),
  signal: instance(AbortSignal),
  onAssigned: func,
  onRevoked: func,
  onLost: func,
  onReset: func,
  onUndecodable: func,
  onStall: func,
  onError: func,
};

/** Options that mean nothing without a group. */
const OF_GROUPS = [
  'protocol',
  'instanceId',
  'assignors',
  'serverAssignor',
  'sessionTimeoutMs',
  'heartbeatIntervalMs',
  'rebalanceTimeoutMs',
] as const;

/** Options as a consumer uses them. */
export interface ConsumerSettings {
  readonly group: string | undefined;
  readonly from: ResetPolicy;
  readonly isCommittedOnly: boolean;
  /** Undefined: the application commits. */
  readonly commitIntervalMs: number | undefined;
  readonly undecodable: UndecodablePolicy;
  readonly prefetchBytes: number;
  readonly prefetchPerPartition: number;
  readonly fetchBytes: number;
  readonly fetchBytesPerPartition: number;
  readonly minBytes: number;
  readonly maxWaitMs: number;
  readonly checkCrc: boolean;
  readonly revokeTimeoutMs: number;
  readonly stallAfterMs: number;
  readonly rack: string;
}

const PROCESSED_INTERVAL_MS = 200;

/** Throws MILLRACE_CLIENT_INVALID_OPTION. */
export function consumerSettings<T extends AnyTopic>(options: ConsumerOptions<T>): ConsumerSettings {
  checkOptions(WHERE, options, SPEC);
  const { group, topics, from = 'earliest' } = options;
  if (Array.isArray(topics) && topics.length === 0) throw invalidOption(WHERE, 'topics', topics, 'at least one topic');
  if (from instanceof Date && Number.isNaN(from.getTime())) throw invalidOption(WHERE, 'from', from, 'a valid date');
  if (group === undefined) {
    for (const name of OF_GROUPS) {
      if (options[name] !== undefined)
        throw invalidOption(WHERE, name, options[name], 'left out, since there is no `group`');
    }
  }
  const prefetchBytes = options.prefetchBytes ?? 32 * MIB;
  const prefetchPerPartition = Math.min(prefetchBytes, options.prefetchPerPartition ?? 4 * MIB);
  return {
    group,
    from,
    isCommittedOnly: (options.isolation ?? 'committed') === 'committed',
    commitIntervalMs: commitIntervalOf(options.commit ?? 'processed', group),
    undecodable: options.undecodable ?? 'stop',
    prefetchBytes,
    prefetchPerPartition,
    fetchBytes: Math.min(prefetchBytes, options.fetchBytes ?? 2 * MIB),
    fetchBytesPerPartition: Math.min(prefetchPerPartition, options.fetchBytesPerPartition ?? MIB),
    minBytes: options.minBytes ?? 1,
    maxWaitMs: options.maxWaitMs ?? 500,
    checkCrc: options.checkCrc ?? true,
    revokeTimeoutMs: options.revokeTimeoutMs ?? 10_000,
    stallAfterMs: options.stallAfterMs ?? 60_000,
    rack: options.rack ?? '',
  };
}

function commitIntervalOf(mode: CommitMode, group: string | undefined): number | undefined {
  if (group === undefined || mode === 'manual') return undefined;
  return mode === 'processed' ? PROCESSED_INTERVAL_MS : mode.everyMs;
}

const RUN_WHERE = 'consumer.run()';
const RUN_SPEC = {
  order: oneOf('partition', 'key', 'none'),
  concurrency: integer({ min: 1 }),
  retry: nested(`${RUN_WHERE} retry`, {
    retries: integer({ min: 0 }),
    backoffMs: milliseconds(),
    backoffMaxMs: milliseconds(),
    isRetriable: func,
  }),
  deadLetter: nested(`${RUN_WHERE} deadLetter`, DEAD_LETTER),
  timeoutMs: milliseconds({ min: 1 }),
  signal: instance(AbortSignal),
  maxQueued: integer({ min: 1 }),
};

/** Throws MILLRACE_CLIENT_INVALID_OPTION. */
export function checkRun(handler: unknown, options: object): void {
  if (typeof handler !== 'function') throw invalidOption(RUN_WHERE, 'handler', handler, 'a function');
  checkOptions(RUN_WHERE, options, RUN_SPEC);
}

const BATCHES_SPEC = { maxRecords: integer({ min: 1 }), maxBytes: bytes({ min: 1 }), signal: instance(AbortSignal) };

/** Throws MILLRACE_CLIENT_INVALID_OPTION. */
export function checkBatches(options: object): void {
  checkOptions('consumer.batches()', options, BATCHES_SPEC);
}

function topicObject(value: unknown): string | undefined {
  const { name, key, value: codec } = (value ?? {}) as { name?: unknown; key?: unknown; value?: unknown };
  return typeof name === 'string' && typeof key === 'object' && typeof codec === 'object' ? undefined : 'a topic';
}
