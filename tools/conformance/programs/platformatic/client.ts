/** @platformatic/kafka objects that close with the case, and reading a topic to a known count. */
import {
  Admin,
  Consumer,
  findErrorBy,
  MessagesStreamModes,
  Producer,
  type ConsumeOptions,
  type GroupOptions,
  type Message,
  type ProducerOptions,
} from '@platformatic/kafka';
import { assert, BOOTSTRAP, equal, until, type CaseContext } from '../harness.ts';

export const BASE_OPTIONS = {
  clientId: 'conformance-platformatic',
  bootstrapBrokers: [BOOTSTRAP],
  retries: 1_000,
  retryDelay: 100,
  metadataMaxAge: 1_000,
};

type BinaryProducer = Producer<Buffer, Buffer, Buffer, Buffer>;

export function openAdmin(context: CaseContext): Admin {
  const admin = new Admin(BASE_OPTIONS);
  context.after(() => admin.close());
  return admin;
}

export function openProducer(
  context: CaseContext,
  options: Partial<ProducerOptions<Buffer, Buffer, Buffer, Buffer>> = {},
): BinaryProducer {
  const producer: BinaryProducer = new Producer({ ...BASE_OPTIONS, ...options });
  context.after(() => producer.close());
  return producer;
}

export interface TopicOptions {
  suffix?: string;
  partitions?: number;
  configs?: Record<string, string>;
}

export async function createTopic(context: CaseContext, options: TopicOptions = {}): Promise<string> {
  const admin = openAdmin(context);
  const topic = context.name(options.suffix);
  const partitions = options.partitions ?? 1;
  const configs = Object.entries(options.configs ?? {}).map(([name, value]) => ({ name, value }));
  await admin.createTopics({ topics: [topic], partitions, replicas: 1, configs });
  await serving(admin, topic, partitions);
  return topic;
}

/** Waits until the leaders serve: a topic made a moment ago may be unknown, and a send that is refused in part stores twice. */
export async function serving(admin: Admin, topic: string, partitions: number): Promise<void> {
  await until(`${partitions} partitions of ${topic}`, async () => {
    const found = (await admin.metadata({ topics: [topic], forceUpdate: true })).topics.get(topic);
    return found?.partitions.length === partitions && found.partitions.every((one) => one.leader >= 0);
  });
  equal((await bounds(admin, topic, partitions)).length, partitions, 'partitions that answer');
}

export interface Received {
  topic: string;
  partition: number;
  offset: number;
  value: string;
  message: Message;
}

export interface Member {
  readonly consumer: Consumer;
  readonly received: Received[];
  /** Generations of the group that this member joined. */
  readonly joins: number[];
  leave(): Promise<void>;
}

export interface MemberOptions extends GroupOptions {
  group?: string;
  autocommit?: boolean | number;
  start?: Pick<ConsumeOptions<Buffer, Buffer, Buffer, Buffer>, 'mode' | 'fallbackMode' | 'offsets' | 'isolationLevel'>;
}

export async function joinGroup(context: CaseContext, topics: string[], options: MemberOptions = {}): Promise<Member> {
  const { group, autocommit, start, ...groupOptions } = options;
  const consumer = new Consumer({
    ...BASE_OPTIONS,
    groupId: group ?? context.name('group'),
    sessionTimeout: 10_000,
    rebalanceTimeout: 10_000,
    heartbeatInterval: 300,
    maxWaitTime: 100,
    autocommit: autocommit ?? 100,
    ...groupOptions,
  });
  const member: Member = {
    consumer,
    received: [],
    joins: [],
    leave: () => consumer.close(true),
  };
  context.after(() => (consumer.closed ? undefined : consumer.close(true)));
  consumer.on('consumer:group:join', (payload) => member.joins.push(payload.generationId ?? -1));
  const stream = await consumer.consume({
    topics,
    ...(start ?? { mode: MessagesStreamModes.COMMITTED, fallbackMode: 'earliest' }),
  });
  stream.on('error', (error) => console.error('stream', error));
  stream.on('data', (message) => {
    const value = message.value === null ? '' : Buffer.from(message.value ?? '').toString('utf8');
    member.received.push({
      topic: message.topic,
      partition: message.partition,
      offset: Number(message.offset),
      value,
      message,
    });
  });
  return member;
}

export function assigned(member: Member, topic: string): number[] {
  const own = member.consumer.assignments?.find((one) => one.topic === topic)?.partitions ?? [];
  return [...own].sort((left, right) => left - right);
}

export interface Bounds {
  low: number;
  high: number;
}

export async function bounds(admin: Admin, topic: string, partitions: number): Promise<Bounds[]> {
  const ask = async (timestamp: bigint): Promise<number[]> => {
    const indexes = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp }));
    const [answer] = await admin.listOffsets({ topics: [{ name: topic, partitions: indexes }] });
    const sorted = [...(answer?.partitions ?? [])].sort((left, right) => left.partitionIndex - right.partitionIndex);
    return sorted.map((one) => Number(one.offset));
  };
  const [low, high] = [await ask(-2n), await ask(-1n)];
  return low.map((offset, index) => ({ low: offset, high: high[index] ?? -1 }));
}

/** Reads from the beginning until `count` records came, and checks that the log holds no more than that. */
export async function readAll(context: CaseContext, topic: string, count: number, partitions = 1): Promise<Received[]> {
  const member = await joinGroup(context, [topic], {
    group: context.name(`reader-${topic.length}-${count}`),
    autocommit: false,
    start: { mode: MessagesStreamModes.EARLIEST },
  });
  await until(`${count} records in ${topic}`, () => member.received.length >= count);
  await member.leave();
  const ends = await bounds(openAdmin(context), topic, partitions);
  equal(
    ends.reduce((sum, one) => sum + one.high - one.low, 0),
    count,
    `records stored in ${topic}`,
  );
  return member.received;
}

/** Values of one partition in offset order, after a check that offsets are `first`, `first + 1`, … */
export function inOrder(received: readonly Received[], partition: number, first = 0): string[] {
  const own = received.filter((one) => one.partition === partition);
  equal(
    own.map((one) => one.offset),
    own.map((_, index) => first + index),
    `offsets of partition ${partition}`,
  );
  return own.map((one) => one.value);
}

export function assertProtocolError(error: Error, apiId: string): void {
  assert(findErrorBy(error, 'apiId', apiId) !== null, `${apiId} expected, got ${String(error)}`);
}
