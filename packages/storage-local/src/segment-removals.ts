/**
 * Removing files that no log needs any more: segments after their delay, deleted partitions, leftovers of a crash.
 *
 * Bounds: one partition's files at a time; what is left when the process ends is found again at the next start.
 */
import { messageOf, type Logger, type Timer, type Timers } from '@millrace/base';
import type { Segment } from '@millrace/log/internal';
import { errorCodeOf, type FileSystem } from './file-system.ts';
import type { SegmentFiles } from './segment-files.ts';
import { filesOfNone, type StoredPartition } from './stored-partition.ts';

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

/** Puts directories of partitions that are gone out of the way of new ones; {@link removeSetAside} removes them. Other names stay. */
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

/** Removes what was set aside. Never rejects. */
export async function removeSetAside(
  fileSystem: FileSystem,
  logsDirectory: string,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (const name of await fileSystem.list(logsDirectory)) {
      if (signal.aborted) return;
      if (PARTITION_DIRECTORY.exec(name)?.[2] !== undefined)
        await fileSystem.removeDirectory(`${logsDirectory}/${name}`);
    }
  } catch (error) {
    logger.warn(`cannot remove what is left of deleted partitions: ${messageOf(error)}`, { error });
  }
}

/** Removes files in a partition's directory that belong to none of its segments. Nothing may write there meanwhile. */
export async function removeStrayFiles(fileSystem: FileSystem, partition: StoredPartition): Promise<void> {
  let names: string[];
  try {
    names = await fileSystem.list(partition.directory);
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return;
    throw error;
  }
  const strays = strayFiles(partition, names);
  for (const name of strays) await fileSystem.remove(`${partition.directory}/${name}`);
  // Else a power loss could bring back what was cut, just where the log has come to by then.
  if (strays.length > 0) await fileSystem.syncDirectory(partition.directory);
}

/** Whether {@link removeStrayFiles} would find something to do among the names in the partition's directory. */
export function hasStrayFile(partition: StoredPartition, names: readonly string[]): boolean {
  return strayFiles(partition, names).length > 0;
}

function strayFiles(partition: StoredPartition, names: readonly string[]): string[] {
  return filesOfNone(names, [...partition.log.data.segments, ...partition.replacedSegments]);
}
