/**
 * A disk that is only read: files are opened for reading whatever is asked for, a cut of a file is noted instead of made, and
 * everything else that would change the disk is refused. Lets recovery be rehearsed on a directory, also on one in use.
 */
import { assert } from '@millrace/base';
import type { FileSystem, OpenFile, OpenFileOptions } from '../file-system.ts';

/** A file that recovery would cut. */
export interface NotedCut {
  readonly path: string;
  readonly sizeBytes: number;
}

export class UnchangingDisk implements FileSystem {
  readonly #disk: FileSystem;
  readonly cuts: NotedCut[] = [];

  constructor(disk: FileSystem) {
    this.#disk = disk;
  }

  async open(path: string, options: OpenFileOptions): Promise<OpenFile> {
    assert(options.mode !== 'create', `${path} is only read`);
    return this.#unchanging(path, await this.#disk.open(path, { mode: 'read' }));
  }

  openNow(path: string, options: OpenFileOptions): OpenFile {
    assert(options.mode !== 'create', `${path} is only read`);
    return this.#unchanging(path, this.#disk.openNow(path, { mode: 'read' }));
  }

  #unchanging(path: string, file: OpenFile): OpenFile {
    return {
      hasDurableWrites: false,
      read: (buffer, position) => file.read(buffer, position),
      write: () => refuse(path),
      readNow: (buffer, position) => file.readNow(buffer, position),
      writeNow: () => assert(false, `${path} is only read`),
      sync: () => Promise.resolve(),
      truncate: (sizeBytes) => {
        this.cuts.push({ path, sizeBytes });
        return Promise.resolve();
      },
      sizeBytes: () => file.sizeBytes(),
      sizeBytesNow: () => file.sizeBytesNow(),
      close: () => file.close(),
      closeNow: () => file.closeNow(),
    };
  }

  list(path: string): Promise<string[]> {
    return this.#disk.list(path);
  }

  listNow(path: string): string[] {
    return this.#disk.listNow(path);
  }

  freeBytes(path: string): Promise<number> {
    return this.#disk.freeBytes(path);
  }

  makeDirectory(path: string): Promise<void> {
    return refuse(path);
  }

  rename(path: string): Promise<void> {
    return refuse(path);
  }

  remove(path: string): Promise<void> {
    return refuse(path);
  }

  removeDirectory(path: string): Promise<void> {
    return refuse(path);
  }

  syncDirectory(path: string): Promise<void> {
    return refuse(path);
  }
}

function refuse(path: string): Promise<never> {
  return Promise.reject(new Error(`${path} is only read`));
}
