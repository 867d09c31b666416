/**
 * A disk in memory that knows what was synced, and can therefore be cut off.
 *
 * Pessimistic where POSIX is: an unsynced write may be there, or not, or in part (sector by sector, of 512 bytes or 4 KiB), whatever
 * became of the ones before and after it, which is what reordering comes to; a name that was made, renamed or removed lasts only once its
 * directory was synced. Operations take a few turns of the event loop, so that a cut falls into them.
 */
import type { Random } from '@millrace/base';
import type { FileSystem, OpenFile, OpenFileOptions } from '../src/file-system.ts';

export const SECTOR_SIZES = [512, 4096] as const;

type Change =
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly sizeBytes: number };

/** Contents and lists are replaced, never changed, so that a moment can keep them. */
class Inode {
  content: Buffer = Buffer.alloc(0);
  durable: Buffer = Buffer.alloc(0);
  /** Since the last sync. */
  pending: readonly Change[] = [];

  change(change: Change): void {
    this.content = apply(this.content, change);
    this.pending = [...this.pending, change];
  }

  /** Content that reached the disk whatever becomes of the rest. */
  changeDurably(change: Change): void {
    this.content = apply(this.content, change);
    this.durable = apply(this.durable, change);
  }

  sync(): void {
    this.durable = this.content;
    this.pending = [];
  }

  copy(): Inode {
    const copy = new Inode();
    copy.content = this.content;
    copy.durable = this.durable;
    copy.pending = this.pending;
    return copy;
  }
}

/** A write that has begun and not ended. */
interface WriteInFlight {
  readonly inode: Inode;
  readonly change: Change;
  readonly isDurable: boolean;
}

/** How a machine ends. */
export type Crash =
  /** The process dies; the kernel keeps what it was given. */
  | { readonly kind: 'kill'; readonly sectorBytes: number }
  /** Nothing is left but what was synced. */
  | { readonly kind: 'power loss' }
  /** Of what was not synced, any part may be left. */
  | { readonly kind: 'torn power loss'; readonly sectorBytes: number };

/** All that there is to know of a disk at one moment. */
export interface DiskMoment {
  readonly names: ReadonlyMap<string, Inode>;
  readonly durableNames: ReadonlyMap<string, Inode>;
  readonly nameChanges: readonly NameChange[];
  readonly directories: ReadonlySet<string>;
  readonly inFlight: readonly WriteInFlight[];
}

type NameChange =
  | { readonly directory: string; readonly kind: 'set'; readonly path: string; readonly inode: Inode }
  | { readonly directory: string; readonly kind: 'unset'; readonly path: string };

interface Failure {
  readonly path: RegExp;
  readonly code: string;
}

export interface DiskFaults {
  /** Bytes that all files together may have. */
  capacityBytes: number;
  /** Error code that syncs, and writes that are to be durable, of matching paths fail with. */
  failSync: Failure | undefined;
  failWrite: Failure | undefined;
  failRead: Failure | undefined;
}

export interface SimulatedDiskOptions {
  /** Turns of the event loop that an operation takes at most. Default 2. */
  readonly turnsMax?: number;
}

export class SimulatedDisk implements FileSystem {
  readonly #random: Random;
  readonly #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #nameChanges: NameChange[] = [];
  readonly #directories = new Set<string>();
  readonly #inFlight = new Set<WriteInFlight>();
  readonly #turnsMax: number;
  readonly faults: DiskFaults = {
    capacityBytes: Infinity,
    failSync: undefined,
    failWrite: undefined,
    failRead: undefined,
  };
  /** Called right before each write, sync and other change takes effect. */
  onChange: (what: string, path: string) => void = () => undefined;
  /** Operations so far. */
  operations = 0;
  syncs = 0;
  #isDead = false;

  constructor(random: Random, options: SimulatedDiskOptions = {}) {
    this.#random = random;
    this.#turnsMax = options.turnsMax ?? 2;
  }

