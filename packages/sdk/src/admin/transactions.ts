/** Transactions as their coordinators and the partitions know them (KIP-664): list, describe, abort, fence producers. */
import { ErrorCode } from '@millrace/protocol';
import {
  createInitProducerIdRequest,
  initProducerIdRequest,
  initProducerIdResponse,
} from '@millrace/protocol/messages/22-init-producer-id';
import {
  createWriteTxnMarkersRequest,
  writeTxnMarkersRequest,
  writeTxnMarkersResponse,
} from '@millrace/protocol/messages/27-write-txn-markers';
import {
  createDescribeTransactionsRequest,
  describeTransactionsRequest,
  describeTransactionsResponse,
  type DescribeTransactionsResponseTransactionState,
} from '@millrace/protocol/messages/65-describe-transactions';
import {
  createListTransactionsRequest,
  listTransactionsRequest,
  listTransactionsResponse,
  type ListTransactionsRequest,
} from '@millrace/protocol/messages/66-list-transactions';
import { brokerError, KafkaError } from '../error.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { AdminCall, CallOptions } from './admin-call.ts';
import { failuresOf, type NodeFailure } from './list-groups.ts';
import { brokerIds, coordinatorOf, forgetLeader, leaderOf, UNKNOWN_TOPIC_RETRIES } from './node-refs.ts';
import { oneOrThrow, type Outcome } from './outcome.ts';
import { forEachItem, outcomesOf, type Verdict } from './per-item.ts';

/** As coordinators name them. */
export type TransactionState =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort'
  | 'PrepareEpochFence'
  | 'Dead';

export interface ListTransactionsOptions extends CallOptions {
  /** Only transactions in these states. Default: any. */
  readonly states?: readonly TransactionState[];
  /** Only those of these producers. Default: any. */
  readonly producerIds?: readonly (number | bigint)[];
  /** Only transactions that are open for more than so many milliseconds, from 0 (KIP-994). */
  readonly openLongerThanMs?: number;
  /** Only transactional ids that match this RE2 pattern as a whole (KIP-1152). */
  readonly pattern?: string;
}

export interface TransactionListing {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly state: TransactionState;
  readonly coordinatorId: number;
}

export interface TransactionListings {
  /** By transactional id. */
  readonly transactions: readonly TransactionListing[];
  /** Brokers that did not answer: their transactions are missing above. */
  readonly failures: readonly NodeFailure[];
}

export interface TransactionDescription {
  readonly state: TransactionState;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** After so many milliseconds the coordinator aborts a transaction that is open. */
  readonly timeoutMs: number;
  /** Milliseconds since 1970; undefined while none is open. */
  readonly startedAt: number | undefined;
  /** Of the open transaction. */
  readonly partitions: readonly TopicPartition[];
  readonly coordinatorId: number;
}

/** One producer's open transaction on one partition, as `describeProducers` tells of it. */
export interface TransactionToAbort extends TopicPartition {
  readonly producerId: number | bigint;
  readonly producerEpoch: number;
  /** Epoch of the coordinator, −1 when the partition knows of none. */
  readonly coordinatorEpoch: number;
}

export interface FencedProducer {
  readonly producerId: bigint;
  /** Of the next producer: what wrote before has a lower one. */
  readonly producerEpoch: number;
}

const DURATION_VERSION = 1;
const PATTERN_VERSION = 2;
/** The producer that asks here never begins a transaction. */
const FENCING_TIMEOUT_MS = 60_000;

export async function listTransactions(
  call: AdminCall,
  options: ListTransactionsOptions,
): Promise<TransactionListings> {
  const nodes = await brokerIds(call);
  const what = 'listing transactions';
  const verdicts = await forEachItem(call, nodes, {
    what,
    locate: (nodeId) => nodeId,
    ask: async (target, asked) => {
      const api = { request: listTransactionsRequest, response: listTransactionsResponse };
      const response = await target.send(api, (version) => listRequest(version, options));
      return asked.map((nodeId): Verdict<readonly TransactionListing[]> => {
        if (response.errorCode !== ErrorCode.NONE) {
          return { error: brokerError(`${what} of broker ${String(nodeId)}`, response.errorCode) };
        }
        return {
          value: response.transactionStates.map(({ transactionalId, producerId, transactionState }) => ({
            transactionalId,
            producerId,
            state: transactionState as TransactionState,
            coordinatorId: nodeId,
          })),
        };
      });
    },
  });
  const transactions = verdicts.flatMap((verdict) => ('value' in verdict ? verdict.value : []));
  transactions.sort((a, b) => (a.transactionalId < b.transactionalId ? -1 : 1));
  return { transactions, failures: failuresOf(nodes, verdicts) };
}

