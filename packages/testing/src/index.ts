export { ANOMALY_KINDS, describeAnomaly, type Anomaly, type AnomalyKind } from './history/anomaly.ts';
export {
  checkHistory,
  checkHistoryFiles,
  type CheckFilesOptions,
  type CheckOptions,
  type HistoryReport,
} from './history/history-checker.ts';
export type { Pipe } from './history/history-context.ts';
export type { HistoryEvent, PolledRecord, SaidEvent } from './history/history-event.ts';
export { readHistory } from './history/history-reader.ts';
export { HistoryRecorder, type HistoryRecorderOptions } from './history/history-recorder.ts';
export { BrokerProcess, type BrokerAddresses, type BrokerProcessOptions, type ProcessEnd } from './broker-process.ts';
export { FaultProxy, type FaultProxyOptions, type LostAnswer, type LostAnswerOptions } from './fault-proxy.ts';
export { markdownTable, replaceSection } from './document-section.ts';
export { findFreePorts } from './free-ports.ts';
export {
  APPEND,
  appendedAt,
  appendRequest,
  batchOf,
  EARLIEST,
  LATEST,
  LogProbe,
  RefusedError,
  type ProbedTopic,
  type ProbeTopicOptions,
  type ReadBatches,
  type ReadRecord,
} from './log-probe.ts';
export { metaStoreContract, type ContractCase, type MetaStoreHarness } from './meta-store-contract.ts';
export { runProcess, type ProcessOutcome, type RunProcessOptions } from './run-process.ts';
export { startBroker } from './start-broker.ts';
export { TestAuthority, type IssuedCertificate } from './test-authority.ts';
export type { Fault, FaultMoment, FaultScope, FaultSwitches } from './test-broker/faults.ts';
export type {
  ReadRecordsOptions,
  StopOptions,
  TestBroker,
  TestBrokerOptions,
  WaitForGroupOptions,
  WaitOptions,
} from './test-broker/test-broker.ts';
export { TestClock, type TestClockKind, type TestClockOptions } from './test-broker/test-clock.ts';
export type { RecordToWrite, TestRecord } from './test-broker/test-record.ts';
export type { CommittedOffset, TestGroup } from './test-broker/cluster-probe.ts';
export { createTempDir, type TempDir } from './temp-dir.ts';
export { waitUntil } from './wait-until.ts';
export { WireClient, type WireClientOptions } from './wire-client.ts';
export {
  accepted,
  appendDurably,
  buildBatch,
  CONTRACT_LOG_CONFIG,
  LOG_ENGINE_CONTRACT,
  ManualTime,
  readToEnd,
  recordsOf,
  refused,
  valuesOf,
  type BatchRecipe,
  type LogEngineCase,
  type LogEngineHarness,
  type SeenRecord,
} from './log-engine-contract.ts';
export { LOG_TRANSACTION_CONTRACT } from './log-transaction-contract.ts';
