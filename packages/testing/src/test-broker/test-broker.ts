/** A broker for tests as its users see it; several of them are one cluster. */
import type { Broker, BrokerOptions } from '@millrace/broker';
import type { Clock } from '@millrace/base';
import type { ProbeTopicOptions } from '../log-probe.ts';
import type { FaultSwitches } from './faults.ts';
import type { TestClock, TestClockKind } from './test-clock.ts';
import type { RecordToWrite, TestRecord } from './test-record.ts';
import type { CommittedOffset, TestGroup } from './cluster-probe.ts';

export interface TestBrokerOptions extends Omit<BrokerOptions, 'clock' | 'engine' | 'interceptor' | 'neighbours'> {
  /** How many, in this process, with node ids from `nodeId` (default 1) on. They keep everything in memory. Default 1. */
  readonly brokers?: number;
  /** `host:port` that clients are told for each broker, where a proxy stands before it. Default: where it listens. */
  readonly advertise?: readonly string[];
  /** Topics to begin with, by name: the number of partitions, or that and settings. */
  readonly topics?: Readonly<Record<string, number | ProbeTopicOptions>>;
  /**
   * `virtual`: the broker's time stands still until `advance`. `movable`: it passes as usual, and `advance` moves it on. Default: the
   * system's.
   */
  readonly clock?: TestClockKind | TestClock | Clock;
}

export interface ReadRecordsOptions {
  /** Default: all. */
  readonly partition?: number;
  /** Also records of transactions that are open or were aborted. Default false. */
  readonly includeUncommitted?: boolean;
}

export interface WaitOptions {
  /** In real milliseconds; default 10 000. */
  readonly timeoutMs?: number;
}

export interface WaitForGroupOptions extends WaitOptions {
  /** Default `Stable`. */
  readonly state?: string;
  /** Default: any number. */
  readonly members?: number;
}

export interface StopOptions {
  /** Ends connections without the answers that are due, as a crash does. Default false. */
  readonly kill?: boolean;
  /** Whether the other brokers take over its partitions, when there are others. Default true. */
  readonly moveLeaders?: boolean;
}

export interface TestBroker extends Broker {
  /** `host:port` of every broker, as clients take them. */
  readonly brokers: readonly string[];
  /** The same in one string, separated by commas. */
  readonly bootstrapServers: string;
  /** Of every broker, in order. */
  readonly nodeIds: readonly number[];
  readonly faults: FaultSwitches;

  /** The broker's time, in milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Moves the broker's time on and runs what falls due on the way: retention, sessions, transactions, fetches that wait. Needs a `clock`
   * that can be moved.
   */
  advance(ms: number): Promise<void>;

  createTopic(name: string, options?: ProbeTopicOptions): Promise<void>;
  deleteTopic(name: string): Promise<void>;
  /** Writes records, one batch for each partition; resolves with their offsets. */
  produce(topic: string, records: readonly RecordToWrite[]): Promise<number[]>;
  /** What is in the topic now, by partition and offset. */
  records(topic: string, options?: ReadRecordsOptions): Promise<TestRecord[]>;
  /** Resolves with the topic's records when there are `count` or more. */
  waitForRecords(topic: string, count: number, options?: ReadRecordsOptions & WaitOptions): Promise<TestRecord[]>;
  /** Resolves when the consumer group is as it should be. */
  waitForGroup(groupId: string, options?: WaitForGroupOptions): Promise<TestGroup>;
  /** What a group has committed, by topic and partition. */
  committedOffsets(groupId: string): Promise<CommittedOffset[]>;

  /** Node id of the partition's leader. */
  leaderOf(topic: string, partition?: number): Promise<number>;
  /** Makes another broker the partition's leader, with all records and a higher leader epoch; resolves when it serves. */
  moveLeader(topic: string, partition: number, toNodeId: number): Promise<void>;
  /** Stops one broker (default: the first). What it held is kept. */
  stop(nodeId?: number, options?: StopOptions): Promise<void>;
  /** Starts a broker that was stopped, on the port that it had. */
  start(nodeId?: number): Promise<void>;
}
