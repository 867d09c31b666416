/** The real disk through Node's `fs`. */
import {
  close,
  closeSync,
  constants,
  fdatasync,
  fstat,
  fstatSync,
  fsync,
  ftruncate,
  mkdir,
  open,
  openSync,
  read,
  readdir,
  readdirSync,
  readFileSync,
  rename,
  rm,
  statfs,
  unlink,
  write,
  readSync,
  writeSync,
  writev,
  writevSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { errorCodeOf, type FileSystem, type OpenFile, type OpenFileOptions } from './file-system.ts';

const openPath = promisify(open);
const closeDescriptor = promisify(close);
const syncAll = promisify(fsync);
const syncData = promisify(fdatasync);
const truncateTo = promisify(ftruncate);
const stat = promisify(fstat);
const makePath = promisify(mkdir);
const listNames = promisify(readdir);
const moveFile = promisify(rename);
const removeFile = promisify(unlink);
const removeTree = promisify(rm);
const statFileSystem = promisify(statfs);

/** The kernel takes no more pieces in one call. */
const PIECES_MAX = 1024;
const FILE_MODE = 0o644;

export const nodeFileSystem: FileSystem = {
  async open(path: string, options: OpenFileOptions): Promise<OpenFile> {
    return fileOf(await openPath(path, flagsOf(options), FILE_MODE), options);
  },
  openNow: (path, options) => fileOf(openSync(path, flagsOf(options), FILE_MODE), options),
  async makeDirectory(path) {
    await makePath(path, { recursive: true });
  },
  list: (path) => listNames(path),
  listNow: (path) => readdirSync(path),
  rename: (from, to) => moveFile(from, to),
  async remove(path) {
    try {
      await removeFile(path);
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOENT') throw error;
    }
  },
  removeDirectory: (path) => removeTree(path, { recursive: true, force: true }),
  async freeBytes(path) {
    const { bavail, bsize } = await statFileSystem(path);
    return bavail * bsize;
  },
  async syncDirectory(path) {
    const descriptor = await openPath(path, constants.O_RDONLY);
    try {
      await syncAll(descriptor);
    } finally {
      await closeDescriptor(descriptor);
    }
  },
};

function flagsOf(options: OpenFileOptions): number {
  let flags: number = options.mode === 'read' ? constants.O_RDONLY : constants.O_RDWR;
  if (options.mode === 'create') flags |= constants.O_CREAT;
  if (options.durableWrites === true) flags |= constants.O_DSYNC ?? 0;
  return flags;
}

function fileOf(descriptor: number, options: OpenFileOptions): OpenFile {
  return new NodeFile(descriptor, options.durableWrites === true && isDurable(descriptor));
}

/**
 * Whether the kernel took O_DSYNC. Elsewhere than on Linux it cannot be seen, or (macOS) does not reach past the drive's cache;
 * there each write is followed by a sync.
 */
function isDurable(descriptor: number): boolean {
  if (process.platform !== 'linux' || constants.O_DSYNC === undefined) return false;
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1];
    return flags !== undefined && (parseInt(flags, 8) & constants.O_DSYNC) !== 0;
  } catch {
    return false;
  }
}

class NodeFile implements OpenFile {
  readonly hasDurableWrites: boolean;
  readonly #descriptor: number;

  constructor(descriptor: number, hasDurableWrites: boolean) {
    this.#descriptor = descriptor;
    this.hasDurableWrites = hasDurableWrites;
  }

  async read(buffer: Buffer, position: number): Promise<number> {
    let done = 0;
    while (done < buffer.length) {
      const count = await readSome(this.#descriptor, buffer, done, position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  readNow(buffer: Buffer, position: number): number {
    let done = 0;
    while (done < buffer.length) {
      const count = readSync(this.#descriptor, buffer, done, buffer.length - done, position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  async write(buffers: readonly Buffer[], position: number): Promise<void> {
    let at = position;
    let rest = buffers.filter((buffer) => buffer.length > 0);
    while (rest.length > 0) {
      const pieces = rest.length > PIECES_MAX ? rest.slice(0, PIECES_MAX) : rest;
      const count = await writeSome(this.#descriptor, pieces, at);
      at += count;
      rest = withoutFirst(rest, count);
    }
  }

  writeNow(buffers: readonly Buffer[], position: number): void {
    let at = position;
    let rest: readonly Buffer[] = buffers;
    while (rest.length > 0) {
      const pieces = rest.length > PIECES_MAX ? rest.slice(0, PIECES_MAX) : rest;
      const only = pieces.length === 1 ? pieces[0] : undefined;
      const count =
        only === undefined
          ? writevSync(this.#descriptor, pieces, at)
          : writeSync(this.#descriptor, only, 0, only.length, at);
      at += count;
      rest = withoutFirst(rest, count);
    }
  }

  sync(): Promise<void> {
    return syncData(this.#descriptor);
  }

  truncate(sizeBytes: number): Promise<void> {
    return truncateTo(this.#descriptor, sizeBytes);
  }

  async sizeBytes(): Promise<number> {
    return (await stat(this.#descriptor)).size;
  }

  sizeBytesNow(): number {
    return fstatSync(this.#descriptor).size;
  }

  close(): Promise<void> {
    return closeDescriptor(this.#descriptor);
  }

  closeNow(): void {
    closeSync(this.#descriptor);
  }
}

function readSome(descriptor: number, buffer: Buffer, start: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, buffer, start, buffer.length - start, position, (error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}

function writeSome(descriptor: number, pieces: readonly Buffer[], position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const done = (error: NodeJS.ErrnoException | null, count: number): void => {
      if (error === null) resolve(count);
      else reject(error);
    };
    const only = pieces.length === 1 ? pieces[0] : undefined;
    if (only === undefined) writev(descriptor, pieces, position, done);
    else write(descriptor, only, 0, only.length, position, done);
  });
}

/** What is left of `pieces` after `count` bytes. */
function withoutFirst(pieces: readonly Buffer[], count: number): Buffer[] {
  let skip = count;
  let index = 0;
  while (index < pieces.length && skip >= pieces[index]!.length) skip -= pieces[index++]!.length;
  const rest = pieces.slice(index);
  if (rest[0] !== undefined && skip > 0) rest[0] = rest[0].subarray(skip);
  return rest;
}
