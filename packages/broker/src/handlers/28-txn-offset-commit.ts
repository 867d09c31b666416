/**
 * TxnOffsetCommit 0–5: offsets of a group that count when the producer's transaction commits.
 *
 * v2+: leader epochs. v3+: the group's generation, member and instance, which keep zombies away (KIP-447). v4+: TRANSACTION_ABORTABLE
 * exists. v5+: the group becomes part of the transaction by this request (KIP-890); before, AddOffsetsToTxn must have made it one.
 * Version 6, with topic ids, is not offered. Differs from Apache Kafka: the transaction coordinator is asked each time, not only for the
 * first offsets of a transaction in a partition, so another transactional id than the producer's never passes.
 * Pinned by 28-txn-offset-commit.test.ts, test/28-txn-offset-commit.itest.ts, test/transactions.itest.ts and the tests of
 * @millrace/coordinator.
 */
import { OFFSETS_TOPIC, txnOffsetCommitFailure, type PartitionAdmission } from '@millrace/coordinator';
import { ErrorCode } from '@millrace/protocol';
import {
  txnOffsetCommitRequest,
  txnOffsetCommitResponse,
  type TxnOffsetCommitRequest,
  type TxnOffsetCommitResponse,
} from '@millrace/protocol/messages/28-txn-offset-commit';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler, type RequestContext } from './handler.ts';

const ABORTABLE_VERSION = 4;
const IMPLICIT_ADD_VERSION = 5;

export const txnOffsetCommitHandler = defineHandler<TxnOffsetCommitRequest, TxnOffsetCommitResponse>({
  request: txnOffsetCommitRequest,
  response: txnOffsetCommitResponse,
  minVersion: 0,
  maxVersion: 5,
  handle: (context, request) => {
    if (request.groupId === '') return txnOffsetCommitFailure(request, ErrorCode.INVALID_GROUP_ID);
    const refusal = admit(context, request);
    if (refusal !== ErrorCode.NONE) return txnOffsetCommitFailure(request, refusal);
    // In the turn of the consent: the offsets are in the log before the transaction can end.
    return context.services.groups.commitTransactionalOffsets(groupRequestContext(context), request);
  },
  failure: txnOffsetCommitFailure,
});

/** Asks the transaction coordinator whether the group's offsets are, or may become, part of the transaction; 0 = yes. */
function admit({ apiVersion, services }: RequestContext, request: TxnOffsetCommitRequest): number {
  const mode = apiVersion >= IMPLICIT_ADD_VERSION ? 'add' : 'verify';
  if (mode === 'verify' && !services.config.transactionPartitionVerificationEnable) return ErrorCode.NONE;
  const admission: PartitionAdmission = {
    transactionalId: request.transactionalId,
    producerId: Number(request.producerId),
    producerEpoch: request.producerEpoch,
    partitions: [{ topic: OFFSETS_TOPIC, partition: services.groups.partitionFor(request.groupId) }],
    mode,
  };
  const { neighbours, transactions } = services;
  const [errorCode = ErrorCode.UNKNOWN_SERVER_ERROR] =
    neighbours === undefined ? transactions.admit(admission) : neighbours.admit(services, admission);
  return answerFor(errorCode, apiVersion);
}

/** The coordinator's word in codes on which clients of that version do the right thing. */
function answerFor(errorCode: number, apiVersion: number): number {
  switch (errorCode) {
    case ErrorCode.PRODUCER_FENCED:
      return ErrorCode.INVALID_PRODUCER_EPOCH;
    case ErrorCode.TRANSACTION_ABORTABLE:
      return apiVersion >= ABORTABLE_VERSION ? errorCode : ErrorCode.INVALID_TXN_STATE;
    case ErrorCode.CONCURRENT_TRANSACTIONS:
      return apiVersion >= IMPLICIT_ADD_VERSION ? errorCode : ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
    case ErrorCode.NOT_COORDINATOR:
      // It is not the group's coordinator that is missing: clients should retry without looking for that.
      return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
    default:
      return errorCode;
  }
}
