/**
 * Brokers for a test, inside its process: on free ports of the loopback, in memory unless `dataDir` is given.
 *
 * Owns: the brokers, and what they share: metadata, logs, faults, time.
 * Invariants: what a broker held is there when it is started again, or when another one leads the partition.
 * Bounds: NODES_MAX brokers.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock, systemTimers, type Clock, type Timers } from '@millrace/base';
import { BrokerNeighbours, type Broker, type BrokerOptions } from '@millrace/broker';
import { createMemoryMetaStore, type ClusterSnapshot, type MetaStore, type TopicMetadata } from '@millrace/metadata';
import type { ProbeTopicOptions } from './log-probe.ts';
import { Faults, type FaultSwitches } from './test-broker/faults.ts';
import { ClusterLogs } from './test-broker/cluster-logs.ts';
import type {
  ReadRecordsOptions,
  StopOptions,
  TestBroker,
  TestBrokerOptions,
  WaitForGroupOptions,
  WaitOptions,
} from './test-broker/test-broker.ts';
import { TestClock } from './test-broker/test-clock.ts';
import { TestNode } from './test-broker/test-node.ts';
import type { RecordToWrite, TestRecord } from './test-broker/test-record.ts';
import { ClusterProbe, type CommittedOffset, type TestGroup } from './test-broker/cluster-probe.ts';
import { waitUntil } from './wait-until.ts';

/** Settings that make a broker quick in tests; what Kafka waits for in production, tests need not. */
const TEST_CONFIG = { 'group.initial.rebalance.delay.ms': '0' };
const FIRST_NODE_ID = 1;
const NODES_MAX = 100;
const MOVE_MS_MAX = 10_000;

/**
 * Starts a broker for a test, or several that are one cluster. Use `await using`, or `close`.
 *
 * @throws {TypeError} for options that do not go together, and what `createBroker` throws
 */
export async function startBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const cluster = new TestCluster(options);
  try {
    await cluster.startAll();
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return cluster;
}

