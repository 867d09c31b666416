import { ErrorCode } from '@millrace/protocol';
import {
  createDescribeTransactionsRequest,
  describeTransactionsRequest,
  describeTransactionsResponse,
} from '@millrace/protocol/messages/65-describe-transactions';
import { waitUntil } from '@millrace/testing';
import { BrokerFixture, fetch, type CreatedTopic } from './broker-fixture.ts';
import { markersIn } from './committed-view.ts';
import { ManualTime } from './manual-time.ts';
import { TransactionalProducer } from './transactional-producer.ts';

const CHECK_MS = 10_000;
const DAY_MS = 86_400_000;

describe('semantics 21: transactions and time', () => {
  let time: ManualTime;
  let fixture: BrokerFixture;
  let topic: CreatedTopic;

  beforeEach(async () => {
    time = new ManualTime();
    fixture = await BrokerFixture.start({
      clock: time.clock,
      timers: time.timers,
      config: { 'connections.max.idle.ms': '-1' },
    });
    topic = await fixture.createTopic('topic');
  });

  afterEach(async () => {
    expect(fixture.logger.errors).toEqual([]);
    await fixture.close();
  });

  const newProducer = async (id: string, timeoutMs: number): Promise<TransactionalProducer> =>
    TransactionalProducer.start(await fixture.connect(), id, { timeoutMs, clock: time.clock });
  const describeOne = async (transactionalId: string) => {
    const request = createDescribeTransactionsRequest({ transactionalIds: [transactionalId] });
    const answer = await fixture.client.call(describeTransactionsRequest, describeTransactionsResponse, 0, request);
    return answer.transactionStates[0];
  };
  const lastStableOffset = async (): Promise<number> =>
    Number((await fetch(fixture.client, topic, { isolationLevel: 1 })).lastStableOffset);

  it('aborts a transaction that is open past its timeout, and fences its producer', async () => {
    const producer = await newProducer('slow', 30_000);
    const { epoch } = producer;
    expect((await producer.produce(topic, ['a'])).errorCode).toBe(0);

    time.advance(29_000);
    expect(await lastStableOffset()).toBe(0);
    expect((await producer.produce(topic, ['b'])).errorCode).toBe(0);
    time.advance(1_000 + CHECK_MS);
    await waitUntil('the end of the transaction', async () => (await lastStableOffset()) === 3);

    const { records } = await fetch(fixture.client, topic, { offset: 2 });
    expect(markersIn(records)).toEqual([{ offset: 2, type: 'abort', epoch: epoch + 1 }]);
    expect((await producer.produce(topic, ['late'])).errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    expect((await producer.commit()).errorCode).toBe(ErrorCode.INVALID_TXN_STATE);
    await producer.init();
    expect((await producer.produce(topic, ['anew'])).errorCode).toBe(0);
    expect((await producer.commit()).errorCode).toBe(0);
  });

  it('leaves a transaction alone that ends in time', async () => {
    const producer = await newProducer('quick', 30_000);
    await producer.produce(topic, ['a']);
    time.advance(20_000);
    expect((await producer.commit()).errorCode).toBe(0);
    await producer.produce(topic, ['b']);
    time.advance(20_000);
    expect((await producer.commit()).errorCode).toBe(0);
    expect(await lastStableOffset()).toBe(4);
  });

  it('forgets a transactional id that was not used for seven days', async () => {
    const producer = await newProducer('forgotten', 60_000);
    const { producerId } = producer;
    expect((await describeOne('forgotten'))?.errorCode).toBe(0);
    for (let day = 0; day < 6; day++) time.advance(DAY_MS);
    expect((await describeOne('forgotten'))?.errorCode).toBe(0);
    for (let day = 0; day < 2; day++) time.advance(DAY_MS);
    await waitUntil('the id to go', async () => {
      time.advance(3_600_000);
      return (await describeOne('forgotten'))?.errorCode === ErrorCode.TRANSACTIONAL_ID_NOT_FOUND;
    });
    await producer.init();
    expect(producer.producerId).not.toBe(producerId);
  });
});
