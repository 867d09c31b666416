/**
 * Bytes on the disk to give up when it is full, so that a checkpoint (after which journal files can be used again) and the entries
 * of deletions still find room. Made again when there is room.
 */
import { isOutOfSpace, type FileSystem } from './file-system.ts';

const STEP_BYTES = 1024 * 1024;

export class Ballast {
  readonly #fileSystem: FileSystem;
  readonly #path: string;
  readonly #sizeBytes: number;
  #isThere = false;
  #isMaking = false;

  constructor(fileSystem: FileSystem, path: string, sizeBytes: number) {
    this.#fileSystem = fileSystem;
    this.#path = path;
    this.#sizeBytes = sizeBytes;
  }

  /** Makes the file unless it is there. A full disk is no error: then there is none. */
  async ensure(): Promise<void> {
    if (this.#isThere || this.#isMaking || this.#sizeBytes === 0) return;
    this.#isMaking = true;
    try {
      const file = await this.#fileSystem.open(this.#path, { mode: 'create' });
      try {
        const zeros = Buffer.alloc(Math.min(STEP_BYTES, this.#sizeBytes));
        for (let at = await file.sizeBytes(); at < this.#sizeBytes; at += zeros.length) {
          await file.write([zeros.subarray(0, Math.min(zeros.length, this.#sizeBytes - at))], at);
        }
        await file.sync();
        this.#isThere = true;
      } finally {
        await file.close();
      }
    } catch (error) {
      if (!isOutOfSpace(error)) throw error;
      await this.#fileSystem.remove(this.#path);
    } finally {
      this.#isMaking = false;
    }
  }

  /** Gives the bytes back to the disk; false when there were none. */
  async giveUp(): Promise<boolean> {
    if (!this.#isThere) return false;
    this.#isThere = false;
    await this.#fileSystem.remove(this.#path);
    return true;
  }
}
