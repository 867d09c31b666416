/** A log as checkpoints and the journal's state entries hold it. */
import type { EpochStart } from './epoch-cache.ts';
import { EMPTY_LEDGER, type LedgerSnapshot } from './producer-ledger.ts';
import type { SegmentSnapshot } from './segment.ts';

/** What a checkpoint keeps of a log: data up to `dataEndOffset`, everything else up to `stateEndOffset`. */
export interface LogSnapshot extends LedgerSnapshot {
  readonly logStartOffset: number;
  /** The segments hold exactly the batches below this offset; the journal has those from here on. */
  readonly dataEndOffset: number;
  /** Producers, transactions and epochs know the batches below this offset. */
  readonly stateEndOffset: number;
  readonly startsNewSegment: boolean;
  readonly segments: readonly SegmentSnapshot[];
  readonly epochs: readonly EpochStart[];
  /** A cleaner has been through everything below; 0 or absent where none ever was. */
  readonly cleanedEndOffset?: number;
}

/** A log that nothing was ever appended to. */
export const EMPTY_LOG: LogSnapshot = {
  ...EMPTY_LEDGER,
  logStartOffset: 0,
  dataEndOffset: 0,
  stateEndOffset: 0,
  startsNewSegment: false,
  segments: [],
  epochs: [],
};
