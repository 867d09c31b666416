export { CommitGroup, type GroupParticipant } from './commit-group.ts';
export type { EpochStart } from './epoch-cache.ts';
export { LogData, type CarriedBatch, type FlushRun } from './log-data.ts';
export { EMPTY_LOG, OwnedLog, type LogSnapshot } from './owned-log.ts';
export type { Journal, LogContext, PlacedBatch, SegmentStore } from './ports.ts';
export type { ProducerBatch, ProducerSnapshot } from './producer-state.ts';
export { Segment, type SegmentSnapshot } from './segment.ts';
export { SparseIndex } from './sparse-index.ts';
export { Slab, SlabLane, TailSlabs, type TailHolder } from './tail-slabs.ts';
