/** Settings of the transaction coordinator: Kafka's broker keys in camelCase. Fields are read when they are needed, so the object may be a live view. */
export interface TransactionCoordinatorConfig {
  /** `transaction.state.log.num.partitions`: how many partitions `__transaction_state` will have; once the topic exists its own count rules. */
  readonly transactionStateLogNumPartitions: number;
  /** `transaction.max.timeout.ms`: the longest timeout that a producer may ask for. */
  readonly transactionMaxTimeoutMs: number;
  /** `transactional.id.expiration.ms`: an id without transactions for this long is forgotten. */
  readonly transactionalIdExpirationMs: number;
  /** `transaction.abort.timed.out.transaction.cleanup.interval.ms`: least time between two looks for transactions past their timeout. */
  readonly transactionAbortTimedOutTransactionCleanupIntervalMs: number;
  /** `transaction.remove.expired.transaction.cleanup.interval.ms`: how often ids that expired are looked for. */
  readonly transactionRemoveExpiredTransactionCleanupIntervalMs: number;
  /** `request.timeout.ms`: how long an answer waits for its records to be durable. */
  readonly requestTimeoutMs: number;
}

/** Kafka's defaults. */
export const DEFAULT_TRANSACTION_COORDINATOR_CONFIG: TransactionCoordinatorConfig = {
  transactionStateLogNumPartitions: 50,
  transactionMaxTimeoutMs: 900_000,
  transactionalIdExpirationMs: 604_800_000,
  transactionAbortTimedOutTransactionCleanupIntervalMs: 10_000,
  transactionRemoveExpiredTransactionCleanupIntervalMs: 3_600_000,
  requestTimeoutMs: 30_000,
};
