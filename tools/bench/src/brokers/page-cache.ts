/** The page cache of the kernel: dropping it makes the next read of a file a read of the disk. */
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endChild, runCommand, startChild } from './child-processes.ts';

const SYNC_MS_MAX = 120_000;
const DROP_FILE = '/proc/sys/vm/drop_caches';
/** Segments of at least this size are old records. */
const COLD_BYTES_MIN = 32 * 1024 * 1024;
const EVICT_PATIENCE_MS = 5_000;
/** Twice a second dd asks the kernel to forget each file, and reads none of it; behind everybody else, since no broker asked for it. */
const EVICT = 'while sleep 0.5; do for file; do dd if="$file" iflag=nocache count=0 status=none; done; done';

/** Writes what is dirty, then drops everything that is clean. */
export async function dropPageCache(): Promise<void> {
  await runCommand('sync', [], { timeoutMs: SYNC_MS_MAX });
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

/**
 * Keeps the large segments below the folder out of the page cache until the function that it returns is called. Other files stay, since
 * dropping everything twice a second holds up whoever writes.
 */
export function keepColdSegmentsOut(dataDir: string): () => Promise<void> {
  const names = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.log'));
  const cold = names.map((name) => join(dataDir, name)).filter((path) => statSync(path).size >= COLD_BYTES_MIN);
  if (cold.length === 0) throw new Error(`there is no segment of ${COLD_BYTES_MIN} bytes or more in ${dataDir}`);
  const child = startChild('nice', ['-n', '19', 'sh', '-c', EVICT, 'sh', ...cold], { stdio: 'ignore' });
  return () => endChild(child, 'SIGTERM', EVICT_PATIENCE_MS);
}
