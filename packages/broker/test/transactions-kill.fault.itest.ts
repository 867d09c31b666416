import { fileURLToPath } from 'node:url';
import { SeededRandom } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createOffsetFetchRequest,
  offsetFetchRequest,
  offsetFetchResponse,
} from '@millrace/protocol/messages/09-offset-fetch';
import { BrokerProcess, createTempDir, LogProbe, waitUntil, WireClient } from '@millrace/testing';
import { fetch, type CreatedTopic } from './broker-fixture.ts';
import { endOf, visibleValues } from './committed-view.ts';
import { findGroupCoordinator, TransactionalProducer, waitForEnd } from './transactional-producer.ts';

const KILLS = Number(process.env['MILLRACE_TEST_KILLS'] ?? 8);
const SEED = Number(process.env['MILLRACE_TEST_SEED'] ?? Date.now() % 1_000_000);

const BROKER_MAIN = fileURLToPath(new URL('../../../apps/broker/src/main.ts', import.meta.url));
const GROUP = 'killed-group';
/** Transactions before the one that is killed. */
const TRANSACTIONS_MAX = 12;
const KILL_DELAY_MS_MAX = 25;
const COMMITTED = 1;

/** How far a transaction came before the connection was cut. */
interface Outcome {
  readonly committed: boolean;
  /** The broker answered its end. */
  readonly isAnswered: boolean;
  /** Everything that it wrote was acknowledged, so that it may be ended again. */
  readonly isWritten: boolean;
}

describe('a broker that is killed (-9) in the middle of transactions', () => {
  it(
    `ends each of them everywhere in the same way, in ${KILLS} kills (seed ${SEED})`,
    async () => {
      const random = new SeededRandom(SEED);
      await using dir = await createTempDir('transactions-kill');
      await using broker = new BrokerProcess({ mainPath: BROKER_MAIN, dataDir: dir.path });
      await broker.start();
      const topics = await createTopics(broker.port);
      const expected: string[] = [];
      let client = await connect(broker.port);
      const producer = await TransactionalProducer.start(client, 'killed');

      for (let round = 0, number = 0; round < KILLS; round++) {
        const killAfter = random.nextInt(TRANSACTIONS_MAX);
        for (let count = 0; ; count++, number++) {
          const committed = random.next() < 0.7;
          if (count === killAfter) setTimeout(() => void broker.kill(), random.next() * KILL_DELAY_MS_MAX);
          const outcome = await attempt(producer, topics, number, committed);
          if (outcome.isAnswered) {
            if (outcome.committed) expected.push(String(number));
            continue;
          }
          await broker.ended();
          await broker.start();
          client = await connect(broker.port);
          producer.client = client;
          const isRepeated = random.next() < 0.7;
          if (await settle(producer, topics, number, outcome, isRepeated)) expected.push(String(number));
          number++;
          break;
        }
        try {
          await verify(client, topics, expected);
        } catch (error) {
          throw new Error(`round ${round}, before transaction ${number}: ${broker.logTail}`, { cause: error });
        }
      }
      expect(expected.length).toBeGreaterThan(0);
    },
    60_000 + KILLS * 20_000,
  );
});

async function createTopics(port: number): Promise<CreatedTopic[]> {
  await using probe = await LogProbe.connect({ port });
  const topics: CreatedTopic[] = [];
  for (const durability of ['fsync', 'os', 'fsync', 'os']) {
    const name = `topic-${topics.length}`;
    topics.push({ name, topicId: await probe.createTopic(name, { configs: { 'millrace.durability': durability } }) });
  }
  return topics;
}

async function connect(port: number): Promise<WireClient> {
  const client = await WireClient.connect({ port });
  await findGroupCoordinator(client, GROUP);
  return client;
}

/** Writes the number to every topic, and as offset of the group, in one transaction. */
async function attempt(
  producer: TransactionalProducer,
  topics: readonly CreatedTopic[],
  number: number,
  committed: boolean,
): Promise<Outcome> {
  let isWritten = false;
  try {
    const written = await Promise.all(topics.map((topic) => producer.produce(topic, [String(number)])));
    expect(written.map(({ errorCode }) => errorCode)).toEqual(topics.map(() => 0));
    const [first] = topics;
    if (first === undefined) throw new Error('no topics');
    expect(await producer.commitOffset(GROUP, first, number)).toBe(0);
    isWritten = true;
    const { errorCode } = await producer.end(committed);
    expect(errorCode).toBe(0);
    return { committed, isAnswered: true, isWritten };
  } catch (error) {
    if (!producer.client.isEnded) throw error;
    return { committed, isAnswered: false, isWritten };
  }
}

/** As clients do when an answer was lost: the same again, or everything anew. True when it was committed. */
async function settle(
  producer: TransactionalProducer,
  topics: readonly CreatedTopic[],
  number: number,
  { committed, isWritten }: Outcome,
  isRepeated: boolean,
): Promise<boolean> {
  if (isWritten || (isRepeated && (await repeat(producer, topics, number)))) {
    const { errorCode } = await waitForEnd(() => producer.end(committed));
    expect(errorCode).toBe(0);
    return committed;
  }
  expect((await producer.init()).errorCode).toBe(0);
  return false;
}

/** The same batches again, whether they were acknowledged or not. False when the transaction cannot go on. */
async function repeat(
  producer: TransactionalProducer,
  topics: readonly CreatedTopic[],
  number: number,
): Promise<boolean> {
  for (const topic of topics) {
    const isTaken = await waitUntil(`${topic.name} to answer`, async () => {
      const { errorCode } = await producer.produce(topic, [String(number)], { sequence: 0 });
      return errorCode === ErrorCode.CONCURRENT_TRANSACTIONS ? undefined : errorCode === 0 ? 'yes' : 'no';
    });
    if (isTaken !== 'yes') return false;
  }
  const [first] = topics;
  return first !== undefined && (await producer.commitOffset(GROUP, first, number)) === 0;
}

async function verify(client: WireClient, topics: readonly CreatedTopic[], expected: readonly string[]): Promise<void> {
  for (const topic of topics) {
    await waitUntil(`the end of all transactions on ${topic.name}`, async () => {
      const { lastStableOffset, highWatermark } = await fetch(client, topic, { isolationLevel: COMMITTED });
      return lastStableOffset === highWatermark;
    });
    expect([topic.name, await consume(client, topic)]).toEqual([topic.name, expected]);
  }
  const last = expected.at(-1);
  expect(await committedOffset(client, topics[0])).toBe(last === undefined ? -1n : BigInt(last));
}

async function consume(client: WireClient, topic: CreatedTopic): Promise<string[]> {
  const values: string[] = [];
  for (let offset = 0; ;) {
    const fetched = await fetch(client, topic, { isolationLevel: COMMITTED, offset });
    if (BigInt(offset) === fetched.lastStableOffset) return values;
    values.push(...visibleValues(fetched));
    offset = endOf(fetched.records);
  }
}

async function committedOffset(client: WireClient, topic: CreatedTopic | undefined): Promise<bigint | undefined> {
  if (topic === undefined) throw new Error('no topics');
  const topics = [{ name: topic.name, topicId: topic.topicId, partitionIndexes: [0] }];
  const request = createOffsetFetchRequest({
    requireStable: true,
    groups: [{ groupId: GROUP, memberId: null, memberEpoch: -1, topics }],
  });
  const { groups } = await client.call(offsetFetchRequest, offsetFetchResponse, 8, request);
  const partition = groups[0]?.topics[0]?.partitions[0];
  expect(partition?.errorCode).toBe(ErrorCode.NONE);
  return partition?.committedOffset;
}
