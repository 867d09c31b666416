import { noMetrics, SeededRandom, silentLogger, type Logger, type MetricsRegistry } from '@millrace/base';
import {
  createMemoryLogEngine,
  type AppendOutcome,
  type EndMarker,
  type LogConfig,
  type LogEngine,
  type PartitionLog,
} from '@millrace/log';
import {
  createJoinGroupRequest,
  type JoinGroupRequest,
  type JoinGroupResponse,
} from '@millrace/protocol/messages/11-join-group';
import { createOffsetCommitRequest, type OffsetCommitRequest } from '@millrace/protocol/messages/08-offset-commit';
import { createOffsetFetchRequest } from '@millrace/protocol/messages/09-offset-fetch';
import {
  createTxnOffsetCommitRequest,
  type TxnOffsetCommitRequest,
} from '@millrace/protocol/messages/28-txn-offset-commit';
import { ErrorCode } from '@millrace/protocol';
import { createSyncGroupRequest } from '@millrace/protocol/messages/14-sync-group';
import { DEFAULT_GROUP_COORDINATOR_CONFIG, type GroupCoordinatorConfig } from '../src/config.ts';
import { createGroupCoordinator } from '../src/group-coordinator-service.ts';
import type { GroupCoordinator, GroupRequestContext } from '../src/group-coordinator.ts';
import { ORDERS, subscription, TestTopics, TOPIC_ID } from './group-fixture.ts';
import { ManualTime, turns } from './manual-time.ts';

export const OFFSETS_LOG_CONFIG: LogConfig = {
  durability: 'fsync',
  segmentBytes: 104_857_600,
  segmentMs: 604_800_000,
  retentionBytes: -1,
  retentionMs: -1,
  cleanupDelete: false,
  cleanupCompact: true,
  maxMessageBytes: 1_048_588,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 3_600_000,
  fileDeleteDelayMs: 0,
};

/** One append as it was made, for playing it again into another log. */
export interface RecordedAppend {
  readonly append: { readonly batch: Buffer } | { readonly marker: EndMarker };
  readonly baseOffset: number;
}

/** A log that fails when told to, and can hold back the news that something is durable. */
export class FaultyLog {
  readonly log: PartitionLog;
  /** Called with every append that the log took, and with every log start that it was told. */
  onAppended: (recorded: RecordedAppend) => void = () => undefined;
  onStarted: (offset: number) => void = () => undefined;
  /** Error code with which appends are refused; 0 = they are not. */
  refusal = 0;
  /** Error code that `durable` ends with; 0 = as the log says. */
  durableError = 0;
  readError = 0;
  /** The log start stays where it is, as if the process ended just before it moved. */
  neverStarts = false;
  appends = 0;
  starts = 0;
  readonly #held: (() => void)[] = [];
  #isHolding = false;

