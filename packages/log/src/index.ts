export { appendChecks, type AppendChecks } from './append-checks.ts';
export type {
  AbortedTransaction,
  ActiveProducer,
  AppendAccepted,
  AppendOptions,
  AppendOrigin,
  AppendOutcome,
  AppendRefused,
  Durability,
  EpochEndOffset,
  IsolationLevel,
  LogConfig,
  LogEngine,
  LogEngineStats,
  OpenPartitionOptions,
  PartitionId,
  PartitionLog,
  ReadOptions,
  ReadOutcome,
  RecordError,
  TimestampOffset,
} from './log-engine.ts';
export { createMemoryLogEngine, type MemoryLogEngineOptions } from './memory-engine.ts';
