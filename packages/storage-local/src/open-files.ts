/**
 * How many segment files may stay open: half of what the process may open, since connections need descriptors as well.
 *
 * A partition whose file was closed meanwhile pays for each append with an open and a close in threads: with ten thousand partitions
 * that was four times the CPU of the appends themselves.
 */
import { readFileSync } from 'node:fs';

const SHARE = 2;
const FILES_MAX = 32_768;
/** Where the limit is not to be seen. */
const FILES_UNKNOWN = 1_000;

/** By `/proc/self/limits`, which Linux has. */
export function openFilesMaxOf(readLimits = () => readFileSync('/proc/self/limits', 'utf8')): number {
  let limits: string;
  try {
    limits = readLimits();
  } catch {
    return FILES_UNKNOWN;
  }
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  if (soft === undefined) return FILES_UNKNOWN;
  return soft === 'unlimited' ? FILES_MAX : Math.min(FILES_MAX, Math.floor(Number(soft) / SHARE));
}
