/**
 * One seed of the SDK under faults: streams of records from 20 concurrent senders, a group of two consumers with slow handlers, a reader on
 * its own; and brokers that are killed, links that are cut in a frame, delayed or silent, leaders that move, clocks that jump.
 *
 * Owns: the clients of the round, its topic and group, its history in memory.
 * Invariants: the same seed breaks the same things in the same order. In the end nothing that was acknowledged is missing or there twice,
 *   every stream is in order, and the group has processed and committed everything.
 * Bounds: PEACE_MS_MAX from the last fault to the last record processed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@millrace/base';
import { allOrThrow, kafka, oneOrThrow, str, topic, type Consumer, type Kafka } from '@millrace/sdk';
import { checkHistory, type HistoryEvent, type HistoryReport, type SaidEvent } from '@millrace/testing';
import type { FaultCluster } from './fault-cluster.ts';

const PARTITIONS = 4;
const STREAMS = 20;
const SLOW_HANDLER_MS_MAX = 8;
const SESSION_MS = 6_000;
const REQUEST_MS = 1_500;
const PEACE_MS_MAX = 45_000;
/** Far more than peace may take, also when the machine stands still for something else. */
const DELIVERY_MS = 10 * PEACE_MS_MAX;
const POLL_MS = 10;
const STEP_MS_MAX = 200;
/** Less than the hour by which a broker lets timestamps be ahead of it. */
const CLOCK_JUMP_MS = 1_800_000;

export const FAULT_KINDS = ['cut', 'tear', 'delay', 'silence', 'kill', 'move leader', 'clock jump'] as const;
export type SdkFault = (typeof FAULT_KINDS)[number];

export interface SdkRoundOptions {
  readonly seed: number;
  readonly cluster: FaultCluster;
  /** Faults, one after the other. Default 8. */
  readonly faults?: number;
}

export interface SdkRoundOutcome {
  readonly seed: number;
  readonly report: HistoryReport;
  readonly faults: readonly SdkFault[];
  readonly sent: number;
  readonly acknowledged: number;
  readonly handled: number;
  readonly ms: number;
  /** What is wrong that a history does not show. */
  readonly problems: readonly string[];
}

type Records = ReturnType<typeof recordsTopic>;

function recordsTopic(seed: number) {
  return topic(`sdk-faults-${seed}`, { key: str, value: str });
}

export async function runSdkRound(options: SdkRoundOptions): Promise<SdkRoundOutcome> {
  const round = new SdkRound(options);
  try {
    return await round.run();
  } finally {
    await round.close();
  }
}

class SdkRound {
  readonly #cluster: FaultCluster;
  readonly #seed: number;
  readonly #random: SeededRandom;
  readonly #faultCount: number;
  readonly #topic: Records;
  readonly #history: HistoryEvent[] = [];
  readonly #clients: Kafka[] = [];
  readonly #handled = new Map<string, number>();
  /** By record, as read in the end. */
  readonly #placeOf = new Map<string, { readonly partition: number; readonly offset: number }>();
  readonly #readAlongWith = new Set<string>();
  /** What happened to the group, for those who look into a failure. */
  readonly #trace: string[] = [];
  readonly #acknowledged = new Set<string>();
  readonly #problems: string[] = [];
  #sent = 0;

  constructor({ seed, cluster, faults = 8 }: SdkRoundOptions) {
    this.#seed = seed;
    this.#cluster = cluster;
    this.#random = new SeededRandom(seed);
    this.#faultCount = faults;
    this.#topic = recordsTopic(seed);
  }

