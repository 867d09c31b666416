import { waitUntil } from '@millrace/testing';
import { json, nullable, oneOrThrow, str, topic, type Kafka } from '../src/index.ts';

/**
 * Transactions that the coordinator aborts since they are open for too long: one learns of it from its commit, one from its records, and
 * the producer goes on after both. Leaves `{"n":3}` as the only committed record in partition 0 of the topic.
 */
export async function outliveTransactions(client: Kafka, topicName: string): Promise<void> {
  const orders = topic(topicName, { key: nullable(str), value: json<{ n: number }>() });
  await using admin = client.admin();
  await using producer = client.producer({ transactionalId: 'slow', transactionTimeoutMs: 1_000 });
  const untilAborted = async (): Promise<void> => {
    const isAborted = async (): Promise<boolean> =>
      oneOrThrow(await admin.describeTransactions(['slow'])).state === 'CompleteAbort';
    await waitUntil('the coordinator aborts the transaction', isAborted);
  };

  const first = await producer.begin();
  await first.send(orders, { value: { n: 1 }, partition: 0 });
  await untilAborted();
  const committing = first.commit();
  await expect(committing).rejects.toMatchObject({ needsAbort: true, fatal: false, kafkaCode: 'INVALID_TXN_STATE' });
  await first.abort();

  const second = await producer.begin();
  await second.send(orders, { value: { n: 2 }, partition: 0 });
  await untilAborted();
  const late = second.send(orders, { value: { n: 2 }, partition: 0 });
  await expect(late).rejects.toMatchObject({ needsAbort: true, fatal: false, kafkaCode: 'INVALID_PRODUCER_EPOCH' });
  await expect(second.commit()).rejects.toMatchObject({ needsAbort: true, fatal: false });
  await second.abort();

  const third = await producer.begin();
  await third.send(orders, { value: { n: 3 }, partition: 0 });
  await third.commit();
}
