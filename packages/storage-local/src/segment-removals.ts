/**
 * Removing files that no log needs any more: segments after their delay, deleted partitions, leftovers of a crash.
 *
 * Bounds: one partition's files at a time; what is left when the process ends is found again at the next start.
 */
import { messageOf, type Logger, type Timer, type Timers } from '@millrace/base';
import type { Segment } from '@millrace/log/internal';
import { errorCodeOf, type FileSystem } from './file-system.ts';
import type { SegmentFiles } from './segment-files.ts';
import { baseOffsetOfFile, type StoredPartition } from './stored-partition.ts';

/** Ends the name of a partition's directory that is being removed. */
export const DELETED_SUFFIX = '.deleted';

const PARTITION_DIRECTORY = /^([A-Za-z0-9_-]{22}-\d+)(\.\d+\.deleted)?$/;

export interface SegmentRemovalsOptions {
  readonly files: SegmentFiles;
  readonly timers: Timers;
  readonly logger: Logger;
}

export class SegmentRemovals {
  readonly #options: SegmentRemovalsOptions;
  readonly #delayed = new Map<Timer, () => void>();
  #isIgnoring = false;
  /** Removals run one behind the other. */
  #chain: Promise<void> = Promise.resolve();

  constructor(options: SegmentRemovalsOptions) {
    this.#options = options;
  }

  /** While recovery replays, nothing is removed: what is left over is found afterwards. */
  ignore(): void {
    this.#isIgnoring = true;
  }

  begin(): void {
    this.#isIgnoring = false;
  }

  /** Removes the files of segments that left the log, after `delayMs`. */
  removeSegments(partition: StoredPartition, segments: readonly Segment[], delayMs: number, onDone: () => void): void {
    if (this.#isIgnoring) return;
    const remove = (): void =>
      this.#queue(async () => {
        // Not beside a flush, which could make a file again, and not once the directory is another partition's.
        await partition.work(async () => {
          if (!partition.isDeleted) await this.#options.files.removeFiles(partition, segments);
        });
        onDone();
      });
    if (delayMs <= 0) {
      remove();
      return;
    }
    const timer = this.#options.timers.schedule(delayMs, () => {
      this.#delayed.delete(timer);
      remove();
    });
    this.#delayed.set(timer, remove);
  }

  removeDirectory(fileSystem: FileSystem, path: string): void {
    this.#queue(() => fileSystem.removeDirectory(path));
  }

  /** Does at once what waits for its delay, and resolves when all is done. */
  async finish(): Promise<void> {
    for (const [timer, remove] of this.#delayed) {
      timer.cancel();
      remove();
    }
    this.#delayed.clear();
    await this.#chain;
  }

  #queue(remove: () => Promise<void>): void {
    this.#chain = this.#chain.then(remove).catch((error: unknown) => {
      this.#options.logger.warn(`cannot remove files: ${messageOf(error)}; the next start tries again`, { error });
    });
  }
}

/** Puts directories of partitions that are gone out of the way of new ones; they go with {@link removeStrays}. Names that are not ours stay. */
export async function setStraysAside(
  fileSystem: FileSystem,
  logsDirectory: string,
  partitions: ReadonlyMap<string, StoredPartition>,
): Promise<void> {
  let count = 0;
  const names = await fileSystem.list(logsDirectory);
  for (const name of names) {
    const match = PARTITION_DIRECTORY.exec(name);
    if (match === null || match[2] !== undefined || partitions.has(name)) continue;
    let doomed = `${name}.${count++}${DELETED_SUFFIX}`;
    while (names.includes(doomed)) doomed = `${name}.${count++}${DELETED_SUFFIX}`;
    await fileSystem.rename(`${logsDirectory}/${name}`, `${logsDirectory}/${doomed}`);
  }
}

/**
 * Removes what was set aside and, when `looksInside`, files that belong to no segment. Never rejects. Logs must keep their segments
 * until it is done: abort it, and wait for it, before they are taken apart.
 */
export async function removeStrays(
  fileSystem: FileSystem,
  logsDirectory: string,
  partitions: ReadonlyMap<string, StoredPartition>,
  looksInside: boolean,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (const name of await fileSystem.list(logsDirectory)) {
      if (signal.aborted) return;
      const match = PARTITION_DIRECTORY.exec(name);
      if (match === null) continue;
      const partition = partitions.get(name);
      if (match[2] !== undefined) await fileSystem.removeDirectory(`${logsDirectory}/${name}`);
      else if (looksInside && partition !== undefined) await removeStrayFiles(fileSystem, partition, signal);
    }
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOENT') logger.warn(`cannot remove stray files: ${messageOf(error)}`, { error });
  }
}

async function removeStrayFiles(
  fileSystem: FileSystem,
  partition: StoredPartition,
  signal: AbortSignal,
): Promise<void> {
  for (const name of await fileSystem.list(partition.directory)) {
    if (signal.aborted || partition.isDeleted) return;
    const baseOffset = baseOffsetOfFile(name);
    if (baseOffset === undefined) continue;
    // Asked for each name, because the log may have grown a segment since they were listed.
    const isKnown = partition.log.data.segments.some((segment) => segment.baseOffset === baseOffset);
    if (!isKnown) await fileSystem.remove(`${partition.directory}/${name}`);
  }
}
