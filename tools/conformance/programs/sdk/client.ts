/** Clients of @millrace/sdk that close with the case, and reading a topic to a known count. */
import {
  KafkaError,
  kafka,
  nullable,
  oneOrThrow,
  str,
  topic,
  type Admin,
  type Consumer,
  type ConsumerOptions,
  type Kafka,
  type Producer,
  type ProducerOptions,
} from '@millrace/sdk';
import { assert, BOOTSTRAP, equal, until, type CaseContext } from '../harness.ts';

const clients = new WeakMap<CaseContext, Kafka>();

/** One for each case. */
export function connect(context: CaseContext): Kafka {
  let client = clients.get(context);
  if (client === undefined) {
    const opened = kafka({ brokers: [BOOTSTRAP], clientId: 'conformance-sdk' });
    context.after(() => opened.close());
    clients.set(context, opened);
    client = opened;
  }
  return client;
}

export function openAdmin(context: CaseContext): Admin {
  return connect(context).admin();
}

export function openProducer(context: CaseContext, options: ProducerOptions = {}): Producer {
  return connect(context).producer(options);
}

/** Keys and values as text. */
export function texts<N extends string>(name: N) {
  return topic(name, { key: nullable(str), value: nullable(str) });
}

export type Texts = ReturnType<typeof texts<string>>;

export interface TopicOptions {
  suffix?: string;
  partitions?: number;
  configs?: Record<string, string>;
}

export async function createTopic(context: CaseContext, options: TopicOptions = {}): Promise<Texts> {
  const { suffix, partitions = 1, configs = {} } = options;
  const admin = openAdmin(context);
  const name = context.name(suffix);
  oneOrThrow(await admin.createTopics([{ name, partitions, replicationFactor: 1, configs }]));
  await serving(admin, name, partitions);
  return texts(name);
}

/** Waits until every partition's leader answers. */
export async function serving(admin: Admin, name: string, partitions: number): Promise<void> {
  await until(`${partitions} partitions of ${name}`, async () => {
    const [found] = await admin.describeTopics([name]);
    return (
      found?.ok === true && found.partitions.length === partitions && found.partitions.every((one) => one.leaderId >= 0)
    );
  });
  equal((await bounds(admin, name, partitions)).length, partitions, 'partitions that answer');
}

export interface Received {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[];
}

export interface Member {
  readonly consumer: Consumer<Texts>;
  readonly received: Received[];
  /** Times that partitions were assigned. */
  readonly assignments: number;
  leave(): Promise<void>;
}

export type MemberOptions = Partial<ConsumerOptions<Texts>>;

/** Reads in the background until the case ends. */
export function startReading(context: CaseContext, topics: readonly Texts[], options: MemberOptions = {}): Member {
  let assignments = 0;
  const consumer = connect(context).consumer<Texts>({
    topics,
    maxWaitMs: 100,
    onAssigned: () => void assignments++,
    onError: (error) => console.error('consumer', error),
    ...options,
  });
  const received: Received[] = [];
  const reading = (async () => {
    for await (const message of consumer) received.push(message);
  })();
  // A loop that fails is met by whoever waits for its records.
  reading.catch((error: unknown) => console.error('loop', error));
  return {
    consumer,
    received,
    get assignments() {
      return assignments;
    },
    leave: () => consumer.close(),
  };
}

export function joinGroup(context: CaseContext, topics: readonly Texts[], options: MemberOptions = {}): Member {
  return startReading(context, topics, {
    group: context.name('group'),
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    heartbeatIntervalMs: 300,
    ...options,
  });
}

export function assigned({ consumer }: Member): number[] {
  return consumer
    .assignment()
    .map((one) => one.partition)
    .sort((left, right) => left - right);
}

export interface Bounds {
  low: number;
  high: number;
}

export async function bounds(admin: Admin, name: string, partitions: number): Promise<Bounds[]> {
  const ask = async (at: 'earliest' | 'latest'): Promise<number[]> => {
    const queries = Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition, at }));
    return (await admin.listOffsets(queries)).map((one) => {
      if (!one.ok) throw one.error;
      return one.offset ?? -1;
    });
  };
  const [low, high] = [await ask('earliest'), await ask('latest')];
  return low.map((offset, index) => ({ low: offset, high: high[index] ?? -1 }));
}

/** Reads from the beginning until `count` records came, and checks that the log holds no more than that. */
export async function readAll(context: CaseContext, source: Texts, count: number, partitions = 1): Promise<Received[]> {
  const reader = startReading(context, [source], { from: 'earliest' });
  const { received } = reader;
  await until(`${count} records in ${source.name}`, () => received.length >= count);
  await reader.leave();
  const ends = await bounds(openAdmin(context), source.name, partitions);
  equal(
    ends.reduce((sum, one) => sum + one.high - one.low, 0),
    count,
    `records stored in ${source.name}`,
  );
  return received;
}

/** Values of one partition in offset order, after a check that offsets are `first`, `first + 1`, … */
export function inOrder(received: readonly Received[], partition: number, first = 0): (string | null)[] {
  const own = received.filter((one) => one.partition === partition);
  equal(
    own.map((one) => one.offset),
    own.map((_, index) => first + index),
    `offsets of partition ${partition}`,
  );
  return own.map((one) => one.value);
}

/** Kafka's name for what went wrong stands in the error, or in what caused it. */
export function assertKafkaCode(error: unknown, code: string): void {
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    if (KafkaError.is(one) && one.kafkaCode === code) return;
  }
  assert(false, `${code} expected, got ${String(error)}`);
}
