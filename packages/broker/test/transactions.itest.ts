import { ErrorCode } from '@millrace/protocol';
import { produceRequest, produceResponse } from '@millrace/protocol/messages/00-produce';
import {
  createListOffsetsRequest,
  listOffsetsRequest,
  listOffsetsResponse,
} from '@millrace/protocol/messages/02-list-offsets';
import {
  createOffsetFetchRequest,
  offsetFetchRequest,
  offsetFetchResponse,
} from '@millrace/protocol/messages/09-offset-fetch';
import {
  batchOf,
  BrokerFixture,
  fetch,
  produce,
  produceMessage,
  recordsIn,
  type CreatedTopic,
  type FetchOptions,
} from './broker-fixture.ts';
import { markersIn, visibleValues } from './committed-view.ts';
import { GroupMember, rebalance } from './group-member.ts';
import {
  findGroupCoordinator,
  TransactionalProducer,
  waitForEnd,
  type TransactionalProducerOptions,
} from './transactional-producer.ts';

const [READ_UNCOMMITTED, READ_COMMITTED] = [0, 1];
const FLOWS = ['new', 'old'] as const;

describe('transactions', () => {
  let fixture: BrokerFixture;
  let topicCount = 0;

  beforeAll(async () => {
    fixture = await BrokerFixture.start({ config: { 'group.initial.rebalance.delay.ms': '0' } });
    await findGroupCoordinator(fixture.client, 'any');
  });

  afterAll(async () => {
    expect(fixture.logger.errors).toEqual([]);
    await fixture.close();
  });

  const newTopic = (partitionCount = 1, configs: Readonly<Record<string, string>> = {}): Promise<CreatedTopic> =>
    fixture.createTopic(`topic-${topicCount++}`, partitionCount, configs);
  const newProducer = async (id: string, options: TransactionalProducerOptions = {}): Promise<TransactionalProducer> =>
    TransactionalProducer.start(await fixture.connect(), id, options);
  const committedIn = (topic: CreatedTopic, options: FetchOptions = {}) =>
    fetch(fixture.client, topic, { isolationLevel: READ_COMMITTED, ...options });
  /** Values that a consumer with read_committed gets, as every client computes them. */
  const consume = async (topic: CreatedTopic, partition = 0): Promise<string[]> =>
    visibleValues(await committedIn(topic, { partition }));

  /** Begins a transaction with one record on the topic. */
  const begin = async (producer: TransactionalProducer, topic: CreatedTopic, value = 'a', partition = 0) => {
    const { errorCode } = await producer.produce(topic, [value], { partition });
    expect(errorCode).toBe(0);
  };
  const beginOld = async (producer: TransactionalProducer, topic: CreatedTopic, value = 'a', partition = 0) => {
    expect(await producer.addPartitions(topic, [partition])).toEqual([0]);
    await begin(producer, topic, value, partition);
  };
  const beginWith = { new: begin, old: beginOld };

  describe('semantics 20: InitProducerId with a transactional id', () => {
    it('answers a producer id with epoch 0, then the same one with the next epoch', async () => {
      const producer = await newProducer('init');
      const { producerId } = producer;
      expect([producerId >= 0n, producer.epoch]).toEqual([true, 0]);
      await producer.init();
      expect([producer.producerId, producer.epoch]).toEqual([producerId, 1]);
    });

    it.each(FLOWS)('fences the instance before in the %s flow', async (flow) => {
      const topic = await newTopic();
      const old = await newProducer(`fenced-${flow}`, { flow });
      const next = await newProducer(`fenced-${flow}`, { flow });
      expect(next.epoch).toBe(old.epoch + 1);

      expect(await old.addPartitions(topic, [0], 3)).toEqual([ErrorCode.PRODUCER_FENCED]);
      expect(await old.addPartitions(topic, [0], 1)).toEqual([ErrorCode.INVALID_PRODUCER_EPOCH]);
      expect(await old.addOffsets('group', 3)).toBe(ErrorCode.PRODUCER_FENCED);
      expect(await old.addOffsets('group', 1)).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
      expect((await old.end(true, 4)).errorCode).toBe(ErrorCode.PRODUCER_FENCED);
      expect((await old.end(true, 1)).errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
      expect((await old.produce(topic, ['late'])).errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
      const { producerId, epoch: producerEpoch } = old;
      expect((await old.initOnce({ producerId, producerEpoch }, 4)).errorCode).toBe(ErrorCode.PRODUCER_FENCED);
      expect((await old.initOnce({ producerId, producerEpoch }, 3)).errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
      await beginWith[flow](next, topic, 'mine');
      expect((await next.commit()).errorCode).toBe(0);
      expect(await consume(topic)).toEqual(['mine']);
    });

    it('aborts the transaction that is open, and gives an epoch two higher', async () => {
      const topic = await newTopic();
      const old = await newProducer('aborting');
      await begin(old, topic, 'lost');
      const next = await newProducer('aborting');

      expect([next.producerId, next.epoch]).toEqual([old.producerId, old.epoch + 2]);
      expect(await consume(topic)).toEqual([]);
      expect((await old.produce(topic, ['late'], { sequence: 1 })).errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
      await begin(next, topic, 'kept');
      await next.commit();
      expect(await consume(topic)).toEqual(['kept']);
    });

    it('goes on from an epoch that the producer itself names', async () => {
      const producer = await newProducer('recovering');
      const { producerId, epoch: producerEpoch } = producer;
      const answer = await producer.initOnce({ producerId, producerEpoch });
      expect([answer.errorCode, answer.producerId, answer.producerEpoch]).toEqual([0, producerId, producerEpoch + 1]);
    });

    it.each([0, -1, 900_001])('refuses a timeout of %i ms', async (transactionTimeoutMs) => {
      const producer = await newProducer('timeouts');
      const { errorCode } = await producer.initOnce({ transactionTimeoutMs });
      expect(errorCode).toBe(ErrorCode.INVALID_TRANSACTION_TIMEOUT);
    });

    it.each([0, 1, 2, 3, 4, 5])('is answered in version %i', async (version) => {
      await newProducer(`version-${version}`);
      const producer = new TransactionalProducer(fixture.client, `version-${version}`);
      const answer = await producer.initOnce({}, version);
      expect([answer.errorCode, answer.producerEpoch]).toEqual([0, 1]);
    });
  });

  describe.each(FLOWS)('semantics 22: the end of a transaction in the %s flow', (flow) => {
    it.each([
      ['commit', true],
      ['abort', false],
    ] as const)('writes a control record that says %s, and takes one offset', async (type, committed) => {
      const topic = await newTopic(2);
      const producer = await newProducer(`end-${flow}-${type}`, { flow });
      await beginWith[flow](producer, topic, 'a', 0);
      await beginWith[flow](producer, topic, 'b', 1);
      const { epoch } = producer;
      expect((await producer.end(committed)).errorCode).toBe(0);

      for (const partition of [0, 1]) {
        const fetched = await fetch(fixture.client, topic, { partition, offset: 1 });
        expect(markersIn(fetched.records)).toEqual([{ offset: 1, type, epoch: flow === 'new' ? epoch + 1 : epoch }]);
        expect(fetched.highWatermark).toBe(2n);
      }
      const next = await produce(fixture.client, topic, batchOf(['c']));
      expect(next.baseOffset).toBe(2n);
      expect(await consume(topic)).toEqual(committed ? ['a', 'c'] : ['c']);
    });
  });

  describe('semantics 23: read_committed', () => {
    it('stops at the first record of an open transaction, and goes on when it ends', async () => {
      const topic = await newTopic();
      await produce(fixture.client, topic, batchOf(['before']));
      const producer = await newProducer('lso');
      await begin(producer, topic, 'open');
      await produce(fixture.client, topic, batchOf(['behind']));

      const stopped = await committedIn(topic);
      expect(recordsIn(stopped).map(({ value }) => value)).toEqual(['before']);
      expect([stopped.lastStableOffset, stopped.highWatermark]).toEqual([1n, 3n]);
      expect(recordsIn(await fetch(fixture.client, topic)).map(({ value }) => value)).toEqual([
        'before',
        'open',
        'behind',
      ]);

      const waiting = fetch(await fixture.connect(), topic, {
        isolationLevel: READ_COMMITTED,
        offset: 1,
        maxWaitMs: 10_000,
      });
      await producer.commit();
      expect(visibleValues(await waiting)).toEqual(['open', 'behind']);
      expect((await committedIn(topic)).lastStableOffset).toBe(4n);
    });

    it('names the aborted transactions of the fetched range, and only those', async () => {
      const topic = await newTopic();
      const [first, second] = [await newProducer('aborted-1'), await newProducer('aborted-2')];
      await begin(first, topic, 'a0');
      await begin(second, topic, 'b1');
      await first.abort();
      await second.produce(topic, ['b3']);
      await second.abort();
      await begin(first, topic, 'a5');
      await first.commit();
      // 0 a, 1 b, 2 abort of a, 3 b, 4 abort of b, 5 a, 6 commit

      const aborted = async (offset: number, partitionMaxBytes?: number) => {
        const options = partitionMaxBytes === undefined ? {} : { partitionMaxBytes };
        const { abortedTransactions } = await committedIn(topic, { offset, ...options });
        return abortedTransactions?.map(({ producerId, firstOffset }) => [producerId, firstOffset]);
      };
      expect(await aborted(0)).toEqual([
        [first.producerId, 0n],
        [second.producerId, 1n],
      ]);
      expect(await aborted(3)).toEqual([[second.producerId, 1n]]);
      expect(await aborted(5)).toEqual([]);
      expect(await aborted(0, 1)).toEqual([[first.producerId, 0n]]);
      expect(await consume(topic)).toEqual(['a5']);
    });

    it('gives read_uncommitted no list, and read_committed an empty one', async () => {
      const topic = await newTopic();
      await produce(fixture.client, topic, batchOf(['plain']));
      expect((await fetch(fixture.client, topic, { isolationLevel: READ_UNCOMMITTED })).abortedTransactions).toBeNull();
      expect((await committedIn(topic)).abortedTransactions).toEqual([]);
    });
  });

  describe('semantics 24: ListOffsets latest', () => {
    it('is the last stable offset under read_committed and the high watermark otherwise', async () => {
      const topic = await newTopic();
      await produce(fixture.client, topic, batchOf(['before']));
      const producer = await newProducer('latest');
      await begin(producer, topic);
      const latest = async (isolationLevel: number) => {
        const partitions = [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1n }];
        const request = createListOffsetsRequest({
          replicaId: -1,
          isolationLevel,
          topics: [{ name: topic.name, partitions }],
        });
        const { topics } = await fixture.client.call(listOffsetsRequest, listOffsetsResponse, 7, request);
        return topics[0]?.partitions[0]?.offset;
      };
      expect([await latest(READ_COMMITTED), await latest(READ_UNCOMMITTED)]).toEqual([1n, 2n]);
      await producer.abort();
      expect([await latest(READ_COMMITTED), await latest(READ_UNCOMMITTED)]).toEqual([3n, 3n]);
    });
  });

  describe('semantics 25: offsets in transactions', () => {
    const offsetOf = async (groupId: string, topic: CreatedTopic, requireStable = true) => {
      const request = createOffsetFetchRequest({
        requireStable,
        groups: [
          {
            groupId,
            memberId: null,
            memberEpoch: -1,
            topics: [{ name: topic.name, topicId: topic.topicId, partitionIndexes: [0] }],
          },
        ],
      });
      const { groups } = await fixture.client.call(offsetFetchRequest, offsetFetchResponse, 8, request);
      const partition = groups[0]?.topics[0]?.partitions[0];
      return [partition?.errorCode, partition?.committedOffset];
    };

    it.each([
      ['commit', true, 7n],
      ['abort', false, -1n],
    ] as const)('are seen when it ends with %s, and not before', async (type, committed, expected) => {
      const topic = await newTopic();
      const groupId = `pending-${type}`;
      const producer = await newProducer(`offsets-${type}`);
      expect(await producer.commitOffset(groupId, topic, 7)).toBe(0);

      expect(await offsetOf(groupId, topic)).toEqual([ErrorCode.UNSTABLE_OFFSET_COMMIT, -1n]);
      expect(await offsetOf(groupId, topic, false)).toEqual([0, -1n]);
      expect((await producer.end(committed)).errorCode).toBe(0);
      expect(await offsetOf(groupId, topic)).toEqual([0, expected]);
    });

    it('need AddOffsetsToTxn below version 5', async () => {
      const topic = await newTopic();
      const producer = await newProducer('offsets-old', { flow: 'old' });
      expect(await producer.commitOffset('old-group', topic, 5, {}, 4)).toBe(ErrorCode.TRANSACTION_ABORTABLE);
      expect(await producer.addOffsets('old-group')).toBe(0);
      expect(await producer.commitOffset('old-group', topic, 5, {}, 4)).toBe(0);
      expect((await producer.commit()).errorCode).toBe(0);
      expect(await offsetOf('old-group', topic)).toEqual([0, 5n]);
    });

    it('end together with the records of the transaction', async () => {
      const topic = await newTopic();
      const producer = await newProducer('read-process-write');
      await begin(producer, topic, 'made of it');
      expect(await producer.commitOffset('rpw', topic, 3)).toBe(0);
      await producer.commit();
      expect(await consume(topic)).toEqual(['made of it']);
      expect(await offsetOf('rpw', topic)).toEqual([0, 3n]);
    });

    it('are refused to members that the group has moved on from', async () => {
      const topic = await newTopic();
      const member = new GroupMember(await fixture.connect(), { groupId: 'zombies', groupInstanceId: 'static-1' });
      await rebalance([member]);
      const producer = await newProducer('zombies');
      const { memberId, generationId } = member;
      const commit = (fields: Parameters<TransactionalProducer['commitOffset']>[3]) =>
        producer.commitOffset('zombies', topic, 1, {
          generationIdOrMemberEpoch: generationId,
          memberId,
          groupInstanceId: 'static-1',
          ...fields,
        });
      expect(await commit({ generationIdOrMemberEpoch: generationId - 1 })).toBe(ErrorCode.ILLEGAL_GENERATION);
      expect(await commit({ memberId: 'nobody', groupInstanceId: null })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
      expect(await commit({ memberId: 'another' })).toBe(ErrorCode.FENCED_INSTANCE_ID);
      expect(await commit({})).toBe(0);
      expect((await producer.commit()).errorCode).toBe(0);
    });
  });

  describe('semantics 26: ending a transaction again, and beginning while it ends', () => {
    it.each([
      ['commit after abort', false, true],
      ['abort after commit', true, false],
    ] as const)('refuses %s in the old flow', async (name, first, second) => {
      const topic = await newTopic();
      const producer = await newProducer(`twice-${name}`, { flow: 'old' });
      await beginOld(producer, topic);
      expect((await producer.end(first)).errorCode).toBe(0);
      expect((await producer.end(second)).errorCode).toBe(ErrorCode.INVALID_TXN_STATE);
      expect((await waitForEnd(() => producer.end(first))).errorCode).toBe(0);
    });

    it('answers a retry as it answered before', async () => {
      const topic = await newTopic();
      const producer = await newProducer('retry-end');
      await begin(producer, topic);
      const { producerId, epoch } = producer;
      const first = await producer.commit();
      expect([first.errorCode, first.producerId, first.producerEpoch]).toEqual([0, producerId, epoch + 1]);

      producer.epoch = epoch;
      const again = await waitForEnd(() => producer.commit());
      expect([again.errorCode, again.producerId, again.producerEpoch]).toEqual([0, producerId, epoch + 1]);
      expect(await consume(topic)).toEqual(['a']);
      expect((await fetch(fixture.client, topic)).highWatermark).toBe(2n);
    });

    it('says CONCURRENT_TRANSACTIONS or succeeds when ends are sent without waiting', async () => {
      const topic = await newTopic();
      const producer = await newProducer('pipelined-end', { flow: 'old' });
      await beginOld(producer, topic);
      const answers = await Promise.all([producer.commit(), producer.commit(), producer.commit()]);
      expect(answers[0]?.errorCode).toBe(0);
      for (const { errorCode } of answers) expect([0, ErrorCode.CONCURRENT_TRANSACTIONS]).toContain(errorCode);
      expect((await fetch(fixture.client, topic)).highWatermark).toBe(2n);
    });
  });

  describe('semantics 27: transaction version 2', () => {
    it.each([12, 13])('adds partitions that Produce %i writes', async (version) => {
      const topic = await newTopic(2);
      const producer = await newProducer(`implicit-${version}`);
      expect((await producer.produce(topic, ['a'], { version })).errorCode).toBe(0);
      expect((await producer.produce(topic, ['b'], { version, partition: 1 })).errorCode).toBe(0);
      expect((await producer.commit()).errorCode).toBe(0);
      expect([await consume(topic, 0), await consume(topic, 1)]).toEqual([['a'], ['b']]);
    });

    it.each([
      [11, 'TRANSACTION_ABORTABLE'],
      [10, 'INVALID_TXN_STATE'],
      [9, 'INVALID_TXN_STATE'],
    ] as const)('refuses in Produce %i what was not added, with %s', async (version, code) => {
      const topic = await newTopic(2);
      const producer = await newProducer(`unadded-${version}`, { flow: 'old' });
      expect((await producer.produce(topic, ['a'], { version })).errorCode).toBe(ErrorCode[code]);
      expect(await producer.addPartitions(topic, [0])).toEqual([0]);
      expect((await producer.produce(topic, ['a'], { version })).errorCode).toBe(0);
      expect((await producer.produce(topic, ['b'], { version, partition: 1 })).errorCode).toBe(ErrorCode[code]);
      expect((await producer.abort()).errorCode).toBe(0);
      // What was not added has not even a marker.
      expect((await fetch(fixture.client, topic, { partition: 1 })).highWatermark).toBe(0n);
    });

    it('gives a new epoch with every end, under which sequences begin at 0', async () => {
      const topic = await newTopic();
      const producer = await newProducer('epochs');
      for (const epoch of [0, 1, 2, 3]) {
        expect(producer.epoch).toBe(epoch);
        await begin(producer, topic, String(epoch));
        expect((await producer.end(epoch % 2 === 0)).errorCode).toBe(0);
      }
      expect(await consume(topic)).toEqual(['0', '2']);
    });

    it('refuses records of a transaction that has ended', async () => {
      const topic = await newTopic(2);
      const producer = await newProducer('late');
      await begin(producer, topic);
      const { epoch } = producer;
      await producer.commit();

      for (const partition of [0, 1]) {
        const late = await producer.produce(topic, ['late'], { epoch, partition, sequence: partition === 0 ? 1 : 0 });
        expect(late.errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
      }
      expect((await committedIn(topic)).lastStableOffset).toBe(2n);
    });

    it('ends an empty transaction: a commit is refused, an abort gives a new epoch', async () => {
      const producer = await newProducer('empty');
      expect((await producer.commit()).errorCode).toBe(ErrorCode.INVALID_TXN_STATE);
      const { epoch } = producer;
      const answer = await producer.abort();
      expect([answer.errorCode, answer.producerEpoch]).toEqual([0, epoch + 1]);
    });

    it('refuses a transaction that does not begin at sequence 0', async () => {
      const topic = await newTopic();
      const producer = await newProducer('gap');
      const { errorCode } = await producer.produce(topic, ['a'], { sequence: 5 });
      expect(errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    });

    it('keeps the order of produces that are sent without waiting', async () => {
      const topic = await newTopic();
      const producer = await newProducer('pipelined');
      const sent: Promise<unknown>[] = [];
      for (let sequence = 0; sequence < 20; sequence++) {
        const codec = sequence % 3 === 0 ? { codec: 'gzip' as const } : {};
        sent.push(producer.produce(topic, [String(sequence)], { sequence, ...codec }));
      }
      for (const [index, result] of (await Promise.all(sent)).entries()) {
        expect(result).toMatchObject({ errorCode: 0, baseOffset: BigInt(index) });
      }
      await producer.commit();
      expect(await consume(topic)).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
    });

    it('takes batches that are opened off the event loop into the transaction', async () => {
      const topic = await newTopic();
      const producer = await newProducer('large');
      const large = Array.from({ length: 400 }, (_, index) => String(index).repeat(500));
      const results = await Promise.all([
        producer.produce(topic, large, { codec: 'gzip', sequence: 0 }),
        producer.produce(topic, ['small'], { sequence: large.length }),
      ]);
      expect(results.map(({ errorCode }) => errorCode)).toEqual([0, 0]);
      await producer.commit();
      const { highWatermark, lastStableOffset } = await committedIn(topic);
      expect([highWatermark, lastStableOffset]).toEqual([BigInt(large.length + 2), BigInt(large.length + 2)]);
    });
  });

  describe('requests whose parts disagree', () => {
    it('refuses a batch of a transaction without a transactional id, and all else in the request', async () => {
      const topic = await newTopic(2);
      const producer = await newProducer('disagreeing');
      const batch = (partition: number) => ({
        index: partition,
        records: batchOf(['a'], {
          producerId: producer.producerId,
          producerEpoch: producer.epoch,
          baseSequence: 0,
          isTransactional: partition === 1,
        }),
      });
      const message = produceMessage(topic, null);
      const [named] = message.topicData;
      if (named === undefined) throw new Error('no topic');
      const request = { ...message, topicData: [{ ...named, partitionData: [batch(0), batch(1)] }] };
      const { responses } = await fixture.client.call(produceRequest, produceResponse, 13, request);
      expect(responses[0]?.partitionResponses.map(({ errorCode }) => errorCode)).toEqual([
        ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
      ]);
      expect((await fetch(fixture.client, topic)).highWatermark).toBe(0n);
    });

    it('takes batches outside transactions under a transactional id', async () => {
      const topic = await newTopic();
      await newProducer('plain');
      const result = await produce(fixture.client, topic, batchOf(['plain']), { transactionalId: 'plain' });
      expect(result.errorCode).toBe(0);
      expect(await consume(topic)).toEqual(['plain']);
    });

    it('refuses an id and a producer that do not belong together', async () => {
      const topic = await newTopic();
      const [one, other] = [await newProducer('one'), await newProducer('other')];
      one.producerId = other.producerId;
      expect((await one.produce(topic, ['a'])).errorCode).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    });
  });

  it('commits to topics of both durabilities together', async () => {
    const [journalled, quick] = [await newTopic(), await newTopic(1, { 'millrace.durability': 'os' })];
    const producer = await newProducer('both');
    for (const round of ['1', '2']) {
      await begin(producer, journalled, round);
      await begin(producer, quick, round);
      expect((await waitForEnd(() => producer.commit())).errorCode).toBe(0);
    }
    expect([await consume(journalled), await consume(quick)]).toEqual([
      ['1', '2'],
      ['1', '2'],
    ]);
  });
});
