/** kafkajs objects that close with the case, and reading a topic to a known count. */
import kafkajs, {
  type Admin,
  type AdminConfig,
  type Consumer,
  type KafkaMessage,
  type Producer,
  type ProducerConfig,
} from 'kafkajs';
import { BOOTSTRAP, equal, until, type CaseContext } from '../harness.ts';

const { Kafka, logLevel } = kafkajs;

export const kafka = new Kafka({
  clientId: 'conformance-kafkajs',
  brokers: [BOOTSTRAP],
  logLevel: logLevel.WARN,
  logCreator: () => (entry) => console.error(entry.label, entry.namespace, entry.log.message),
  retry: { retries: 1_000, initialRetryTime: 50, maxRetryTime: 500 },
});

export async function connectAdmin(context: CaseContext, config: AdminConfig = {}): Promise<Admin> {
  const admin = kafka.admin(config);
  await admin.connect();
  context.after(() => admin.disconnect());
  return admin;
}

export async function connectProducer(context: CaseContext, config: ProducerConfig = {}): Promise<Producer> {
  const producer = kafka.producer({ allowAutoTopicCreation: false, ...config });
  await producer.connect();
  context.after(() => producer.disconnect());
  return producer;
}

export interface TopicOptions {
  suffix?: string;
  partitions?: number;
  configs?: Record<string, string>;
}

export async function createTopic(context: CaseContext, options: TopicOptions = {}): Promise<string> {
  const admin = await connectAdmin(context);
  const topic = context.name(options.suffix);
  const configEntries = Object.entries(options.configs ?? {}).map(([name, value]) => ({ name, value }));
  await admin.createTopics({
    topics: [{ topic, numPartitions: options.partitions ?? 1, replicationFactor: 1, configEntries }],
    waitForLeaders: true,
  });
  await serving(admin, topic, options.partitions ?? 1);
  return topic;
}

/** Waits until the leaders serve: a send that is refused in part is stored twice where it was not. */
export async function serving(admin: Admin, topic: string, partitions: number): Promise<void> {
  await until(`${partitions} partitions of ${topic}`, async () => {
    const offsets = await admin.fetchTopicOffsets(topic).catch((error: Error) => console.error(String(error)));
    return offsets?.length === partitions;
  });
}

export interface Received {
  topic: string;
  partition: number;
  offset: number;
  message: KafkaMessage;
  value: string;
}

export interface MemberOptions {
  group?: string;
  fromBeginning?: boolean;
  sessionTimeout?: number;
  autoCommit?: boolean;
  autoCommitThreshold?: number;
}

/** A running member of a group: what it received and which partitions it holds. */
export interface Member {
  readonly consumer: Consumer;
  readonly received: Received[];
  /** Assignments in the order they came; the last one is in force. */
  readonly assignments: Record<string, number[]>[];
  /** Leaves the group; a second call is harmless. */
  leave(): Promise<void>;
}

export async function joinGroup(context: CaseContext, topics: string[], options: MemberOptions = {}): Promise<Member> {
  const consumer = kafka.consumer({
    groupId: options.group ?? context.name('group'),
    sessionTimeout: options.sessionTimeout ?? 10_000,
    heartbeatInterval: 300,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
  });
  const member: Member = {
    consumer,
    received: [],
    assignments: [],
    leave: () => consumer.disconnect(),
  };
  consumer.on(consumer.events.GROUP_JOIN, (event) => member.assignments.push(event.payload.memberAssignment));
  await consumer.connect();
  context.after(() => consumer.disconnect());
  await consumer.subscribe({ topics, fromBeginning: options.fromBeginning ?? true });
  await consumer.run({
    autoCommit: options.autoCommit ?? true,
    autoCommitThreshold: options.autoCommitThreshold ?? null,
    eachMessage: ({ topic, partition, message }) => {
      const value = message.value?.toString('utf8') ?? '';
      member.received.push({ topic, partition, offset: Number(message.offset), message, value });
      return Promise.resolve();
    },
  });
  return member;
}

export function assigned(member: Member, topic: string): number[] {
  return [...(member.assignments.at(-1)?.[topic] ?? [])].sort((left, right) => left - right);
}

/** Reads from the beginning until `count` records came, and checks that the log holds no more than that. */
export async function readAll(context: CaseContext, topic: string, count: number): Promise<Received[]> {
  const member = await joinGroup(context, [topic], {
    group: context.name(`reader-${topic.length}-${count}`),
    autoCommit: false,
  });
  await until(`${count} records in ${topic}, got ${member.received.length}`, () => member.received.length >= count);
  await member.leave();
  const admin = await connectAdmin(context);
  const offsets = await admin.fetchTopicOffsets(topic);
  const stored = offsets.reduce((sum, one) => sum + Number(one.high) - Number(one.low), 0);
  equal(stored, count, `records stored in ${topic}`);
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