  async run(): Promise<SdkRoundOutcome> {
    const startedMs = performance.now();
    await this.#createTopic();
    const ending = new AbortController();
    const producer = this.#client('producer').producer({ deliveryTimeoutMs: DELIVERY_MS });
    const members = ['a', 'b'].map((name) => this.#startMember(name));
    const alone = this.#readAlone();
    const streams = Array.from({ length: STREAMS }, (_, stream) =>
      this.#sendStream(
        stream,
        (key, value) => producer.send(this.#topic, { key, value, partition: stream % PARTITIONS }),
        ending.signal,
      ),
    );
    const faults = await this.#breakThings();
    ending.abort();
    this.#heal();
    await within('every send settles', Promise.all(streams));
    await producer.close();
    await this.#readInTheEnd();
    await this.#awaitGroup(members.map(({ consumer }) => consumer));
    const unread = (): string[] => [...this.#acknowledged].filter((record) => !this.#readAlongWith.has(record));
    const whatReader = (): string => {
      const some = unread().slice(0, 5).join(', ');
      return `the reader to read everything: it lacks ${unread().length}, such as ${some}\n${String(alone.consumer.explain())}\n`;
    };
    await come(whatReader, () => unread().length === 0);
    for (const { consumer, done } of [...members, alone]) {
      await consumer.close();
      await done;
    }
    return {
      seed: this.#seed,
      report: checkHistory(this.#history),
      faults,
      sent: this.#sent,
      acknowledged: this.#acknowledged.size,
      handled: this.#handled.size,
      ms: performance.now() - startedMs,
      problems: this.#problems,
    };
  }

  async close(): Promise<void> {
    this.#heal();
    await Promise.allSettled(this.#clients.map((client) => client.close()));
  }

  async #createTopic(): Promise<void> {
    const admin = this.#client('admin').admin();
    oneOrThrow(await admin.createTopics([{ name: this.#topic.name, partitions: PARTITIONS }]));
  }

  #client(name: string): Kafka {
    const brokers = this.#cluster.bootstrap;
    const options = { brokers, clientId: name, requestTimeoutMs: REQUEST_MS, connectTimeoutMs: REQUEST_MS };
    const client = kafka(options, { clock: this.#cluster.clock });
    this.#clients.push(client);
    return client;
  }

  /** One record after the other, without waiting for those before. */
  async #sendStream(
    stream: number,
    send: (key: string, value: string) => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<void> {
    const pauses = new SeededRandom(this.#seed * 1_000 + stream);
    const partition = stream % PARTITIONS;
    const sends: Promise<void>[] = [];
    for (let sequence = 0; !signal.aborted; sequence++) {
      const record = `s${stream}:${sequence}`;
      this.#say({ type: 'send', topic: this.#topic.name, partition, records: [record] });
      this.#sent++;
      sends.push(
        send(`s${stream}`, record).then(
          () => {
            this.#acknowledged.add(record);
            this.#say({ type: 'acknowledged', topic: this.#topic.name, partition, records: [record] });
          },
          (error: unknown) => void this.#problems.push(`${record} was given up: ${String(error)}`),
        ),
      );
      await sleep(pauses.nextInt(12));
    }
    await Promise.all(sends);
  }

  #startMember(name: string): { readonly consumer: Consumer<Records>; readonly done: Promise<void> } {
    const slow = new SeededRandom(this.#seed + name.charCodeAt(0));
    const consumer = this.#client(`member-${name}`).consumer({
      group: `sdk-faults-${this.#seed}`,
      topics: [this.#topic],
      sessionTimeoutMs: SESSION_MS,
      heartbeatIntervalMs: 300,
      maxWaitMs: 100,
      onAssigned: (partitions) => this.#note(name, 'assigned', partitions),
      onRevoked: (partitions) => this.#note(name, 'revoked', partitions),
      onLost: (partitions) => this.#note(name, 'lost', partitions),
      onReset: (reset) => this.#note(name, 'reset', [reset]),
      onError: (error) => void this.#trace.push(`${name} was told: ${error.message}`),
    });
    // What one member is given of a stream never goes back, unless its partition was taken away in between.
    const last = new Map<string, number>();
    const done = consumer
      .run(
        async ({ key, value, offset }) => {
          const before = last.get(key);
          if (before !== undefined && offset < before && !this.#handled.has(value)) {
            this.#problems.push(`member ${name} was given ${value} for the first time behind offset ${before}`);
          }
          last.set(key, offset);
          await sleep(slow.nextInt(SLOW_HANDLER_MS_MAX));
          this.#handled.set(value, (this.#handled.get(value) ?? 0) + 1);
        },
        { order: 'key', concurrency: 32 },
      )
      .catch((error: unknown) => void this.#problems.push(`member ${name} ended: ${String(error)}`));
    return { consumer, done };
  }

  #note(name: string, what: string, partitions: readonly object[]): void {
    this.#trace.push(`${name} ${what} ${JSON.stringify(partitions)} after ${this.#handled.size} records`);
  }

  /** Reads along, and goes on where it was whatever happens. */
  #readAlone(): { readonly consumer: Consumer<Records>; readonly done: Promise<void> } {
    const consumer = this.#client('alone').consumer({ topics: [this.#topic], maxWaitMs: 100 });
    const done = this.#record('alone', consumer).catch(
      (error: unknown) => void this.#problems.push(`the reader ended: ${String(error)}`),
    );
    return { consumer, done };
  }

  async #record(
    name: string,
    consumer: Consumer<Records>,
    isComplete?: (positions: readonly number[]) => boolean,
  ): Promise<void> {
    const positions = new Array<number>(PARTITIONS).fill(0);
    for await (const batch of consumer.batches()) {
      const records = [...batch].map(({ offset, value }): [number, string] => [offset, value]);
      const { topic: topicName, partition } = batch;
      this.#say({ type: 'poll', topic: topicName, partition, consumer: name, isolation: 'read_committed', records });
      positions[partition] = (records.at(-1)?.[0] ?? -1) + 1;
      for (const [offset, value] of records) {
        if (isComplete !== undefined) this.#placeOf.set(value, { partition, offset });
        else this.#readAlongWith.add(value);
      }
      batch.done();
      if (isComplete?.(positions) === true) return;
    }
  }

  /** Everything there is, over links that are whole again. */
  async #readInTheEnd(): Promise<void> {
    const client = this.#client('judge');
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    const { name } = this.#topic;
    const ends = allOrThrow(
      await client.admin().listOffsets(partitions.map((partition) => ({ topic: name, partition, at: 'latest' }))),
    ).map(({ offset = 0 }) => offset);
    const consumer = client.consumer({ topics: [this.#topic], maxWaitMs: 50 });
    const isComplete = (positions: readonly number[]): boolean =>
      positions.every((position, partition) => position >= (ends[partition] ?? 0));
    await within('everything is read', this.#record('judge', consumer, isComplete));
    await consumer.close();
    for (const [partition, endOffset] of ends.entries()) {
      this.#say({ type: 'complete', topic: name, partition, consumer: 'judge', endOffset });
    }
  }

  async #awaitGroup(consumers: readonly Consumer<Records>[]): Promise<void> {
    const what = (): string => {
      const missing = this.#missing();
      const places = missing.map((record) => {
        const { partition = -1, offset = -1 } = this.#placeOf.get(record) ?? {};
        return `${partition}@${offset}`;
      });
      const reasons = consumers.map((consumer) => String(consumer.explain())).join('\n');
      return `the group to process everything: it lacks ${missing.length}, such as ${missing.slice(0, 5).join(', ')}, at ${places.slice(0, 50).join(' ')}\n${reasons}\n${this.#trace.join('\n')}\n`;
    };
    await come(what, () => this.#missing().length === 0);
  }

  #missing(): string[] {
    return [...this.#acknowledged].filter((record) => !this.#handled.has(record));
  }

  async #breakThings(): Promise<SdkFault[]> {
    const kinds = FAULT_KINDS.filter((kind) => this.#cluster.brokers !== undefined || !isOfBrokers(kind));
    const done: SdkFault[] = [];
    await sleep(150);
    for (let index = 0; index < this.#faultCount; index++) {
      const kind = kinds[this.#random.nextInt(kinds.length)] ?? 'cut';
      done.push(kind);
      await this.#break(kind);
      await sleep(20 + this.#random.nextInt(150));
    }
    return done;
  }

  async #break(kind: SdkFault): Promise<void> {
    const proxy = this.#cluster.proxies[this.#random.nextInt(this.#cluster.proxies.length)];
    if (proxy === undefined) throw new Error('there is no proxy');
    switch (kind) {
      case 'cut':
        proxy.cut();
        return;
      case 'tear':
        proxy.tearNextFrame();
        return;
      case 'delay':
        proxy.delayMs = 20 + this.#random.nextInt(100);
        await sleep(200);
        proxy.delayMs = 0;
        return;
      case 'silence':
        proxy.dropAll();
        await sleep(100 + this.#random.nextInt(300));
        proxy.heal();
        return;
      default:
        await this.#breakBrokers(kind);
    }
  }

  async #breakBrokers(kind: SdkFault): Promise<void> {
    const { brokers } = this.#cluster;
    if (brokers === undefined) return;
    const nodeId = brokers.nodeIds[this.#random.nextInt(brokers.nodeIds.length)] ?? brokers.nodeId;
    switch (kind) {
      case 'kill':
        await brokers.stop(nodeId, { kill: true, moveLeaders: this.#random.next() < 0.5 });
        await sleep(this.#random.nextInt(200));
        await brokers.start(nodeId);
        return;
      case 'move leader':
        await brokers.moveLeader(this.#topic.name, this.#random.nextInt(PARTITIONS), nodeId);
        return;
      default:
        this.#jumpClock();
    }
  }

  /** The wall clock of every client and broker here steps, or is right again; monotonic time goes on. */
  #jumpClock(): void {
    const { clock } = this.#cluster;
    clock.offsetMs = clock.offsetMs === 0 ? (this.#random.next() < 0.5 ? 1 : -1) * CLOCK_JUMP_MS : 0;
  }

  #heal(): void {
    this.#cluster.clock.offsetMs = 0;
    for (const proxy of this.#cluster.proxies) proxy.heal();
  }

  #say(event: SaidEvent): void {
    this.#history.push({ at: Date.now(), by: 'sdk', ...event });
  }
}

function isOfBrokers(kind: SdkFault): boolean {
  return kind === 'kill' || kind === 'move leader';
}

/** As `come`, for a promise. */
async function within<Value>(what: string, promise: Promise<Value>): Promise<Value> {
  let isSettled = false;
  const settle = (): void => void (isSettled = true);
  promise.then(settle, settle);
  await come(
    () => what,
    () => isSettled,
  );
  return promise;
}

/** Waits for a condition. What a machine stands still for in between, as one that measures something else does, is not counted. */
async function come(what: () => string, condition: () => boolean): Promise<void> {
  let waitedMs = 0;
  for (let before = performance.now(); !condition();) {
    if (waitedMs > PEACE_MS_MAX) throw new Error(`${what()}: not within ${PEACE_MS_MAX} ms`);
    await sleep(POLL_MS);
    const now = performance.now();
    waitedMs += Math.min(now - before, STEP_MS_MAX);
    before = now;
  }
}
