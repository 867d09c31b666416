/** What operators see of transactions: DescribeTransactions and ListTransactions. */
import { ErrorCode } from '@millrace/protocol';
import {
  createDescribeTransactionsResponseTransactionState,
  type DescribeTransactionsResponseTransactionState,
} from '@millrace/protocol/messages/65-describe-transactions';
import type {
  ListTransactionsRequest,
  ListTransactionsResponseTransactionState,
} from '@millrace/protocol/messages/66-list-transactions';
import type { RE2JS } from 're2js';
import { compilePattern } from '../consumer/topic-patterns.ts';
import { TRANSACTION_STATE_NAMES } from './transaction-state.ts';
import type { Transaction } from './transaction.ts';

export function describeTransaction(
  transactionalId: string,
  transaction: Transaction | undefined,
): DescribeTransactionsResponseTransactionState {
  if (transaction === undefined) {
    const errorCode = ErrorCode.TRANSACTIONAL_ID_NOT_FOUND;
    return createDescribeTransactionsResponseTransactionState({ errorCode, transactionalId });
  }
  const { state, timeoutMs, startMs, producerId, producerEpoch, partitions } = transaction.image;
  return {
    errorCode: ErrorCode.NONE,
    transactionalId,
    transactionState: state,
    transactionTimeoutMs: timeoutMs,
    transactionStartTimeMs: BigInt(startMs),
    producerId: BigInt(producerId),
    producerEpoch,
    topics: [...partitions].map(([topic, numbers]) => ({
      topic,
      partitions: [...numbers].sort((left, right) => left - right),
    })),
  };
}

/** Says whether a transactional id is among those asked for. */
export class TransactionFilter {
  /** Names asked for that are no state. */
  readonly unknownStates: readonly string[];
  readonly #states: ReadonlySet<string>;
  readonly #producerIds: ReadonlySet<number>;
  readonly #durationMs: number;
  readonly #pattern: RE2JS | null;

  /** Throws for a pattern that is none. */
  constructor({ stateFilters, producerIdFilters, durationFilter, transactionalIdPattern }: ListTransactionsRequest) {
    this.#states = new Set(stateFilters);
    this.unknownStates = [...this.#states].filter((name) => !TRANSACTION_STATE_NAMES.has(name));
    this.#producerIds = new Set(producerIdFilters.map(Number));
    this.#durationMs = Number(durationFilter);
    const hasPattern = transactionalIdPattern !== null && transactionalIdPattern !== '';
    const compiled = hasPattern ? compilePattern(transactionalIdPattern) : null;
    if (compiled !== null && 'problem' in compiled) throw new Error(compiled.problem);
    this.#pattern = compiled;
  }

  /** An id that has had no transaction yet counts as older than any duration, as in Apache Kafka. */
  matches({ transactionalId, image }: Transaction, nowMs: number): boolean {
    if (this.#states.size > 0 && !this.#states.has(image.state)) return false;
    if (this.#producerIds.size > 0 && !this.#producerIds.has(image.producerId)) return false;
    if (this.#durationMs >= 0 && nowMs - image.startMs <= this.#durationMs) return false;
    return this.#pattern === null || this.#pattern.matches(transactionalId);
  }
}

export function listedTransaction({ transactionalId, image }: Transaction): ListTransactionsResponseTransactionState {
  return { transactionalId, producerId: BigInt(image.producerId), transactionState: image.state };
}
