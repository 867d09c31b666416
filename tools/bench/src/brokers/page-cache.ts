/** The page cache of the kernel: dropping it makes the next read of a file a read of the disk. */
import { writeFileSync } from 'node:fs';
import { runCommand } from './child-processes.ts';

const SYNC_MS_MAX = 120_000;
const DROP_FILE = '/proc/sys/vm/drop_caches';

/** Writes what is dirty, then drops everything that is clean. */
export async function dropPageCache(): Promise<void> {
  await runCommand('sync', [], { timeoutMs: SYNC_MS_MAX });
  dropCleanPages();
}

/** Drops what is clean and leaves what is dirty, so that it does not interfere with writers. */
export function dropCleanPages(): void {
  try {
    writeFileSync(DROP_FILE, '3');
  } catch (error) {
    throw new Error(
      `cannot drop the page cache by ${DROP_FILE}: run this measure as root, or leave it out with --only`,
      {
        cause: error,
      },
    );
  }
}