class TestCluster implements TestBroker {
  readonly faults: FaultSwitches;
  readonly #options: TestBrokerOptions;
  readonly #clock: Clock;
  readonly #faults: Faults;
  readonly #nodes: TestNode[] = [];
  readonly #logs: ClusterLogs | undefined;
  readonly #metaStore: MetaStore | undefined;
  readonly #wire = new ClusterProbe(() => this.#ports());
  readonly #fatalListeners: ((error: Error) => void)[] = [];
  #fatal: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: TestBrokerOptions) {
    checkOptions(options);
    this.#options = options;
    const { dataDir, timers: givenTimers, brokers = 1 } = options;
    this.#clock = clockOf(options);
    const timers: Timers = this.#clock instanceof TestClock ? this.#clock : (givenTimers ?? systemTimers);
    this.#faults = new Faults(timers);
    this.faults = this.#faults;
    this.#logs = dataDir === undefined ? new ClusterLogs() : undefined;
    this.#metaStore =
      options.metaStore ?? (dataDir === undefined ? createMemoryMetaStore(randomOf(options)) : undefined);
    const neighbours = brokers > 1 ? new BrokerNeighbours() : undefined;
    for (let index = 0; index < brokers; index++) {
      const node = this.#nodeOptions(index, neighbours);
      this.#nodes.push(new TestNode(node, timers, (error) => this.#fail(error)));
    }
  }

  get brokers(): readonly string[] {
    return this.#nodes.map(({ known: { address } }) => `${address.host}:${address.port}`);
  }

  get bootstrapServers(): string {
    return this.brokers.join(',');
  }

  get nodeIds(): readonly number[] {
    return this.#nodes.map(({ known }) => known.nodeId);
  }

  get address(): Broker['address'] {
    return this.#first.known.address;
  }

  get port(): number {
    return this.#first.known.port;
  }

  get listeners(): Broker['listeners'] {
    return this.#first.known.listeners;
  }

  get nodeId(): number {
    return this.#first.known.nodeId;
  }

  get clusterId(): string {
    return this.#first.known.clusterId;
  }

  onFatal(listener: (error: Error) => void): void {
    this.#fatalListeners.push(listener);
    if (this.#fatal !== undefined) listener(this.#fatal);
  }

  async startAll(): Promise<void> {
    const [first, ...others] = this.#nodes;
    // The first one alone: its settings make what all share.
    await first?.start();
    await Promise.all(others.map((node) => node.start()));
    for (const [name, topic] of Object.entries(this.#options.topics ?? {})) {
      await this.createTopic(name, typeof topic === 'number' ? { partitions: topic } : topic);
    }
  }

  now(): number {
    return this.#clock.nowMs();
  }

  advance(ms: number): Promise<void> {
    if (this.#clock instanceof TestClock) return this.#clock.advance(ms);
    throw new TypeError(
      `this broker's time cannot be moved: start it with { clock: 'virtual' } or { clock: 'movable' }`,
    );
  }

  createTopic(name: string, options: ProbeTopicOptions = {}): Promise<void> {
    return this.#wire.createTopic(name, options);
  }

  deleteTopic(name: string): Promise<void> {
    return this.#wire.deleteTopic(name);
  }

  produce(topic: string, records: readonly RecordToWrite[]): Promise<number[]> {
    return this.#wire.produce(topic, records, this.now());
  }

  records(topic: string, options: ReadRecordsOptions = {}): Promise<TestRecord[]> {
    return this.#wire.records(topic, options);
  }

  async waitForRecords(
    topic: string,
    count: number,
    { timeoutMs, ...options }: ReadRecordsOptions & WaitOptions = {},
  ): Promise<TestRecord[]> {
    let records: TestRecord[] = [];
    const read = async (): Promise<boolean> => {
      records = await this.records(topic, options);
      return records.length >= count;
    };
    await waitUntil(() => `${count} records in ${topic}, which has ${records.length}`, read, timeoutMs);
    return records;
  }

  async waitForGroup(
    groupId: string,
    { state = 'Stable', members, timeoutMs }: WaitForGroupOptions = {},
  ): Promise<TestGroup> {
    let group: TestGroup | undefined;
    const describe = async (): Promise<boolean> => {
      group = await this.#wire.describeGroup(groupId);
      return group.state === state && (members === undefined || group.members.length === members);
    };
    const wanted = `group ${groupId} to be ${state}${members === undefined ? '' : ` with ${members} members`}`;
    await waitUntil(() => `${wanted}, which is ${group?.state} with ${group?.members.length}`, describe, timeoutMs);
    if (group === undefined) throw new Error(`nobody described group ${groupId}`);
    return group;
  }

  committedOffsets(groupId: string): Promise<CommittedOffset[]> {
    return this.#wire.committedOffsets(groupId);
  }

  async leaderOf(topic: string, partition = 0): Promise<number> {
    const leader = (await this.#wire.leaders(topic))[partition];
    if (leader === undefined) throw new Error(`there is no partition ${partition} of a topic "${topic}"`);
    return leader.nodeId;
  }

  async moveLeader(topicName: string, partition: number, toNodeId: number): Promise<void> {
    if (!this.#nodeOf(toNodeId).isRunning) throw new Error(`broker ${toNodeId} is stopped: it cannot lead anything`);
    const topic = this.#snapshot().topicsByName.get(topicName);
    const ownership = topic?.partitions[partition];
    if (topic === undefined || ownership === undefined) {
      throw new Error(`there is no partition ${partition} of a topic "${topicName}"`);
    }
    if (ownership.owner === toNodeId) return;
    await this.#acquire(topic, partition, toNodeId);
  }

  async stop(nodeId = this.nodeId, { kill = false, moveLeaders = true }: StopOptions = {}): Promise<void> {
    const node = this.#nodeOf(nodeId);
    if (!node.isRunning) return;
    if (kill) this.#faults.kill(nodeId);
    else if (moveLeaders) await this.#moveAllFrom(nodeId);
    await node.stop();
    if (kill && moveLeaders) await this.#moveAllFrom(nodeId);
  }

  async start(nodeId = this.nodeId): Promise<void> {
    this.#faults.revive(nodeId);
    await this.#nodeOf(nodeId).start();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#faults.clear();
    const stopped = await Promise.allSettled(this.#nodes.map((node) => node.stop()));
    await this.#logs?.close();
    for (const outcome of stopped) if (outcome.status === 'rejected') throw outcome.reason;
  }

  get #first(): TestNode {
    const [first] = this.#nodes;
    if (first === undefined) throw new Error('there is no broker');
    return first;
  }

  #nodeOf(nodeId: number): TestNode {
    const node = this.#nodes.find(({ known }) => known.nodeId === nodeId);
    if (node === undefined) throw new Error(`there is no broker ${nodeId}; there are ${this.nodeIds.join(', ')}`);
    return node;
  }

  #ports(): ReadonlyMap<number, number> {
    const running = this.#nodes.filter(({ isRunning }) => isRunning);
    return new Map(running.map(({ known: { nodeId, port } }) => [nodeId, port]));
  }

  #nodeOptions(index: number, neighbours: BrokerNeighbours | undefined): BrokerOptions {
    const { brokers = 1, clock: _clock, topics: _topics, metaStore: _metaStore, advertise, ...options } = this.#options;
    const advertised = advertise?.[index];
    const { port, metrics, nodeId, ...common } = options;
    const logs = this.#logs;
    const id = nodeId ?? (brokers > 1 ? FIRST_NODE_ID : undefined);
    return {
      ...common,
      config: {
        ...TEST_CONFIG,
        ...options.config,
        ...(advertised === undefined ? {} : { 'advertised.listeners': `PLAINTEXT://${advertised}` }),
      },
      ...(id === undefined ? {} : { nodeId: id + index }),
      // One port, and one page of metrics, cannot be shared.
      ...(index > 0 || port === undefined ? {} : { port }),
      ...(index > 0 || metrics === undefined ? {} : { metrics }),
      ...(this.#metaStore === undefined ? {} : { metaStore: this.#metaStore }),
      ...(logs === undefined ? {} : { engine: (createDefault) => logs.viewFor(createDefault) }),
      ...(neighbours === undefined ? {} : { neighbours }),
      clock: this.#clock,
      interceptor: this.#faults.interceptorOf((id ?? FIRST_NODE_ID) + index),
    };
  }

  async #moveAllFrom(nodeId: number): Promise<void> {
    const others = [...this.#ports().keys()].filter((other) => other !== nodeId);
    if (others.length === 0) return;
    const moves: Promise<void>[] = [];
    for (const topic of this.#snapshot().topicsByName.values()) {
      for (const { partition, owner } of topic.partitions) {
        const successor = others[moves.length % others.length];
        if (owner === nodeId && successor !== undefined) moves.push(this.#acquire(topic, partition, successor));
      }
    }
    await Promise.all(moves);
  }

  async #acquire({ topicId, name }: TopicMetadata, partition: number, toNodeId: number): Promise<void> {
    const current = this.#snapshot().topicsById.get(topicId)?.partitions[partition];
    if (current === undefined || this.#metaStore === undefined) return;
    const { leaderEpoch } = await this.#metaStore.acquirePartition(topicId, partition, toNodeId, current.leaderEpoch);
    const deadlineMs = systemClock.monotonicMs() + MOVE_MS_MAX;
    while (!this.#logs?.isServed({ topicId, partition }, leaderEpoch)) {
      if (systemClock.monotonicMs() > deadlineMs) {
        throw new Error(`broker ${toNodeId} does not serve ${name}-${partition} within ${MOVE_MS_MAX} ms`);
      }
      await nextTurn();
    }
    // What is open is served from the next turn on.
    await nextTurn();
  }

  #snapshot(): ClusterSnapshot {
    if (this.#metaStore === undefined || this.#logs === undefined) {
      throw new TypeError('leaders move between brokers that share their memory: start them without dataDir');
    }
    return this.#metaStore.snapshot();
  }

  #fail(error: Error): void {
    if (this.#fatal !== undefined) return;
    this.#fatal = error;
    for (const listener of this.#fatalListeners) listener(error);
  }
}

function checkOptions({ brokers = 1, dataDir, clock, config }: TestBrokerOptions): void {
  if (!(Number.isSafeInteger(brokers) && brokers >= 1 && brokers <= NODES_MAX)) {
    throw new TypeError(`brokers is the number of brokers, 1 … ${NODES_MAX}, not ${brokers}`);
  }
  if (brokers > 1 && dataDir !== undefined) {
    throw new TypeError('several brokers of a test share their memory: leave dataDir out, or start one broker');
  }
  if (brokers > 1 && config?.['listeners'] !== undefined) {
    throw new TypeError('several brokers cannot have the same listeners: leave them out, each gets a free port');
  }
  const isVirtual = clock === 'virtual' || (clock instanceof TestClock && clock.kind === 'virtual');
  if (isVirtual && dataDir !== undefined) {
    throw new TypeError("a disk takes real time: use { clock: 'movable' } with dataDir");
  }
}

function clockOf({ clock = systemClock }: TestBrokerOptions): Clock {
  return typeof clock === 'string' ? new TestClock({ kind: clock }) : clock;
}

function randomOf({ random }: TestBrokerOptions): { readonly random?: NonNullable<TestBrokerOptions['random']> } {
  return random === undefined ? {} : { random };
}