  constructor(target: PartitionLog) {
    this.log = new Proxy(target, {
      get: (_, name) => {
        if (name === 'append') {
          return (...args: Parameters<PartitionLog['append']>) => {
            const batch = Buffer.from(args[0]);
            return this.#append(() => target.append(...args), { batch });
          };
        }
        if (name === 'appendEndMarker') {
          return (marker: EndMarker) => this.#append(() => target.appendEndMarker(marker), { marker });
        }
        if (name === 'advanceLogStart') {
          this.starts++;
          return (offset: number) => {
            if (this.neverStarts) return new Promise(() => undefined);
            this.onStarted(offset);
            return target.advanceLogStart(offset);
          };
        }
        if (name === 'read' && this.readError !== 0) {
          return () => ({ errorCode: this.readError, slices: [], sizeBytes: 0 });
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
      },
    });
  }

  hold(): void {
    this.#isHolding = true;
  }

  release(): void {
    this.#isHolding = false;
    for (const resolve of this.#held.splice(0)) resolve();
  }

  #append(append: () => AppendOutcome, what: RecordedAppend['append']): AppendOutcome {
    this.appends++;
    if (this.refusal !== 0) return { errorCode: this.refusal, errorMessage: 'told to', recordErrors: [] };
    const outcome = append();
    if (!('durable' in outcome)) return outcome;
    this.onAppended({ append: what, baseOffset: outcome.baseOffset });
    return { ...outcome, durable: this.#durable(outcome.durable) };
  }

  async #durable(durable: Promise<number>): Promise<number> {
    if (this.#isHolding) await new Promise<void>((resolve) => this.#held.push(resolve));
    const errorCode = await durable;
    return this.durableError === 0 ? errorCode : this.durableError;
  }
}

export interface CoordinatorFixtureOptions {
  readonly config?: Partial<GroupCoordinatorConfig>;
  readonly metrics?: MetricsRegistry;
  readonly logger?: Logger;
  readonly snapshotBytesMin?: number;
  readonly snapshotGrowthFactor?: number;
  readonly snapshotSliceRecords?: number;
}

/** A coordinator over one partition of a memory engine. */
export class CoordinatorFixture {
  readonly time = new ManualTime();
  readonly topics = new TestTopics();
  readonly engine: LogEngine;
  readonly options: CoordinatorFixtureOptions;
  coordinator: GroupCoordinator;
  #faulty: FaultyLog | undefined;
  #incarnation = 0;

  constructor(options: CoordinatorFixtureOptions = {}) {
    this.options = options;
    this.engine = createMemoryLogEngine({ clock: this.time, timers: this.time, logger: silentLogger });
    this.topics.add(ORDERS, TOPIC_ID);
    this.coordinator = this.#create();
  }

  static async start(options: CoordinatorFixtureOptions = {}): Promise<CoordinatorFixture> {
    const fixture = new CoordinatorFixture(options);
    await fixture.openLog();
    await fixture.load();
    return fixture;
  }

  get faulty(): FaultyLog {
    if (this.#faulty === undefined) throw new Error('the log is not open');
    return this.#faulty;
  }

  async openLog(): Promise<void> {
    const id = { topicId: 'AAAAAAAAAAAAAAAAAAAAbw', partition: 0 };
    this.#faulty = new FaultyLog(
      await this.engine.openPartition(id, { config: OFFSETS_LOG_CONFIG, leaderEpoch: this.#incarnation++ }),
    );
  }

  async load(): Promise<void> {
    const loaded = this.coordinator.load(0, this.faulty.log);
    await this.during(loaded);
  }

  /** Lets time and turns go on until the promise is settled; at most a minute of them. */
  async during<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = promise.finally(() => (isSettled = true));
    settled.catch(() => undefined);
    for (let turn = 0; turn < 6_000 && !isSettled; turn++) await this.time.advance(10);
    return settled;
  }

  /** A crash: the old coordinator is never heard of again, a new one reads the log. */
  async crash(changes: CoordinatorFixtureOptions = {}, beforeLoad: () => void = () => undefined): Promise<void> {
    this.coordinator.unload(0);
    this.coordinator = this.#create(changes);
    await this.openLog();
    beforeLoad();
    await this.load();
  }

  async join(fields: Partial<JoinGroupRequest> = {}, version = 3): Promise<JoinGroupResponse> {
    return this.coordinator.joinGroup(
      context(version),
      createJoinGroupRequest({
        groupId: 'g',
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 60_000,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: subscription([ORDERS]) }],
        ...fields,
      }),
    );
  }

  /** A group with one member, through its first rebalance. */
  async stableGroup(groupId = 'g'): Promise<JoinGroupResponse> {
    const joined = await this.during(this.join({ groupId }));
    const { memberId, generationId } = joined;
    const assignments = [{ memberId, assignment: Buffer.from('mine') }];
    const synced = await this.during(
      this.coordinator.syncGroup(context(3), createSyncGroupRequest({ groupId, memberId, generationId, assignments })),
    );
    if (synced.errorCode !== 0) throw new Error(`SyncGroup got ${synced.errorCode}`);
    return joined;
  }

  /** Commits and gives the error code. */
  async commit(offset: number, fields: Partial<OffsetCommitRequest> = {}, partitionIndex = 0): Promise<number> {
    const partitions = [
      { partitionIndex, committedOffset: BigInt(offset), committedLeaderEpoch: -1, committedMetadata: '' },
    ];
    const response = await this.coordinator.commitOffsets(
      context(8),
      createOffsetCommitRequest({ groupId: 'g', topics: [{ name: ORDERS, topicId: TOPIC_ID, partitions }], ...fields }),
    );
    return response.topics[0]?.partitions[0]?.errorCode ?? -100;
  }

  /** A TxnOffsetCommit of one partition; gives the error code. */
  async commitTransactional(
    producerId: number,
    offset: number,
    fields: Partial<TxnOffsetCommitRequest> = {},
    partitionIndexes: readonly number[] = [0],
  ): Promise<number> {
    const partitions = partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: -1,
      committedMetadata: '',
    }));
    const response = await this.coordinator.commitTransactionalOffsets(
      context(3),
      createTxnOffsetCommitRequest({
        groupId: 'g',
        transactionalId: `of ${producerId}`,
        producerId: BigInt(producerId),
        topics: [{ name: ORDERS, topicId: TOPIC_ID, partitions }],
        ...fields,
      }),
    );
    const codes = response.topics.flatMap((topic) => topic.partitions.map(({ errorCode }) => errorCode));
    return codes.find((code) => code !== 0) ?? 0;
  }

  /** Ends the producer's transaction; gives the error code when that is durable. */
  endTransaction(producerId: number, outcome: 'commit' | 'abort', producerEpoch = 0, partition = 0): Promise<number> {
    const appended = this.coordinator.appendEndMarker(partition, marker(producerId, outcome, producerEpoch));
    return 'durable' in appended ? appended.durable : Promise.resolve(appended.errorCode);
  }

  /** Committed offsets by partition, or the group's error code. */
  async fetch(groupId = 'g', requireStable = false): Promise<Record<number, number> | number> {
    const groups = [{ groupId, memberId: null, memberEpoch: -1, topics: null }];
    const request = createOffsetFetchRequest({ groups, requireStable });
    const [group] = (await this.coordinator.fetchOffsets(context(9), request)).groups;
    if (group === undefined || group.errorCode !== 0) return group?.errorCode ?? -100;
    const partitions = group.topics.flatMap((topic) => topic.partitions);
    return Object.fromEntries(
      partitions.map(({ partitionIndex, committedOffset, errorCode }) => [
        partitionIndex,
        errorCode === ErrorCode.UNSTABLE_OFFSET_COMMIT ? UNSTABLE : Number(committedOffset),
      ]),
    );
  }

  #create(changes: CoordinatorFixtureOptions = {}): GroupCoordinator {
    const { config, metrics = noMetrics, logger = silentLogger, ...sizes } = { ...this.options, ...changes };
    return createGroupCoordinator({
      config: {
        ...DEFAULT_GROUP_COORDINATOR_CONFIG,
        offsetsTopicNumPartitions: 1,
        groupInitialRebalanceDelayMs: 0,
        ...config,
      },
      clock: this.time,
      timers: this.time,
      random: new SeededRandom(this.#incarnation + 1),
      logger,
      metrics,
      topics: this.topics,
      ...sizes,
    });
  }
}

/** In place of an offset that an open transaction may change. */
export const UNSTABLE = -88;

export function marker(producerId: number, outcome: 'commit' | 'abort', producerEpoch = 0): EndMarker {
  return { producerId, producerEpoch, coordinatorEpoch: 0, outcome, transactionVersion: 0 };
}

export function context(apiVersion: number): GroupRequestContext {
  return { apiVersion, clientId: 'client', clientHost: '/127.0.0.1' };
}

export { turns };
