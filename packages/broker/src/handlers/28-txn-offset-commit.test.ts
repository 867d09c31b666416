import type { GroupCoordinator, PartitionAdmission } from '@millrace/coordinator';
import { ErrorCode } from '@millrace/protocol';
import {
  createTxnOffsetCommitRequest,
  createTxnOffsetCommitResponse,
  type TxnOffsetCommitResponse,
} from '@millrace/protocol/messages/28-txn-offset-commit';
import { txnOffsetCommitHandler } from './28-txn-offset-commit.ts';
import type { RequestContext } from './handler.ts';

const REQUEST = createTxnOffsetCommitRequest({
  transactionalId: 'transfer',
  groupId: 'group',
  producerId: 7n,
  producerEpoch: 3,
  topics: [
    {
      name: 'topic',
      topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
      partitions: [
        { partitionIndex: 0, committedOffset: 5n, committedLeaderEpoch: -1, committedMetadata: '' },
        { partitionIndex: 1, committedOffset: 6n, committedLeaderEpoch: -1, committedMetadata: '' },
      ],
    },
  ],
});
const TAKEN = createTxnOffsetCommitResponse();

/** A broker whose coordinators note what they are asked. */
class Fakes {
  readonly calls: (PartitionAdmission | 'commit')[] = [];
  consent = 0;
  verifies = true;

  async ask(apiVersion: number, request = REQUEST): Promise<TxnOffsetCommitResponse> {
    const commitTransactionalOffsets: GroupCoordinator['commitTransactionalOffsets'] = () => {
      this.calls.push('commit');
      return Promise.resolve(TAKEN);
    };
    const context = {
      apiVersion,
      clientId: null,
      connection: { remoteAddress: '127.0.0.1' },
      services: {
        config: { transactionPartitionVerificationEnable: this.verifies },
        groups: { partitionFor: () => 12, commitTransactionalOffsets },
        transactions: {
          admit: (admission: PartitionAdmission) => {
            this.calls.push(admission);
            return [this.consent];
          },
        },
      },
    } as unknown as RequestContext;
    return (await txnOffsetCommitHandler.handle(context, request)) as TxnOffsetCommitResponse;
  }

  async codes(apiVersion: number, consent: number): Promise<number[]> {
    this.consent = consent;
    const { topics } = await this.ask(apiVersion);
    return topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode));
  }
}

describe('txnOffsetCommitHandler', () => {
  const admission = {
    transactionalId: 'transfer',
    producerId: 7,
    producerEpoch: 3,
    partitions: [{ topic: '__consumer_offsets', partition: 12 }],
  };

  it('makes the group part of the transaction from version 5 on, and before asks whether it is', async () => {
    const fakes = new Fakes();

    expect([await fakes.ask(5), await fakes.ask(4)]).toEqual([TAKEN, TAKEN]);

    expect(fakes.calls).toEqual([{ ...admission, mode: 'add' }, 'commit', { ...admission, mode: 'verify' }, 'commit']);
  });

  it('asks nobody for old clients when transaction.partition.verification.enable is off', async () => {
    const fakes = new Fakes();
    fakes.verifies = false;

    await fakes.ask(4);
    await fakes.ask(5);

    expect(fakes.calls).toEqual(['commit', { ...admission, mode: 'add' }, 'commit']);
  });

  it.each([
    [5, ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.INVALID_PRODUCER_EPOCH],
    [5, ErrorCode.PRODUCER_FENCED, ErrorCode.INVALID_PRODUCER_EPOCH],
    [5, ErrorCode.INVALID_PRODUCER_ID_MAPPING, ErrorCode.INVALID_PRODUCER_ID_MAPPING],
    [5, ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.CONCURRENT_TRANSACTIONS],
    [4, ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS],
    [4, ErrorCode.TRANSACTION_ABORTABLE, ErrorCode.TRANSACTION_ABORTABLE],
    [3, ErrorCode.TRANSACTION_ABORTABLE, ErrorCode.INVALID_TXN_STATE],
    [5, ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS],
  ])(
    'in version %i says for a refusal with %i to every partition %i, and commits nothing',
    async (version, consent, code) => {
      const fakes = new Fakes();

      expect(await fakes.codes(version, consent)).toEqual([code, code]);

      expect(fakes.calls).not.toContain('commit');
    },
  );

  it('refuses an empty group id before anything else', async () => {
    const fakes = new Fakes();

    const { topics } = await fakes.ask(5, { ...REQUEST, groupId: '' });

    expect(topics[0]?.partitions.map(({ errorCode }) => errorCode)).toEqual([24, 24]);
    expect(fakes.calls).toEqual([]);
  });
});
