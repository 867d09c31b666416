import { ErrorCode } from '@millrace/protocol';
import {
  createWriteTxnMarkersRequest,
  writeTxnMarkersRequest,
  writeTxnMarkersResponse,
} from '@millrace/protocol/messages/27-write-txn-markers';
import {
  createDescribeProducersRequest,
  describeProducersRequest,
  describeProducersResponse,
} from '@millrace/protocol/messages/61-describe-producers';
import {
  createDescribeTransactionsRequest,
  describeTransactionsRequest,
  describeTransactionsResponse,
} from '@millrace/protocol/messages/65-describe-transactions';
import {
  createListTransactionsRequest,
  listTransactionsRequest,
  listTransactionsResponse,
  type ListTransactionsRequest,
} from '@millrace/protocol/messages/66-list-transactions';
import { BrokerFixture, fetch, type CreatedTopic } from './broker-fixture.ts';
import { markersIn } from './committed-view.ts';
import { ManualTime } from './manual-time.ts';
import { TransactionalProducer } from './transactional-producer.ts';

describe('semantics 28: a hanging transaction', () => {
  let time: ManualTime;
  let fixture: BrokerFixture;
  let topic: CreatedTopic;
  let producer: TransactionalProducer;

  beforeEach(async () => {
    time = new ManualTime();
    fixture = await BrokerFixture.start({ clock: time.clock, timers: time.timers });
    topic = await fixture.createTopic('topic', 2);
    producer = await TransactionalProducer.start(await fixture.connect(), 'orders-1', {
      timeoutMs: 900_000,
      clock: time.clock,
    });
    expect((await producer.produce(topic, ['a', 'b'])).errorCode).toBe(0);
    expect((await producer.produce(topic, ['c'], { partition: 1 })).errorCode).toBe(0);
  });

  afterEach(async () => {
    expect(fixture.logger.errors).toEqual([]);
    await fixture.close();
  });

  const describeProducers = async () => {
    const request = createDescribeProducersRequest({ topics: [{ name: topic.name, partitionIndexes: [0, 9] }] });
    const { topics } = await fixture.client.call(describeProducersRequest, describeProducersResponse, 0, request);
    return topics[0]?.partitions;
  };
  const list = async (fields: Partial<ListTransactionsRequest> = {}, version = 2) => {
    const request = createListTransactionsRequest(fields);
    return fixture.client.call(listTransactionsRequest, listTransactionsResponse, version, request);
  };
  const idsOf = async (fields: Partial<ListTransactionsRequest>): Promise<string[]> =>
    (await list(fields)).transactionStates.map(({ transactionalId }) => transactionalId).sort();
  const writeMarker = async (
    transactionResult: boolean,
    producerEpoch: number,
    topics = [{ name: topic.name, partitionIndexes: [0] }],
    version = 1,
  ) => {
    const marker = { producerId: producer.producerId, producerEpoch, transactionResult, coordinatorEpoch: 0 };
    const request = createWriteTxnMarkersRequest({ markers: [{ ...marker, topics, transactionVersion: 0 }] });
    const { markers } = await fixture.client.call(writeTxnMarkersRequest, writeTxnMarkersResponse, version, request);
    return markers.flatMap((each) => each.topics.flatMap(({ partitions }) => partitions.map((one) => one.errorCode)));
  };

  it('is shown by DescribeTransactions with its partitions', async () => {
    const request = createDescribeTransactionsRequest({ transactionalIds: ['orders-1', 'nobody'] });
    const answer = await fixture.client.call(describeTransactionsRequest, describeTransactionsResponse, 0, request);
    const [open, unknown] = answer.transactionStates;
    expect(open).toMatchObject({
      errorCode: 0,
      transactionState: 'Ongoing',
      transactionTimeoutMs: 900_000,
      producerId: producer.producerId,
      producerEpoch: producer.epoch,
    });
    expect(Number(open?.transactionStartTimeMs)).toBe(Math.floor(time.clock.nowMs()));
    expect(open?.topics.map((each) => [each.topic, [...each.partitions].sort()])).toEqual([[topic.name, [0, 1]]]);
    expect(unknown?.errorCode).toBe(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND);
  });

  it('is found by ListTransactions by state, producer, age and name', async () => {
    const other = await TransactionalProducer.start(await fixture.connect(), 'payments-1');
    expect(await idsOf({})).toEqual(['orders-1', 'payments-1']);
    expect(await idsOf({ stateFilters: ['Ongoing'] })).toEqual(['orders-1']);
    expect(await idsOf({ producerIdFilters: [other.producerId] })).toEqual(['payments-1']);
    expect((await list({ stateFilters: ['Strange', 'Ongoing'] })).unknownStateFilters).toEqual(['Strange']);

    const ongoing = ['Ongoing'];
    expect(await idsOf({ durationFilter: 60_000n, stateFilters: ongoing })).toEqual([]);
    time.advance(61_000);
    expect(await idsOf({ durationFilter: 60_000n, stateFilters: ongoing })).toEqual(['orders-1']);
    expect(await idsOf({ transactionalIdPattern: 'pay.*' })).toEqual(['payments-1']);
    expect((await list({ transactionalIdPattern: '(' })).errorCode).toBe(ErrorCode.INVALID_REGULAR_EXPRESSION);
  });

  it('is shown by DescribeProducers with its first offset', async () => {
    const [partition, missing] = (await describeProducers()) ?? [];
    expect(partition?.activeProducers).toMatchObject([
      { producerId: producer.producerId, producerEpoch: producer.epoch, lastSequence: 1, currentTxnStartOffset: 0n },
    ]);
    expect(missing?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    await producer.commit();
    const [after] = (await describeProducers()) ?? [];
    expect(after?.activeProducers).toMatchObject([{ producerId: producer.producerId, currentTxnStartOffset: -1n }]);
  });

  it.each([1, 2])('is ended by WriteTxnMarkers %i on the partition that it names, and on no other', async (version) => {
    const { epoch } = producer;
    expect(await writeMarker(false, epoch, undefined, version)).toEqual([0]);
    const [first, second] = await Promise.all([
      fetch(fixture.client, topic, { isolationLevel: 1 }),
      fetch(fixture.client, topic, { isolationLevel: 1, partition: 1 }),
    ]);
    expect(markersIn(first.records)).toEqual([{ offset: 2, type: 'abort', epoch }]);
    expect(first.abortedTransactions).toEqual([{ producerId: producer.producerId, firstOffset: 0n }]);
    expect([first.lastStableOffset, second.lastStableOffset]).toEqual([3n, 0n]);
    expect((await describeProducers())?.[0]?.activeProducers).toMatchObject([{ currentTxnStartOffset: -1n }]);
  });

  it('answers a marker per partition: for one that is not there, and for one of an old producer', async () => {
    const epoch = producer.epoch;
    await producer.abort();
    expect(producer.epoch).toBe(epoch + 1);
    const places = [
      { name: topic.name, partitionIndexes: [0, 9] },
      { name: 'gone', partitionIndexes: [0] },
    ];
    expect(await writeMarker(false, epoch, places)).toEqual([
      ErrorCode.INVALID_PRODUCER_EPOCH,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ]);
    expect(await writeMarker(false, -1)).toEqual([ErrorCode.INVALID_REQUEST]);
  });
});
