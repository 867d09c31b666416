import { ErrorCode } from '@millrace/protocol';
import {
  createOffsetFetchRequest,
  offsetFetchRequest,
  offsetFetchResponse,
} from '@millrace/protocol/messages/09-offset-fetch';
import {
  createDescribeTransactionsRequest,
  describeTransactionsRequest,
  describeTransactionsResponse,
} from '@millrace/protocol/messages/65-describe-transactions';
import { createTempDir, waitUntil, type TempDir } from '@millrace/testing';
import { BrokerFixture, fetch, type CreatedTopic } from './broker-fixture.ts';
import { endOf, markersIn, visibleValues } from './committed-view.ts';
import { crashCopy, cutJournal, cutLastMarker, journalGroupsWith } from './crash-copy.ts';
import { findGroupCoordinator, TransactionalProducer } from './transactional-producer.ts';

const ID = 'restarted';
const GROUP = 'restarted-group';
const OS = { 'millrace.durability': 'os' };

describe('transactions over a restart', () => {
  let directory: TempDir;
  let fixture: BrokerFixture;
  let producer: TransactionalProducer;

  beforeEach(async () => {
    directory = await createTempDir('transactions');
    fixture = await BrokerFixture.start({ dataDir: directory.path });
    producer = await TransactionalProducer.start(fixture.client, ID);
    await findGroupCoordinator(fixture.client, GROUP);
  });

  afterEach(async () => {
    expect(fixture.logger.errors).toEqual([]);
    await fixture.close();
    await directory.remove();
  });

  const restart = async (): Promise<void> => {
    await fixture.close();
    await startOn(directory);
  };
  /** Goes on with what a crash would have left of the directory, after `damage` to it. */
  const crash = async (damage: (dataDir: string) => Promise<void> = () => Promise.resolve()): Promise<void> => {
    const copy = await crashCopy(directory.path, () => fixture.close());
    await directory.remove();
    await damage(copy.path);
    await startOn(copy);
  };
  const startOn = async (dir: TempDir): Promise<void> => {
    directory = dir;
    fixture = await BrokerFixture.start({ dataDir: dir.path });
    producer.client = fixture.client;
  };
  const committedIn = (topic: CreatedTopic) => fetch(fixture.client, topic, { isolationLevel: 1 });
  /** As a client does: one fetch may end where what was read from disk does. */
  const consume = async (topic: CreatedTopic): Promise<string[]> => {
    const { lastStableOffset } = await committedIn(topic);
    const values: string[] = [];
    for (let offset = 0; offset < lastStableOffset;) {
      const fetched = await fetch(fixture.client, topic, { isolationLevel: 1, offset });
      values.push(...visibleValues(fetched));
      offset = endOf(fetched.records);
    }
    return values;
  };
  const ends = async (topic: CreatedTopic) => {
    const { lastStableOffset, highWatermark } = await committedIn(topic);
    return [lastStableOffset, highWatermark];
  };
  /** Markers that the start appends may still be on their way to the disk when the first client is let in. */
  const ended = (topic: CreatedTopic, endOffset: bigint): Promise<boolean> =>
    waitUntil(`the end of the transaction on ${topic.name}`, async () =>
      (await ends(topic)).every((offset) => offset === endOffset),
    );
  const stateOf = async (): Promise<string | undefined> => {
    const request = createDescribeTransactionsRequest({ transactionalIds: [ID] });
    const answer = await fixture.client.call(describeTransactionsRequest, describeTransactionsResponse, 0, request);
    return answer.transactionStates[0]?.transactionState;
  };
  const offset = async (topic: CreatedTopic) => {
    const topics = [{ name: topic.name, topicId: topic.topicId, partitionIndexes: [0] }];
    const request = createOffsetFetchRequest({
      requireStable: true,
      groups: [{ groupId: GROUP, memberId: null, memberEpoch: -1, topics }],
    });
    const { groups } = await fixture.client.call(offsetFetchRequest, offsetFetchResponse, 8, request);
    const partition = groups[0]?.topics[0]?.partitions[0];
    return [partition?.errorCode, partition?.committedOffset];
  };
  const writeEverywhere = async (topics: readonly CreatedTopic[], value: string): Promise<void> => {
    for (const topic of topics) expect((await producer.produce(topic, [value])).errorCode).toBe(0);
  };

  it.each([
    ['a clean stop', restart],
    ['a crash', crash],
  ] as const)('goes on with an open transaction after %s', async (_how, again) => {
    const topics = [await fixture.createTopic('journalled'), await fixture.createTopic('quick', 1, OS)] as const;
    const [input] = topics;
    await writeEverywhere(topics, 'before');
    expect(await producer.commitOffset(GROUP, input, 7)).toBe(0);
    await again();

    expect(await stateOf()).toBe('Ongoing');
    for (const topic of topics) expect(await ends(topic)).toEqual([0n, 1n]);
    expect(await offset(input)).toEqual([ErrorCode.UNSTABLE_OFFSET_COMMIT, -1n]);
    await writeEverywhere(topics, 'after');
    expect((await producer.commit()).errorCode).toBe(0);
    for (const topic of topics) expect(await consume(topic)).toEqual(['before', 'after']);
    expect(await offset(input)).toEqual([0, 7n]);
  });

  it.each([
    ['a commit', true],
    ['an abort', false],
  ] as const)('keeps %s that was answered, and answers it again', async (_what, committed) => {
    const topics = [await fixture.createTopic('journalled'), await fixture.createTopic('quick', 1, OS)] as const;
    const [input] = topics;
    await writeEverywhere(topics, 'value');
    await producer.commitOffset(GROUP, input, 7);
    const { epoch } = producer;
    const first = await producer.end(committed);
    expect(first.errorCode).toBe(0);
    await crash();

    for (const topic of topics) {
      expect(await consume(topic)).toEqual(committed ? ['value'] : []);
      expect(await ends(topic)).toEqual([2n, 2n]);
    }
    expect(await offset(input)).toEqual([0, committed ? 7n : -1n]);
    producer.epoch = epoch;
    const again = await producer.end(committed);
    expect([again.errorCode, again.producerEpoch]).toEqual([0, first.producerEpoch]);
    for (const topic of topics) expect(await ends(topic)).toEqual([2n, 2n]);
  });

  it('carries out a decision whose markers were not written', async () => {
    const topic = await fixture.createTopic('quick', 1, OS);
    await writeEverywhere([topic], 'decided');
    const { epoch } = producer;
    expect((await producer.commit()).errorCode).toBe(0);
    await waitUntil('the completion', async () => (await stateOf()) === 'CompleteCommit');
    await crash(async (dataDir) => {
      // Founded, begun, decided, completed: what comes last goes.
      const groups = await journalGroupsWith(dataDir, ID);
      const completion = groups.at(-1);
      if (groups.length !== 4 || completion === undefined) throw new Error(`${groups.length} groups, not 4`);
      await cutJournal(completion);
      await cutLastMarker(dataDir, topic.topicId);
    });

    await waitUntil('the completion', async () => (await stateOf()) === 'CompleteCommit');
    const { records } = await fetch(fixture.client, topic, { offset: 1 });
    expect(markersIn(records)).toEqual([{ offset: 1, type: 'commit', epoch: epoch + 1 }]);
    expect(await consume(topic)).toEqual(['decided']);
    await writeEverywhere([topic], 'next');
    expect((await producer.commit()).errorCode).toBe(0);
    expect(await consume(topic)).toEqual(['decided', 'next']);
  });

  it.each([
    ['commit', true],
    ['abort', false],
  ] as const)('gives a log that lost its marker in a power failure the %s on record', async (type, committed) => {
    const topic = await fixture.createTopic('quick', 1, OS);
    await writeEverywhere([topic], 'value');
    const { epoch } = producer;
    expect((await producer.end(committed)).errorCode).toBe(0);
    await waitUntil('the completion', async () => (await stateOf())?.startsWith('Complete'));
    await crash((dataDir) => cutLastMarker(dataDir, topic.topicId));
    await ended(topic, 2n);

    expect(markersIn((await fetch(fixture.client, topic, { offset: 1 })).records)).toEqual([
      { offset: 1, type, epoch: epoch + 1 },
    ]);
    expect(await consume(topic)).toEqual(committed ? ['value'] : []);
  });

  it('aborts what followed a decision whose completion was lost with it, and takes it when it is sent again', async () => {
    const topic = await fixture.createTopic('quick', 1, OS);
    await writeEverywhere([topic], 'first');
    expect((await producer.commit()).errorCode).toBe(0);
    await waitUntil('the completion', async () => (await stateOf()) === 'CompleteCommit');
    await writeEverywhere([topic], 'second');
    await crash(async (dataDir) => {
      const completion = (await journalGroupsWith(dataDir, ID))[3];
      if (completion === undefined) throw new Error('the completion is not in the journal');
      await cutJournal(completion);
    });

    await waitUntil('the completion', async () => (await stateOf()) === 'CompleteCommit');
    await waitUntil('the end of what followed', async () => {
      const [lastStableOffset, highWatermark] = await ends(topic);
      return lastStableOffset === highWatermark;
    });
    expect(await consume(topic)).toEqual(['first']);
    // As a client repeats a batch of which it has heard nothing.
    const repeated = await producer.produce(topic, ['second'], { sequence: 0 });
    expect(repeated.errorCode).toBe(0);
    expect((await producer.commit()).errorCode).toBe(0);
    expect(await consume(topic)).toEqual(['first', 'second']);
  });

  it('aborts in a log what the journal knows nothing of after a power failure', async () => {
    const topic = await fixture.createTopic('quick', 1, OS);
    await writeEverywhere([topic], 'unknown');
    await crash(async (dataDir) => {
      const [, beginning] = await journalGroupsWith(dataDir, ID);
      if (beginning === undefined) throw new Error('the transaction is not in the journal');
      await cutJournal(beginning);
    });

    await ended(topic, 2n);
    expect(await consume(topic)).toEqual([]);
    await producer.init();
    await writeEverywhere([topic], 'known');
    expect((await producer.commit()).errorCode).toBe(0);
    expect(await consume(topic)).toEqual(['known']);
  });

  it('still fences, and never repeats a producer id, after a crash', async () => {
    const topic = await fixture.createTopic('journalled');
    const old = producer;
    await writeEverywhere([topic], 'lost');
    await crash();
    producer = await TransactionalProducer.start(fixture.client, ID);
    expect([producer.producerId, producer.epoch]).toEqual([old.producerId, old.epoch + 2]);
    expect((await old.produce(topic, ['late'])).errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    const other = await TransactionalProducer.start(fixture.client, 'another');
    expect(other.producerId).toBeGreaterThan(producer.producerId);
    expect(await consume(topic)).toEqual([]);
  });
});
