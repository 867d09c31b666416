/** How the cleaner works; names are Kafka's keys (`log.cleaner.…`) in camelCase. Read anew for each pass, so changes take effect at once. */
export interface CleanerSettings {
  readonly isEnabled: boolean;
  /** Logs that are cleaned at once. */
  readonly threads: number;
  /** Memory for keys, of all threads together. */
  readonly dedupeBufferBytes: number;
  /** Share of it that is filled. */
  readonly dedupeBufferLoadFactor: number;
  /** Memory for reading and writing, of all threads together. */
  readonly ioBufferBytes: number;
  /** Of all threads together, reads and writes; infinite = no limit. */
  readonly ioBytesPerSecond: number;
  /** Pause when no log is worth cleaning. */
  readonly backoffMs: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_CLEANER_SETTINGS: CleanerSettings = {
  isEnabled: true,
  threads: 1,
  dedupeBufferBytes: 128 * MIB,
  dedupeBufferLoadFactor: 0.9,
  ioBufferBytes: MIB / 2,
  ioBytesPerSecond: Infinity,
  backoffMs: 15_000,
};
