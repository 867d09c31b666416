import type { PartitionLog } from './log-engine.ts';
import { OwnedLog } from './owned-log.ts';

/** About when the record at `offset` was made, see `LogData.timestampNear`; reads nothing. NaN when nothing is known of it. */
export function timestampNear(log: PartitionLog, offset: number): number {
  return log instanceof OwnedLog ? log.data.timestampNear(Math.max(offset, log.logStartOffset)) : NaN;
}
