import type { Timers } from '@millrace/base';
import type { PartitionRegistry } from '../services.ts';

/**
 * Waits until the partitions owned here, or those of one topic, follow `version` of the metadata; false when that takes
 * longer than `patienceMs`.
 */
export async function settledWithin(
  { partitions, timers }: { readonly partitions: Pick<PartitionRegistry, 'settled'>; readonly timers: Timers },
  version: number,
  patienceMs: number,
  topicId?: string,
): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = timers.schedule(patienceMs, () => late.resolve(false));
  try {
    return await Promise.race([partitions.settled(version, topicId).then(() => true), late.promise]);
  } finally {
    timer.cancel();
  }
}