function listRequest(
  version: number,
  { states = [], producerIds = [], openLongerThanMs, pattern }: ListTransactionsOptions,
): ListTransactionsRequest {
  const tooNew =
    openLongerThanMs !== undefined && version < DURATION_VERSION
      ? 'how long they are open'
      : pattern !== undefined && version < PATTERN_VERSION
        ? 'a pattern'
        : undefined;
  if (tooNew !== undefined) {
    throw new KafkaError(
      'MILLRACE_CLIENT_UNSUPPORTED_API',
      `listing transactions: this broker is too old to filter them by ${tooNew}`,
    );
  }
  return createListTransactionsRequest({
    stateFilters: [...states],
    producerIdFilters: producerIds.map(BigInt),
    durationFilter: BigInt(openLongerThanMs ?? -1),
    transactionalIdPattern: pattern ?? null,
  });
}

export async function describeTransactions(
  call: AdminCall,
  transactionalIds: readonly string[],
): Promise<Outcome<{ readonly transactionalId: string }, TransactionDescription>[]> {
  const verdicts = await forEachItem(call, transactionalIds, {
    what: 'describing transactions',
    locate: (id) => coordinatorOf(call, 'transaction', id),
    forget: (id) => call.cluster.forgetCoordinator('transaction', id),
    ask: async (target, asked) => {
      const { transactionStates } = await target.send(
        { request: describeTransactionsRequest, response: describeTransactionsResponse },
        createDescribeTransactionsRequest({ transactionalIds: [...asked] }),
      );
      const byId = new Map(transactionStates.map((state) => [state.transactionalId, state]));
      return asked.map((id): Verdict<TransactionDescription> => {
        const state = byId.get(id);
        if (state?.errorCode === ErrorCode.NONE) return { value: descriptionOf(state, Number(target.node)) };
        const errorCode = state?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
        return { error: brokerError(`describing the transaction of "${id}"`, errorCode) };
      });
    },
  });
  return outcomesOf(transactionalIds, verdicts, (transactionalId) => ({ transactionalId }));
}

export async function abortTransaction(call: AdminCall, transaction: TransactionToAbort): Promise<void> {
  const { topic, partition, producerId, producerEpoch, coordinatorEpoch } = transaction;
  const what = 'aborting a transaction';
  const verdicts = await forEachItem(call, [transaction], {
    what,
    locate: (item) => leaderOf(call, item),
    forget: (item) => forgetLeader(call, item),
    unknownTopicRetries: UNKNOWN_TOPIC_RETRIES,
    ask: async (target) => {
      const marker = {
        producerId: BigInt(producerId),
        producerEpoch,
        transactionResult: false,
        topics: [{ name: topic, partitionIndexes: [partition] }],
        coordinatorEpoch,
        transactionVersion: 0,
      };
      const { markers } = await target.send(
        { request: writeTxnMarkersRequest, response: writeTxnMarkersResponse },
        createWriteTxnMarkersRequest({ markers: [marker] }),
      );
      const errorCode = markers[0]?.topics[0]?.partitions[0]?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
      return [
        errorCode === ErrorCode.NONE
          ? { value: {} }
          : { error: brokerError(what, errorCode, null, { topic, partition }) },
      ];
    },
  });
  oneOrThrow(outcomesOf([transaction], verdicts, () => ({})));
}

export async function fenceProducers(
  call: AdminCall,
  transactionalIds: readonly string[],
): Promise<Outcome<{ readonly transactionalId: string }, FencedProducer>[]> {
  const verdicts = await forEachItem(call, transactionalIds, {
    what: 'fencing producers',
    locate: (id) => coordinatorOf(call, 'transaction', id),
    forget: (id) => call.cluster.forgetCoordinator('transaction', id),
    ask: (target, asked) =>
      Promise.all(
        asked.map(async (transactionalId): Promise<Verdict<FencedProducer>> => {
          const { errorCode, producerId, producerEpoch } = await target.send(
            { request: initProducerIdRequest, response: initProducerIdResponse },
            createInitProducerIdRequest({ transactionalId, transactionTimeoutMs: FENCING_TIMEOUT_MS }),
          );
          if (errorCode === ErrorCode.NONE) return { value: { producerId, producerEpoch } };
          return { error: brokerError(`fencing producers of "${transactionalId}"`, errorCode) };
        }),
      ),
  });
  return outcomesOf(transactionalIds, verdicts, (transactionalId) => ({ transactionalId }));
}

function descriptionOf(
  state: DescribeTransactionsResponseTransactionState,
  coordinatorId: number,
): TransactionDescription {
  return {
    state: state.transactionState as TransactionState,
    producerId: state.producerId,
    producerEpoch: state.producerEpoch,
    timeoutMs: state.transactionTimeoutMs,
    startedAt: state.transactionStartTimeMs < 0n ? undefined : Number(state.transactionStartTimeMs),
    partitions: state.topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition }))),
    coordinatorId,
  };
}
