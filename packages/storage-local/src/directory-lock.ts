/**
 * One process per data directory.
 *
 * The lock is SQLite's exclusive lock on an empty file: a lock of the kernel on the file itself, so it ends with the process however
 * that ends, and holds between containers that share the directory, where a file with a process id would misfire.
 * Nothing else may open that file in this process: closing it would release the lock.
 */
import { DatabaseSync } from 'node:sqlite';
import { messageOf, MillraceError } from '@millrace/base';
import { prepareDataDirectory } from './data-directory.ts';

export const LOCK_FILE_NAME = 'millrace.lock';
const SQLITE_BUSY = 5;

export interface DirectoryLock {
  readonly dataDir: string;
  /** Lets another process in. Harmless when done twice. */
  release(): void;
}

/**
 * Makes the directory when it is missing and takes it for this process.
 * Throws `MILLRACE_STORAGE_DIRECTORY_LOCKED` when another process (or another broker in this one) has it,
 * `MILLRACE_STORAGE_DIRECTORY_UNUSABLE` when it cannot be written.
 */
export function lockDataDirectory(dataDir: string): DirectoryLock {
  prepareDataDirectory(dataDir);
  const path = `${dataDir}/${LOCK_FILE_NAME}`;
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
  } catch (error) {
    throw unusable(dataDir, error);
  }
  try {
    // A rollback journal in memory leaves nothing beside the lock file.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { readonly errcode?: unknown }).errcode !== SQLITE_BUSY) throw unusable(dataDir, error);
    throw new MillraceError(
      'MILLRACE_STORAGE_DIRECTORY_LOCKED',
      `data directory ${dataDir} is in use by another broker; stop that one or give this one a directory of its own`,
      { details: { dataDir } },
    );
  }
  let isHeld = true;
  return {
    dataDir,
    release() {
      if (!isHeld) return;
      isHeld = false;
      database.close();
    },
  };
}

function unusable(dataDir: string, error: unknown): MillraceError {
  return new MillraceError(
    'MILLRACE_STORAGE_DIRECTORY_UNUSABLE',
    `cannot lock data directory ${dataDir}: ${messageOf(error)}; it needs a file system with file locks`,
    { details: { dataDir }, cause: error },
  );
}
