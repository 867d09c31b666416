/**
 * The layout of a data directory, and its first file: the format version, which an older program must not go past.
 *
 *   millrace.format   version of everything below, written before anything else
 *   millrace.lock     see `directory-lock.ts`
 *   journal/          <number>.j
 *   logs/             <topic id>-<partition>/<base offset>.log, .idx and .txn
 *   checkpoints/      <number>.checkpoint
 *   ballast           bytes to give up when the disk is full
 */
import { accessSync, closeSync, constants, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf, MillraceError, type Random } from '@millrace/base';
import { errorCodeOf, readWholeFile, replaceFile, type FileSystem } from './file-system.ts';
import { JOURNAL_ID_BYTES } from './journal-format.ts';

export const FORMAT_FILE_NAME = 'millrace.format';
/** Rises when an older program could not read, or would damage, what a newer one wrote. */
export const FORMAT_VERSION = 1;

export interface DataLayout {
  readonly root: string;
  readonly journal: string;
  readonly logs: string;
  readonly checkpoints: string;
  readonly ballast: string;
}

export function layoutOf(dataDir: string): DataLayout {
  return {
    root: dataDir,
    journal: `${dataDir}/journal`,
    logs: `${dataDir}/logs`,
    checkpoints: `${dataDir}/checkpoints`,
    ballast: `${dataDir}/ballast`,
  };
}

/** Makes the directory when it is missing; throws `MILLRACE_STORAGE_DIRECTORY_UNUSABLE` when it cannot serve. */
export function prepareDataDirectory(dataDir: string): void {
  try {
    makeDurableDirectory(resolve(dataDir));
    if (!statSync(dataDir).isDirectory()) throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw directoryUnusable(dataDir, error);
  }
}

/**
 * Makes the directory and what is missing above it, and syncs the entry of each, so that a power loss does not take a new data
 * directory away with all that was acknowledged. (Node's recursive mkdir does not end on paths that cannot exist, as below /proc.)
 */
function makeDurableDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'EEXIST') return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || exists(parent)) throw error;
    makeDurableDirectory(parent);
    mkdirSync(path);
  }
  syncEntry(dirname(path));
}

/** Best effort: a parent that may be passed but not read, or a file system that syncs no directories, must not keep a broker down. */
function syncEntry(parentPath: string): void {
  let parent: number | undefined;
  try {
    parent = openSync(parentPath, 'r');
    fsyncSync(parent);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'EISDIR'].includes(errorCodeOf(error))) throw error;
  } finally {
    if (parent !== undefined) closeSync(parent);
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The error for a directory that a file operation failed in, with what to do about it. */
export function directoryUnusable(dataDir: string, error: unknown): MillraceError {
  return new MillraceError(
    'MILLRACE_STORAGE_DIRECTORY_UNUSABLE',
    `cannot use data directory ${dataDir}: ${reasonOf(error)}`,
    { details: { dataDir, code: errorCodeOf(error) }, cause: error },
  );
}

function reasonOf(error: unknown): string {
  switch (errorCodeOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return "no permission to write there; give the broker's user read and write access or choose another directory";
    case 'EROFS':
      return 'its file system is read-only; mount it writable or choose another directory';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'it, or a part of its path, is a file and not a directory; choose another directory';
    case 'ENOENT':
      return 'nothing can be made there; choose another directory';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'its disk is full; free some space';
    default:
      return messageOf(error);
  }
}

/** What the format file says. */
export interface DirectoryIdentity {
  /** Marks the journal groups of this directory. */
  readonly journalId: Buffer;
}

/**
 * Checks the format version, or writes it into a new directory. Throws `MILLRACE_STORAGE_FORMAT` when the directory is not ours to read.
 */
export async function identifyDirectory(
  fileSystem: FileSystem,
  dataDir: string,
  random: Random,
): Promise<DirectoryIdentity> {
  const content = await readWholeFile(fileSystem, `${dataDir}/${FORMAT_FILE_NAME}`);
  if (content === undefined) return createIdentity(fileSystem, dataDir, random);
  const { version, journalId } = parseFormat(content);
  if (version === FORMAT_VERSION && journalId !== undefined) return { journalId };
  const isNewer = version !== undefined && version > FORMAT_VERSION;
  throw formatError(
    dataDir,
    version === undefined ? 'an unreadable data format' : `data format ${version}`,
    isNewer ? 'start the newer version of millrace that wrote it' : `restore ${FORMAT_FILE_NAME} from a backup`,
    version,
  );
}

async function createIdentity(fileSystem: FileSystem, dataDir: string, random: Random): Promise<DirectoryIdentity> {
  const { journal } = layoutOf(dataDir);
  const existing = await fileSystem.list(journal).catch(() => []);
  if (existing.length > 0) {
    throw formatError(dataDir, `a journal but no ${FORMAT_FILE_NAME}`, 'restore that file from a backup', undefined);
  }
  const journalId = random.bytes(JOURNAL_ID_BYTES);
  const format = { product: 'millrace', version: FORMAT_VERSION, journalId: journalId.toString('hex') };
  await replaceFile(fileSystem, dataDir, FORMAT_FILE_NAME, [Buffer.from(`${JSON.stringify(format)}\n`)]);
  return { journalId };
}

function formatError(dataDir: string, found: string, remedy: string, version: number | undefined): MillraceError {
  return new MillraceError(
    'MILLRACE_STORAGE_FORMAT',
    `data directory ${dataDir} has ${found}, this version reads ${FORMAT_VERSION}; ${remedy}`,
    { details: { dataDir, version, supportedVersion: FORMAT_VERSION } },
  );
}

/** What the format file says, as far as it can be read. */
export function parseFormat(content: Buffer): {
  readonly version: number | undefined;
  readonly journalId: Buffer | undefined;
} {
  try {
    const parsed = JSON.parse(content.toString()) as { readonly version?: unknown; readonly journalId?: unknown };
    const journalId = typeof parsed.journalId === 'string' ? Buffer.from(parsed.journalId, 'hex') : undefined;
    return {
      version: typeof parsed.version === 'number' ? parsed.version : undefined,
      journalId: journalId?.length === JOURNAL_ID_BYTES ? journalId : undefined,
    };
  } catch {
    return { version: undefined, journalId: undefined };
  }
}
