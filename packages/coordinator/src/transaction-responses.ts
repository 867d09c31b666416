/** Responses of the transaction coordinator that carry an error code, in the shape and with the code that each version knows. */
import { ErrorCode } from '@millrace/protocol';
import {
  createInitProducerIdResponse,
  type InitProducerIdResponse,
} from '@millrace/protocol/messages/22-init-producer-id';
import {
  createAddPartitionsToTxnResponse,
  type AddPartitionsToTxnRequest,
  type AddPartitionsToTxnRequestAddPartitionsToTxnTopic,
  type AddPartitionsToTxnResponse,
  type AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult,
} from '@millrace/protocol/messages/24-add-partitions-to-txn';
import {
  createAddOffsetsToTxnResponse,
  type AddOffsetsToTxnResponse,
} from '@millrace/protocol/messages/25-add-offsets-to-txn';
import { createEndTxnResponse, type EndTxnResponse } from '@millrace/protocol/messages/26-end-txn';
import {
  createDescribeTransactionsResponse,
  createDescribeTransactionsResponseTransactionState,
  type DescribeTransactionsRequest,
  type DescribeTransactionsResponse,
} from '@millrace/protocol/messages/65-describe-transactions';
import {
  createListTransactionsResponse,
  type ListTransactionsResponse,
} from '@millrace/protocol/messages/66-list-transactions';

/** First versions that know PRODUCER_FENCED. */
const INIT_PRODUCER_ID_WITH_FENCED = 4;
const WITH_FENCED = 2;
/** First version of AddPartitionsToTxn that names several transactions. */
export const ADD_PARTITIONS_WITH_BATCHES = 4;

export function initProducerIdFailure(errorCode: number, version: number): InitProducerIdResponse {
  const code = fencedCode(errorCode, version, INIT_PRODUCER_ID_WITH_FENCED);
  return createInitProducerIdResponse({ errorCode: code, producerId: -1n, producerEpoch: -1 });
}

export function addOffsetsFailure(errorCode: number, version: number): AddOffsetsToTxnResponse {
  return createAddOffsetsToTxnResponse({ errorCode: fencedCode(errorCode, version, WITH_FENCED) });
}

export function endTxnFailure(errorCode: number, version: number): EndTxnResponse {
  return createEndTxnResponse({ errorCode: fencedCode(errorCode, version, WITH_FENCED) });
}

export function addPartitionsCode(errorCode: number, version: number): number {
  return fencedCode(errorCode, version, WITH_FENCED);
}

/** One code for every partition. */
export function addPartitionsFailure(
  request: AddPartitionsToTxnRequest,
  errorCode: number,
  version: number,
): AddPartitionsToTxnResponse {
  const code = addPartitionsCode(errorCode, version);
  if (version < ADD_PARTITIONS_WITH_BATCHES) {
    return createAddPartitionsToTxnResponse({
      resultsByTopicV3AndBelow: topicResults(request.v3AndBelowTopics, () => code),
    });
  }
  return createAddPartitionsToTxnResponse({
    resultsByTransaction: request.transactions.map(({ transactionalId, topics }) => ({
      transactionalId,
      topicResults: topicResults(topics, () => code),
    })),
  });
}

/** In the order of the request; `codeAt` is asked with the running number of the partition. */
export function topicResults(
  topics: readonly AddPartitionsToTxnRequestAddPartitionsToTxnTopic[],
  codeAt: (index: number) => number,
): AddPartitionsToTxnResponseAddPartitionsToTxnTopicResult[] {
  let index = 0;
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode: codeAt(index++) })),
  }));
}

export function describeTransactionsFailure(
  request: DescribeTransactionsRequest,
  errorCode: number,
): DescribeTransactionsResponse {
  return createDescribeTransactionsResponse({
    transactionStates: request.transactionalIds.map((transactionalId) =>
      createDescribeTransactionsResponseTransactionState({ transactionalId, errorCode }),
    ),
  });
}

export function listTransactionsFailure(errorCode: number): ListTransactionsResponse {
  return createListTransactionsResponse({ errorCode });
}

function fencedCode(errorCode: number, version: number, fromVersion: number): number {
  if (errorCode !== ErrorCode.PRODUCER_FENCED || version >= fromVersion) return errorCode;
  return ErrorCode.INVALID_PRODUCER_EPOCH;
}
