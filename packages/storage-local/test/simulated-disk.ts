/**
 * A disk in memory that knows what was synced, and can therefore be cut off.
 *
 * Pessimistic where POSIX is: an unsynced write may be there, or not, or in part (by sectors of 512 bytes); a name that was made,
 * renamed or removed lasts only once its directory was synced. Operations take a few turns of the event loop, so that a cut falls into them.
 */
import type { Random } from '@millrace/base';
import type { FileSystem, OpenFile, OpenFileOptions } from '../src/file-system.ts';

const SECTOR_BYTES = 512;

type Change =
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly sizeBytes: number };

class Inode {
  content: Buffer = Buffer.alloc(0);
  durable: Buffer = Buffer.alloc(0);
  /** Since the last sync. */
  pending: Change[] = [];

  change(change: Change): void {
    this.content = apply(this.content, change);
    this.pending.push(change);
  }

  sync(): void {
    this.durable = Buffer.from(this.content);
    this.pending = [];
  }
}

type NameChange =
  | { readonly directory: string; readonly kind: 'set'; readonly path: string; readonly inode: Inode }
  | { readonly directory: string; readonly kind: 'unset'; readonly path: string };

export interface DiskFaults {
  /** Bytes that all files together may have. */
  capacityBytes: number;
  /** Error code that syncs, and writes that are to be durable, of matching paths fail with. */
  failSync: { readonly path: RegExp; readonly code: string } | undefined;
}

export class SimulatedDisk implements FileSystem {
  readonly #random: Random;
  readonly #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #nameChanges: NameChange[] = [];
  readonly #directories = new Set<string>();
  /** Durable writes that have begun and not ended. */
  readonly #inFlight = new Set<{ readonly inode: Inode; readonly change: Change }>();
  readonly faults: DiskFaults = { capacityBytes: Infinity, failSync: undefined };
  /** Operations so far. */
  operations = 0;
  syncs = 0;
  #isDead = false;

  constructor(random: Random) {
    this.#random = random;
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
    const next = new SimulatedDisk(this.#random);
    const copies = new Map<Inode, Inode>();
    const copyOf = (inode: Inode): Inode => {
      let copy = copies.get(inode);
      if (copy === undefined) {
        copy = how === 'kill' ? this.#afterKill(inode) : this.#afterPowerLoss(inode);
        copies.set(inode, copy);
      }
      return copy;
    };
    const names = how === 'kill' ? this.#names : this.#namesAfterPowerLoss();
    for (const [path, inode] of names) next.#names.set(path, copyOf(inode));
    if (how === 'kill') {
      for (const [path, inode] of this.#durableNames) next.#durableNames.set(path, copyOf(inode));
      next.#nameChanges = this.#nameChanges.map((change) =>
        change.kind === 'set' ? { ...change, inode: copyOf(change.inode) } : change,
      );
    } else {
      next.#durableNames = new Map(next.#names);
    }
    for (const directory of this.#directories) next.#directories.add(directory);
    return next;
  }

  async open(path: string, options: OpenFileOptions): Promise<OpenFile> {
    await this.#step();
    let inode = this.#names.get(path);
    if (inode === undefined) {
      if (options.mode !== 'create') throw failure('ENOENT', path);
      if (!this.#directories.has(parentOf(path))) throw failure('ENOENT', path);
      inode = new Inode();
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
    if (!this.#directories.has(path)) throw failure('ENOENT', path);
    const prefix = `${path}/`;
    const inside = [...this.#names.keys(), ...this.#directories].filter((name) => name.startsWith(prefix));
    return [...new Set(inside.map((name) => name.slice(prefix.length).split('/')[0]!))];
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step();
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
    if (this.#names.has(path)) this.#setName({ directory: parentOf(path), kind: 'unset', path });
  }

  async removeDirectory(path: string): Promise<void> {
    await this.#step();
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
    this.#checkSync(path);
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
        return inode.content.copy(buffer, 0, position, Math.min(inode.content.length, position + buffer.length));
      },
      write: async (buffers, position) => {
        const change: Change = { kind: 'write', position, bytes: Buffer.concat(buffers) };
        const growth = Math.max(0, position + change.bytes.length - inode.content.length);
        const write = { inode, change };
        if (hasDurableWrites) this.#inFlight.add(write);
        await this.#step();
        this.#inFlight.delete(write);
        if (hasDurableWrites) this.#checkSync(path);
        if (growth > 0 && this.usedBytes + growth > this.faults.capacityBytes) throw failure('ENOSPC', path);
        inode.change(change);
        if (hasDurableWrites) inode.sync();
      },
      sync: async () => {
        await this.#step();
        this.#checkSync(path);
        this.syncs++;
        inode.sync();
      },
      truncate: async (sizeBytes) => {
        await this.#step();
        if (sizeBytes !== inode.content.length) inode.change({ kind: 'truncate', sizeBytes });
      },
      sizeBytes: async () => {
        await this.#step();
        return inode.content.length;
      },
      close: () => this.#step(),
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

  #checkSync(path: string): void {
    const { failSync } = this.faults;
    if (failSync?.path.test(path) === true) throw failure(failSync.code, path);
  }

  #namesAfterPowerLoss(): Map<string, Inode> {
    const names = new Map(this.#durableNames);
    const kept = this.#random.nextInt(this.#nameChanges.length + 1);
    for (const change of this.#nameChanges.slice(0, kept)) applyName(names, change);
    return names;
  }

  /** The kernel has all that it was given; what was under way may have come through in part. */
  #afterKill(inode: Inode): Inode {
    const copy = new Inode();
    copy.content = Buffer.from(inode.content);
    copy.durable = Buffer.from(inode.durable);
    copy.pending = [...inode.pending];
    for (const write of this.#inFlight) {
      if (write.inode !== inode) continue;
      copy.content = this.#applyInPart(copy.content, write.change);
      copy.durable = Buffer.from(copy.content);
    }
    return copy;
  }

  #afterPowerLoss(inode: Inode): Inode {
    const copy = new Inode();
    copy.content = Buffer.from(inode.durable);
    for (const change of inode.pending) {
      const luck = this.#random.nextInt(3);
      if (luck === 0) copy.content = apply(copy.content, change);
      else if (luck === 1) copy.content = this.#applyInPart(copy.content, change);
    }
    for (const write of this.#inFlight) {
      if (write.inode === inode) copy.content = this.#applyInPart(copy.content, write.change);
    }
    copy.sync();
    return copy;
  }

  #applyInPart(content: Buffer, change: Change): Buffer {
    if (change.kind === 'truncate') return this.#random.nextInt(2) === 0 ? apply(content, change) : content;
    let result = content;
    for (let at = 0; at < change.bytes.length; at += SECTOR_BYTES) {
      if (this.#random.nextInt(2) === 0) continue;
      const bytes = change.bytes.subarray(at, at + SECTOR_BYTES);
      result = apply(result, { kind: 'write', position: change.position + at, bytes });
    }
    return result;
  }

  async #step(): Promise<void> {
    this.operations++;
    for (let turns = this.#random.nextInt(3); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
    // The process behind a disk that was cut off never hears of it again.
    if (this.#isDead) await new Promise(() => undefined);
  }
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

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
