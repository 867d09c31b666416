export {
  dumpDirectory,
  type DumpedBatch,
  type DumpedEntry,
  type DumpedItem,
  type DumpedRecord,
  type DumpOptions,
} from './inspect/dump-directory.ts';
export type { Finding, VerifyCounts } from './inspect/findings.ts';
export type { LostRange } from './inspect/rehearse-recovery.ts';
export { verifyDirectory, type VerifyOptions, type VerifyReport } from './inspect/verify-directory.ts';
export type { PartitionState } from './partition-state.ts';
