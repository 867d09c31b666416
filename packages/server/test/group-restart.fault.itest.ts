import { Kafka, logLevel, type Consumer, type Producer } from 'kafkajs';
import { createTempDir, LogProbe, waitUntil, type BrokerProcess, type TempDir } from '@millrace/testing';
import { brokerOver } from './broker-app.ts';

const TOPIC = 'events';
const PARTITIONS = 4;
/** Restarts in which kafkajs may fail before the test does. */
const ATTEMPTS = 5;
/** Long beside a restart: nobody may be thrown out because of it. */
const SESSION_MS = 30_000;

describe('a kafkajs consumer group over kill -9 and restart of the broker', () => {
  let dir: TempDir;
  let broker: BrokerProcess;
  let kafka: Kafka;
  let producer: Producer;
  const consumers: Consumer[] = [];

  beforeEach(async () => {
    process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
    dir = await createTempDir('group');
    broker = brokerOver(dir.path);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic(TOPIC, { partitions: PARTITIONS });
    kafka = new Kafka({
      brokers: [broker.addresses.kafka],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 100 },
    });
    producer = kafka.producer({ idempotent: true });
    await producer.connect();
  });

  afterEach(async () => {
    // Gone before their broker, or they would try for ever.
    await Promise.all([...consumers.splice(0).map((consumer) => consumer.disconnect()), producer.disconnect()]);
    await broker.kill();
    await dir.remove();
  });

  it('keeps members, generation and assignment, and every record is worked on once', async () => {
    for (let attempt = 1; !(await keepsEverything(`workers-${attempt}`, (attempt - 1) * 200)); attempt++) {
      if (attempt === ATTEMPTS) throw new Error(`kafkajs gave its membership up in each of ${ATTEMPTS} restarts`);
    }
  }, 180_000);

  it('goes on behind the committed offsets with other members', async () => {
    const first = await startMember('first');
    await send(1, 50);
    await waitUntil('the first fifty', () => first.values.length === 50);
    await first.consumer.disconnect();

    await broker.kill();
    await broker.start();
    const second = await startMember('second');
    await send(51, 60);
    // From several partitions, so that the last one sent need not come last.
    await waitUntil('the last ten', () => second.values.length >= 10, 30_000);

    expect(second.values.toSorted((a, b) => a - b)).toEqual([51, 52, 53, 54, 55, 56, 57, 58, 59, 60]);
  });

  /**
   * False when a consumer gave itself up: this client does when it looks for a broker at the moment in which it knows none, and comes
   * back as another member. That says nothing about the broker.
   */
  async function keepsEverything(groupId: string, sentBefore: number): Promise<boolean> {
    const members = await Promise.all(['a', 'b'].map((clientId) => startMember(clientId, groupId)));
    const hasGivenUp = (): boolean => members.some(({ hasCrashed }) => hasCrashed);
    const works = (count: number) => (): boolean =>
      hasGivenUp() || sumOf(members, ({ values }) => values.length) === count;
    await waitUntil('a share for each', () => members.every(({ partitions }) => partitions.length === PARTITIONS / 2));
    await send(sentBefore + 1, sentBefore + 100);
    await waitUntil('the first hundred', works(sentBefore + 100));
    await waitUntil('heartbeats of both', () => members.every(({ generations }) => generations.size > 0));
    const before = await groupSeen(groupId);
    const generations = members.map((member) => [...member.generations]);
    // Who comes first may join alone, and once more with the other.
    const joins = members.map(({ joinCount }) => joinCount);

    await broker.kill();
    await broker.start();

    // Before anybody speaks to it: this is what the broker knew by itself.
    const atStart = await groupSeen(groupId);
    await send(sentBefore + 101, sentBefore + 200);
    await waitUntil('the second hundred', works(sentBefore + 200), 30_000);
    const heartbeats = members.map(({ heartbeatCount }) => heartbeatCount);
    await waitUntil(
      'more heartbeats of both',
      () => hasGivenUp() || members.every(({ heartbeatCount }, index) => heartbeatCount > (heartbeats[index] ?? 0)),
      30_000,
    );
    if (hasGivenUp()) {
      await Promise.all(consumers.splice(0).map((consumer) => consumer.disconnect()));
      return false;
    }
    expect(atStart).toEqual(before);
    expect(members.map(({ joinCount }) => joinCount)).toEqual(joins);
    expect(members.map((member) => [...member.generations])).toEqual(generations);
    expect(await groupSeen(groupId)).toEqual(before);
    const values = members.flatMap((member) => member.values);
    expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: sentBefore + 200 }, (_, index) => index + 1));
    return true;
  }

  interface Member {
    hasCrashed: boolean;
    readonly consumer: Consumer;
    partitions: readonly number[];
    joinCount: number;
    heartbeatCount: number;
    readonly generations: Set<number>;
    readonly values: number[];
  }

  async function startMember(clientId: string, groupId = 'workers'): Promise<Member> {
    const named = new Kafka({
      clientId,
      brokers: [broker.addresses.kafka],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 100 },
    });
    const consumer = named.consumer({
      groupId,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: 200,
      maxWaitTimeInMs: 100,
    });
    consumers.push(consumer);
    const member: Member = {
      hasCrashed: false,
      consumer,
      partitions: [],
      joinCount: 0,
      heartbeatCount: 0,
      generations: new Set(),
      values: [],
    };
    consumer.on('consumer.crash', () => void (member.hasCrashed = true));
    consumer.on('consumer.group_join', ({ payload }) => {
      member.joinCount++;
      member.partitions = payload.memberAssignment[TOPIC] ?? [];
    });
    consumer.on('consumer.heartbeat', ({ payload }) => {
      member.heartbeatCount++;
      member.generations.add(payload.groupGenerationId);
    });
    await consumer.connect();
    await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        member.values.push(Number(message.value?.toString()));
        return Promise.resolve();
      },
    });
    return member;
  }

  async function send(from: number, to: number): Promise<void> {
    const messages = Array.from({ length: to - from + 1 }, (_, index) => ({
      key: `${index % 13}`,
      value: `${from + index}`,
    }));
    await producer.send({ topic: TOPIC, messages });
  }

  /** State, members and their assignments, as the broker tells them. */
  async function groupSeen(groupId: string): Promise<unknown> {
    const admin = kafka.admin();
    await admin.connect();
    try {
      const [group] = (await admin.describeGroups([groupId])).groups;
      const members = group?.members.map(({ memberId, memberAssignment }) => [
        memberId,
        memberAssignment.toString('hex'),
      ]);
      return { state: group?.state, members: members?.toSorted() };
    } finally {
      await admin.disconnect();
    }
  }
});

function sumOf<Item>(items: readonly Item[], measure: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + measure(item), 0);
}
