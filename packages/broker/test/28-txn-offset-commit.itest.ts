/** Offsets of an open transaction over the shortening of their log, a crash and a clean stop, with the storage that users have. */
import { ErrorCode } from '@millrace/protocol';
import {
  createListOffsetsRequest,
  listOffsetsRequest,
  listOffsetsResponse,
} from '@millrace/protocol/messages/02-list-offsets';
import {
  createOffsetCommitRequest,
  offsetCommitRequest,
  offsetCommitResponse,
} from '@millrace/protocol/messages/08-offset-commit';
import {
  createOffsetFetchRequest,
  offsetFetchRequest,
  offsetFetchResponse,
} from '@millrace/protocol/messages/09-offset-fetch';
import { createTempDir, type TempDir } from '@millrace/testing';
import { BrokerFixture, type CreatedTopic } from './broker-fixture.ts';
import { crashCopy } from './crash-copy.ts';
import { findGroupCoordinator, TransactionalProducer } from './transactional-producer.ts';

const GROUP = 'reader';
const EARLIEST = -2n;
const COMMITTED_PARTITIONS = 100;
const REQUESTS_MAX = 60;
/** One partition, so that all groups share a log. */
const CONFIG = { 'offsets.topic.num.partitions': '1' };

describe('offsets of a transaction whose log is shortened while it is open', () => {
  let directory: TempDir;
  let fixture: BrokerFixture;
  let topic: CreatedTopic;
  let wide: CreatedTopic;

  beforeEach(async () => {
    directory = await createTempDir('txn-offset-commit');
    fixture = await BrokerFixture.start({ dataDir: directory.path, config: CONFIG });
    topic = await fixture.createTopic('input');
    wide = await fixture.createTopic('wide', COMMITTED_PARTITIONS);
    await findGroupCoordinator(fixture.client, GROUP);
  });

  afterEach(async () => {
    expect(fixture.logger.errors).toEqual([]);
    await fixture.close();
    await directory.remove();
  });

  const logStart = async (): Promise<bigint> => {
    const partitions = [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: EARLIEST }];
    const request = createListOffsetsRequest({ topics: [{ name: '__consumer_offsets', partitions }] });
    const { topics } = await fixture.client.call(listOffsetsRequest, listOffsetsResponse, 7, request);
    return topics[0]?.partitions[0]?.offset ?? -1n;
  };
  /** Large commits of another group, until the coordinator has written all that is alive anew and let go of the rest. */
  const shorten = async (): Promise<void> => {
    const before = await logStart();
    const partitions = Array.from({ length: COMMITTED_PARTITIONS }, (_, partitionIndex) => ({
      partitionIndex,
      committedOffset: 1n,
      committedLeaderEpoch: -1,
      committedMetadata: 'x'.repeat(4_000),
    }));
    const topics = [{ name: wide.name, topicId: wide.topicId, partitions }];
    const request = createOffsetCommitRequest({ groupId: 'large', topics });
    for (let count = 0; (await logStart()) === before; count++) {
      if (count === REQUESTS_MAX) throw new Error('the log is not shortened');
      await fixture.client.call(offsetCommitRequest, offsetCommitResponse, 8, request);
    }
  };
  const offset = async (): Promise<readonly [number | undefined, bigint | undefined]> => {
    const topics = [{ name: topic.name, topicId: topic.topicId, partitionIndexes: [0] }];
    const groups = [{ groupId: GROUP, memberId: null, memberEpoch: -1, topics }];
    const request = createOffsetFetchRequest({ requireStable: true, groups });
    const answer = await fixture.client.call(offsetFetchRequest, offsetFetchResponse, 8, request);
    const partition = answer.groups[0]?.topics[0]?.partitions[0];
    return [partition?.errorCode, partition?.committedOffset];
  };
  const again = async (how: 'crash' | 'stop', producer: TransactionalProducer): Promise<void> => {
    if (how === 'crash') {
      const copy = await crashCopy(directory.path, () => fixture.close());
      await directory.remove();
      directory = copy;
    } else await fixture.close();
    fixture = await BrokerFixture.start({ dataDir: directory.path, config: CONFIG });
    producer.client = fixture.client;
  };

  it.each([
    ['crash', true],
    ['crash', false],
    ['stop', true],
  ] as const)('stay pending over a %s, and are decided by the marker (commit: %s)', async (how, commits) => {
    const producer = await TransactionalProducer.start(fixture.client, 'copier');
    expect(await producer.commitOffset(GROUP, topic, 5)).toBe(0);
    expect((await producer.commit()).errorCode).toBe(0);
    expect(await producer.commitOffset(GROUP, topic, 7)).toBe(0);

    await shorten();
    await shorten();
    await again(how, producer);

    expect(await offset()).toEqual([ErrorCode.UNSTABLE_OFFSET_COMMIT, -1n]);
    expect((await producer.end(commits)).errorCode).toBe(0);
    expect(await offset()).toEqual([0, commits ? 7n : 5n]);
    await shorten();
    await again(how, producer);
    expect(await offset()).toEqual([0, commits ? 7n : 5n]);
  });
});
