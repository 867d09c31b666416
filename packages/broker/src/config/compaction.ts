/** What the settings of the broker say of the cleaner of compacted logs. */
import type { CleanerSettings } from '@millrace/storage-local';
import type { BrokerConfig } from './broker-config.ts';

/** Of the memory of the whole broker, keys take no more than this part. */
const MEMORY_SHARE = 4;

/** As they are now: they may change while the broker runs. */
export function cleanerSettings(config: BrokerConfig): CleanerSettings {
  return {
    isEnabled: config.logCleanerEnable && config.logCleanerThreads > 0,
    threads: config.logCleanerThreads,
    dedupeBufferBytes: Math.min(config.logCleanerDedupeBufferSize, config.memoryMaxBytes / MEMORY_SHARE),
    dedupeBufferLoadFactor: config.logCleanerIoBufferLoadFactor,
    ioBufferBytes: config.logCleanerIoBufferSize,
    ioBytesPerSecond: Math.max(1, config.logCleanerIoMaxBytesPerSecond),
    backoffMs: config.logCleanerBackoffMs,
  };
}
