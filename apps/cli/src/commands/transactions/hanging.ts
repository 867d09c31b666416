/**
 * Whether an open transaction hangs: a partition holds it open, and no coordinator is going to end it there (KIP-664).
 *
 * Invariants: the coordinator is asked after the partition was, and the partition once more after that, so that a transaction that ends
 *   meanwhile is not taken for one that hangs. What cannot be found out counts as not hanging.
 */
import { messageOf } from '@millrace/base';
import { oneOrThrow, type Admin, type PartitionProducers, type TransactionState } from '@millrace/sdk';

export interface OpenTransaction {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

export type TransactionWitness = Pick<Admin, 'describeProducers' | 'describeTransactions' | 'listTransactions'>;

/** In these the coordinator still owes its partitions a marker. */
const UNENDED: ReadonlySet<TransactionState> = new Set([
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'PrepareEpochFence',
]);

/** What shows that it does not hang, or keeps from saying so; undefined when it hangs. */
export async function whyNotHanging(
  admin: TransactionWitness,
  { topic, partition, startOffset, producerId, producerEpoch }: OpenTransaction,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { transactions, failures } = await admin.listTransactions({ producerIds: [producerId], signal });
  for (const { transactionalId } of transactions) {
    const [described] = await admin.describeTransactions([transactionalId], { signal });
    if (described === undefined || (!described.ok && described.error.kafkaCode === 'TRANSACTIONAL_ID_NOT_FOUND'))
      continue;
    if (!described.ok) return `what "${transactionalId}" does is not known: ${messageOf(described.error)}`;
    const { state, partitions, startedAt, timeoutMs } = described;
    const isThere = partitions.some((each) => each.topic === topic && each.partition === partition);
    if (!UNENDED.has(state) || !isThere) continue;
    const since = startedAt === undefined ? '' : ` since ${new Date(startedAt).toISOString()}`;
    return `the coordinator of "${transactionalId}" has it as ${state}${since}, with a timeout of ${String(timeoutMs)} ms`;
  }
  const [failure] = failures;
  if (failure !== undefined)
    return `broker ${String(failure.nodeId)} did not tell its transactions: ${messageOf(failure.error)}`;
  const { producers } = oneOrThrow(await admin.describeProducers([{ topic, partition }], { signal }));
  return isOpen(producers, { startOffset, producerId, producerEpoch }) ? undefined : 'it has ended meanwhile';
}

function isOpen(
  producers: PartitionProducers['producers'],
  { startOffset, producerId, producerEpoch }: Omit<OpenTransaction, 'topic' | 'partition'>,
): boolean {
  return producers.some(
    (each) =>
      each.producerId === producerId &&
      each.producerEpoch === producerEpoch &&
      each.transactionStartOffset === startOffset,
  );
}