  /** The disk that a crash at that moment leaves to the next process. */
  static after(moment: DiskMoment, crash: Crash, random: Random, options: SimulatedDiskOptions = {}): SimulatedDisk {
    const disk = new SimulatedDisk(random, options);
    const copies = new Map<Inode, Inode>();
    const copyOf = (inode: Inode): Inode => {
      let copy = copies.get(inode);
      if (copy === undefined) {
        copy = afterCrash(moment, inode, crash, random);
        copies.set(inode, copy);
      }
      return copy;
    };
    for (const [path, inode] of namesAfterCrash(moment, crash, random)) disk.#names.set(path, copyOf(inode));
    const durableNames = crash.kind === 'kill' ? moment.durableNames : new Map<string, Inode>();
    for (const [path, inode] of durableNames) disk.#durableNames.set(path, copyOf(inode));
    if (crash.kind === 'kill') {
      disk.#nameChanges = moment.nameChanges.map((change) =>
        change.kind === 'set' ? { ...change, inode: copyOf(change.inode) } : change,
      );
    } else {
      disk.#durableNames = new Map(disk.#names);
    }
    for (const directory of moment.directories) disk.#directories.add(directory);
    return disk;
  }

  get usedBytes(): number {
    return [...this.#names.values()].reduce((total, inode) => total + inode.content.length, 0);
  }

  paths(): string[] {
    return [...this.#names.keys()].sort();
  }

  contentOf(path: string): Buffer {
    return this.#inode(path).content;
  }

  /** Changes bytes behind everybody's back, on the disk too. */
  corrupt(path: string, change: (content: Buffer) => Buffer): void {
    const inode = this.#inode(path);
    inode.content = change(Buffer.from(inode.content));
    inode.sync();
  }

  /** What is there after the process was killed, or after power was lost; this disk answers nothing any more. */
  crash(how: 'kill' | 'power loss'): SimulatedDisk {
    this.#isDead = true;
    const sectorBytes = SECTOR_SIZES[this.#random.nextInt(SECTOR_SIZES.length)] ?? SECTOR_SIZES[0];
    const kind = how === 'kill' ? 'kill' : 'torn power loss';
    return SimulatedDisk.after(this.moment(), { kind, sectorBytes }, this.#random);
  }

  /** The disk as it is now, for {@link SimulatedDisk.after}. */
  moment(): DiskMoment {
    const copies = new Map<Inode, Inode>();
    const copyOf = (inode: Inode): Inode => {
      let copy = copies.get(inode);
      if (copy === undefined) {
        copy = inode.copy();
        copies.set(inode, copy);
      }
      return copy;
    };
    const copyNames = (names: ReadonlyMap<string, Inode>): Map<string, Inode> =>
      new Map([...names].map(([path, inode]) => [path, copyOf(inode)]));
    return {
      names: copyNames(this.#names),
      durableNames: copyNames(this.#durableNames),
      nameChanges: this.#nameChanges.map((change) =>
        change.kind === 'set' ? { ...change, inode: copyOf(change.inode) } : change,
      ),
      directories: new Set(this.#directories),
      inFlight: [...this.#inFlight].map((write) => ({ ...write, inode: copyOf(write.inode) })),
    };
  }

  async open(path: string, options: OpenFileOptions): Promise<OpenFile> {
    await this.#step();
    return this.openNow(path, options);
  }

  openNow(path: string, options: OpenFileOptions): OpenFile {
    let inode = this.#names.get(path);
    if (inode === undefined) {
      if (options.mode !== 'create') throw failure('ENOENT', path);
      if (!this.#directories.has(parentOf(path))) throw failure('ENOENT', path);
      inode = new Inode();
      this.onChange('create', path);
      this.#setName({ directory: parentOf(path), kind: 'set', path, inode });
    }
    return this.#file(path, inode, options.durableWrites === true);
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#step();
    for (let at = path; at.includes('/') && at !== ''; at = parentOf(at)) this.#directories.add(at);
  }

  async list(path: string): Promise<string[]> {
    await this.#step();
    return this.listNow(path);
  }

  listNow(path: string): string[] {
    if (!this.#directories.has(path)) throw failure('ENOENT', path);
    const prefix = `${path}/`;
    const inside = [...this.#names.keys(), ...this.#directories].filter((name) => name.startsWith(prefix));
    return [...new Set(inside.map((name) => name.slice(prefix.length).split('/')[0]!))];
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step();
    this.onChange('rename', from);
    if (this.#directories.has(from)) {
      this.#renameDirectory(from, to);
      return;
    }
    const inode = this.#inode(from);
    this.#setName({ directory: parentOf(to), kind: 'set', path: to, inode });
    this.#setName({ directory: parentOf(from), kind: 'unset', path: from });
  }

  async remove(path: string): Promise<void> {
    await this.#step();
    if (!this.#names.has(path)) return;
    this.onChange('remove', path);
    this.#setName({ directory: parentOf(path), kind: 'unset', path });
  }

  async removeDirectory(path: string): Promise<void> {
    await this.#step();
    this.onChange('remove directory', path);
    for (const name of [...this.#names.keys()]) {
      if (name.startsWith(`${path}/`)) this.#setName({ directory: parentOf(path), kind: 'unset', path: name });
    }
    for (const directory of [...this.#directories]) {
      if (directory === path || directory.startsWith(`${path}/`)) this.#directories.delete(directory);
    }
  }

  async freeBytes(): Promise<number> {
    await this.#step();
    return Math.max(0, this.faults.capacityBytes - this.usedBytes);
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#step();
    fail(this.faults.failSync, path);
    this.onChange('sync directory', path);
    const kept: NameChange[] = [];
    for (const change of this.#nameChanges) {
      if (change.directory === path) applyName(this.#durableNames, change);
      else kept.push(change);
    }
    this.#nameChanges = kept;
  }

  #file(path: string, inode: Inode, hasDurableWrites: boolean): OpenFile {
    return {
      hasDurableWrites,
      read: async (buffer, position) => {
        await this.#step();
        fail(this.faults.failRead, path);
        return inode.content.copy(buffer, 0, position, Math.min(inode.content.length, position + buffer.length));
      },
      readNow: (buffer, position) => {
        fail(this.faults.failRead, path);
        return inode.content.copy(buffer, 0, position, Math.min(inode.content.length, position + buffer.length));
      },
      write: async (buffers, position) => {
        const change: Change = { kind: 'write', position, bytes: Buffer.concat(buffers) };
        const growth = Math.max(0, position + change.bytes.length - inode.content.length);
        const write = { inode, change, isDurable: hasDurableWrites };
        this.#inFlight.add(write);
        await this.#step();
        this.onChange('write', path);
        this.#inFlight.delete(write);
        fail(this.faults.failWrite, path);
        if (hasDurableWrites) fail(this.faults.failSync, path);
        if (growth > 0 && this.usedBytes + growth > this.faults.capacityBytes) throw failure('ENOSPC', path);
        inode.change(change);
        if (hasDurableWrites) inode.sync();
      },
      writeNow: (buffers, position) => {
        const change: Change = { kind: 'write', position, bytes: Buffer.concat(buffers) };
        const growth = Math.max(0, position + change.bytes.length - inode.content.length);
        const write = { inode, change, isDurable: hasDurableWrites };
        this.#inFlight.add(write);
        this.onChange('write', path);
        this.#inFlight.delete(write);
        fail(this.faults.failWrite, path);
        if (hasDurableWrites) fail(this.faults.failSync, path);
        if (growth > 0 && this.usedBytes + growth > this.faults.capacityBytes) throw failure('ENOSPC', path);
        inode.change(change);
        if (hasDurableWrites) inode.sync();
      },
      sync: async () => {
        await this.#step();
        fail(this.faults.failSync, path);
        this.onChange('sync', path);
        this.syncs++;
        inode.sync();
      },
      truncate: async (sizeBytes) => {
        await this.#step();
        if (sizeBytes === inode.content.length) return;
        this.onChange('truncate', path);
        inode.change({ kind: 'truncate', sizeBytes });
      },
      sizeBytes: async () => {
        await this.#step();
        return inode.content.length;
      },
      sizeBytesNow: () => inode.content.length,
      close: () => this.#step(),
      closeNow: () => undefined,
    };
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw failure('ENOENT', path);
    return inode;
  }

  #setName(change: NameChange): void {
    applyName(this.#names, change);
    this.#nameChanges.push(change);
  }

  /** Renames of directories count as journalled by the file system at once, in both views. */
  #renameDirectory(from: string, to: string): void {
    for (const names of [this.#names, this.#durableNames]) {
      for (const [path, inode] of [...names]) {
        if (!path.startsWith(`${from}/`)) continue;
        names.delete(path);
        names.set(to + path.slice(from.length), inode);
      }
    }
    this.#nameChanges = this.#nameChanges.map((change) =>
      change.path.startsWith(`${from}/`)
        ? { ...change, directory: to + change.directory.slice(from.length), path: to + change.path.slice(from.length) }
        : change,
    );
    for (const directory of [...this.#directories]) {
      if (directory !== from && !directory.startsWith(`${from}/`)) continue;
      this.#directories.delete(directory);
      this.#directories.add(to + directory.slice(from.length));
    }
  }

  async #step(): Promise<void> {
    this.operations++;
    for (let turns = this.#random.nextInt(this.#turnsMax + 1); turns > 0; turns--)
      await new Promise((resolve) => setImmediate(resolve));
    // The process behind a disk that was cut off never hears of it again.
    if (this.#isDead) await new Promise(() => undefined);
  }
}

/** Changes of names reach the disk in their order, as with file systems that journal them. */
function namesAfterCrash(moment: DiskMoment, crash: Crash, random: Random): ReadonlyMap<string, Inode> {
  if (crash.kind === 'kill') return moment.names;
  const names = new Map(moment.durableNames);
  if (crash.kind === 'power loss') return names;
  const kept = random.nextInt(moment.nameChanges.length + 1);
  for (const change of moment.nameChanges.slice(0, kept)) applyName(names, change);
  return names;
}

function afterCrash(moment: DiskMoment, inode: Inode, crash: Crash, random: Random): Inode {
  const inFlight = moment.inFlight.filter((write) => write.inode === inode);
  const copy = inode.copy();
  if (crash.kind === 'kill') {
    // The kernel has all that it was given; what was under way may have come through in part.
    for (const { change, isDurable } of inFlight) {
      for (const part of partsOf(change, crash.sectorBytes, random)) {
        if (isDurable) copy.changeDurably(part);
        else copy.change(part);
      }
    }
    return copy;
  }
  copy.content = inode.durable;
  if (crash.kind === 'torn power loss') {
    for (const change of [...inode.pending, ...inFlight.map((write) => write.change)]) {
      for (const part of partsOf(change, crash.sectorBytes, random)) copy.content = apply(copy.content, part);
    }
  }
  copy.sync();
  return copy;
}

/** All of a change, nothing, or some of its sectors. Where the last ones are missing, the file may have grown all the same. */
function partsOf(change: Change, sectorBytes: number, random: Random): Change[] {
  const luck = random.nextInt(3);
  if (luck === 0) return [];
  if (luck === 1 || change.kind === 'truncate') return [change];
  const parts: Change[] = [];
  const end = change.position + change.bytes.length;
  for (let at = change.position; at < end;) {
    const next = Math.min(end, (Math.floor(at / sectorBytes) + 1) * sectorBytes);
    const bytes = change.bytes.subarray(at - change.position, next - change.position);
    if (random.nextInt(2) === 0) parts.push({ kind: 'write', position: at, bytes });
    at = next;
  }
  if (random.nextInt(2) === 0) parts.push({ kind: 'write', position: end, bytes: Buffer.alloc(0) });
  return parts;
}

function apply(content: Buffer, change: Change): Buffer {
  if (change.kind === 'truncate') {
    if (change.sizeBytes <= content.length) return Buffer.from(content.subarray(0, change.sizeBytes));
    return Buffer.concat([content, Buffer.alloc(change.sizeBytes - content.length)]);
  }
  const end = change.position + change.bytes.length;
  const grown =
    end > content.length ? Buffer.concat([content, Buffer.alloc(end - content.length)]) : Buffer.from(content);
  change.bytes.copy(grown, change.position);
  return grown;
}

function applyName(names: Map<string, Inode>, change: NameChange): void {
  if (change.kind === 'set') names.set(change.path, change.inode);
  else names.delete(change.path);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function fail(fault: Failure | undefined, path: string): void {
  if (fault?.path.test(path) === true) throw failure(fault.code, path);
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}
