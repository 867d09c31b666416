/**
 * Open segment files, kept open while they are used and closed least recently used first.
 *
 * Invariants: a file is open at most once; one that is in use is never closed.
 * Bounds: `openMax` files, plus those in use at once; half of what there is when the process may not open more.
 */
import { isOutOfDescriptors, type FileSystem, type OpenFile } from './file-system.ts';

/** However few there seem to be. */
const OPEN_MIN = 64;

interface Handle {
  readonly opening: Promise<OpenFile>;
  /** Once it is open. */
  file: OpenFile | undefined;
  users: number;
  /** Close it when the last user is done: the file was removed. */
  isForgotten: boolean;
}

export class FileHandles {
  readonly #fileSystem: FileSystem;
  #openMax: number;
  /** Least recently used first. */
  readonly #handles = new Map<string, Handle>();

  constructor(fileSystem: FileSystem, openMax: number) {
    this.#fileSystem = fileSystem;
    this.#openMax = openMax;
  }

  /** Runs `operation` with the file open. `create` makes it when it is missing; else a missing file is ENOENT. */
  async use<T>(path: string, mode: 'update' | 'create', operation: (file: OpenFile) => Promise<T>): Promise<T> {
    let handle = this.#handles.get(path);
    if (handle === undefined) {
      handle = { opening: this.#open(path, mode), file: undefined, users: 0, isForgotten: false };
    } else {
      this.#handles.delete(path);
    }
    this.#handles.set(path, handle);
    handle.users++;
    try {
      const file = await handle.opening.catch((error: unknown) => {
        if (this.#handles.get(path) === handle) this.#handles.delete(path);
        throw error;
      });
      handle.file = file;
      return await operation(file);
    } finally {
      handle.users--;
      if (handle.isForgotten) void this.#closeUnused(handle);
      else void this.#trim();
    }
  }

  /** The file if it is open already; to be used before anything else happens. */
  opened(path: string): OpenFile | undefined {
    const handle = this.#handles.get(path);
    if (handle?.file === undefined) return undefined;
    this.#handles.delete(path);
    this.#handles.set(path, handle);
    return handle.file;
  }

  /** The file is about to be removed. */
  forget(path: string): void {
    const handle = this.#handles.get(path);
    if (handle === undefined) return;
    this.#handles.delete(path);
    handle.isForgotten = true;
    void this.#closeUnused(handle);
  }

  /** All files whose path begins so are about to be removed or moved. */
  forgetUnder(prefix: string): void {
    for (const path of this.#handles.keys()) if (path.startsWith(prefix)) this.forget(path);
  }

  async close(): Promise<void> {
    const handles = [...this.#handles.values()];
    this.#handles.clear();
    for (const handle of handles) {
      const file = await handle.opening.catch(() => undefined);
      await file?.close();
    }
  }

  /** Others of the process take descriptors too: when none is left, unused files give up theirs, and fewer stay open from then on. */
  async #open(path: string, mode: 'update' | 'create'): Promise<OpenFile> {
    for (;;) {
      try {
        return await this.#fileSystem.open(path, { mode });
      } catch (error) {
        if (!isOutOfDescriptors(error)) throw error;
        const kept = Math.floor(this.#handles.size / 2);
        this.#openMax = Math.max(OPEN_MIN, Math.min(this.#openMax, kept));
        const closing = this.#trim(kept);
        if (closing.length === 0) throw error;
        await Promise.all(closing);
      }
    }
  }

  #trim(openMax = this.#openMax): Promise<void>[] {
    const closing: Promise<void>[] = [];
    if (this.#handles.size <= openMax) return closing;
    for (const [path, handle] of this.#handles) {
      if (handle.users > 0) continue;
      this.#handles.delete(path);
      closing.push(this.#closeUnused(handle));
      if (this.#handles.size <= openMax) break;
    }
    return closing;
  }

  async #closeUnused(handle: Handle): Promise<void> {
    if (handle.users > 0) return;
    await handle.opening.then((file) => file.close()).catch(() => undefined);
  }
}
