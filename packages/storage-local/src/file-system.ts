/**
 * The disk as the engine uses it, injected so that a simulated one can lose what was not synced.
 *
 * Errors are what Node's `fs` throws: the engine looks at `code` (ENOENT, ENOSPC, EACCES, …).
 */
import { messageOf } from '@millrace/base';

/** `read`: must exist. `update`: read and write, must exist. `create`: the same, made when missing. */
export type OpenMode = 'read' | 'update' | 'create';

export interface OpenFileOptions {
  readonly mode: OpenMode;
  /** Ask that a write is on the disk when it resolves (O_DSYNC); see {@link OpenFile.hasDurableWrites}. */
  readonly durableWrites?: boolean;
}

export interface OpenFile {
  /** Whether bytes written over existing ones are on the disk once `write` resolves. Else call `sync`. */
  readonly hasDurableWrites: boolean;
  /** Fills `buffer` from `position` on as far as the file goes; resolves with the bytes read. */
  read(buffer: Buffer, position: number): Promise<number>;
  /** The same at once, holding up everything else meanwhile: for what the page cache is known to have. */
  readNow(buffer: Buffer, position: number): number;
  /** Writes all buffers, one behind the other, from `position` on. */
  write(buffers: readonly Buffer[], position: number): Promise<void>;
  /**
   * The same at once, holding up everything else meanwhile: for little pieces that only go to the page cache, where a thread costs
   * several times the write itself. Throws as `write` rejects; what was written of it then is unknown.
   */
  writeNow(buffers: readonly Buffer[], position: number): void;
  /** Brings the file's bytes and size to the disk. After it failed nothing is known of what was written: never try again. */
  sync(): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  sizeBytes(): Promise<number>;
  /** The same at once: of an open file the kernel knows it. */
  sizeBytesNow(): number;
  close(): Promise<void>;
  /** The same at once, for files that were only read. */
  closeNow(): void;
}

export interface FileSystem {
  open(path: string, options: OpenFileOptions): Promise<OpenFile>;
  /** The same at once, holding up everything else meanwhile. */
  openNow(path: string, options: OpenFileOptions): OpenFile;
  /** With its parents; no error when it is there already. */
  makeDirectory(path: string): Promise<void>;
  /** Names in a directory; ENOENT when there is none. */
  list(path: string): Promise<string[]>;
  /** The same at once, holding up everything else meanwhile. */
  listNow(path: string): string[];
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; no error when there is none. */
  remove(path: string): Promise<void>;
  /** Removes a directory and what is in it; no error when there is none. */
  removeDirectory(path: string): Promise<void>;
  /** Bytes that could still be written to the file system of `path`. */
  freeBytes(path: string): Promise<number>;
  /** Brings created, renamed and removed names of a directory to the disk. */
  syncDirectory(path: string): Promise<void>;
}

/** The `code` of a file system error; the empty string when it is something else. */
export function errorCodeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** The file that an error is about; empty when it does not say. */
export function errorPathOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { path } = error as { readonly path?: unknown };
  return typeof path === 'string' ? path : '';
}

/** Whether the disk or the user's share of it is full: nothing is broken, and room may come back. */
export function isOutOfSpace(error: unknown): boolean {
  const code = errorCodeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** The process, or the machine, may not open more files: for the moment, since others close theirs. */
export function isOutOfDescriptors(error: unknown): boolean {
  const code = errorCodeOf(error);
  return code === 'EMFILE' || code === 'ENFILE';
}

/**
 * A sync failed: nothing is known of what was written before it, and asking again would answer yes without doing anything.
 * Carries no error code on purpose: a sync that says "no space" is as final as any other.
 */
export class SyncFailure extends Error {
  override readonly name = 'SyncFailure';

  constructor(path: string, cause: unknown) {
    super(`syncing ${path} failed: ${messageOf(cause)}`, { cause });
  }
}

/** Whole content of a file; undefined when there is none. */
export async function readWholeFile(fileSystem: FileSystem, path: string): Promise<Buffer | undefined> {
  let file: OpenFile;
  try {
    file = await fileSystem.open(path, { mode: 'read' });
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const content = Buffer.allocUnsafe(await file.sizeBytes());
    return content.subarray(0, await file.read(content, 0));
  } finally {
    await file.close();
  }
}

/** Puts a file in place at once and for good: written beside it, synced, renamed, the directory synced. */
export async function replaceFile(
  fileSystem: FileSystem,
  directory: string,
  name: string,
  content: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<void> {
  const path = `${directory}/${name}`;
  const unfinished = `${path}.tmp`;
  await fileSystem.remove(unfinished);
  const file = await fileSystem.open(unfinished, { mode: 'create' });
  try {
    let position = 0;
    for await (const part of content) {
      await file.write([part], position);
      position += part.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await fileSystem.rename(unfinished, path);
  await fileSystem.syncDirectory(directory);
}
