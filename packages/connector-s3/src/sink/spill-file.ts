import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@millrace/base';

import { S3Error } from '../s3-error.ts';

/** Where a piece lies in the file. */
export interface Extent {
  readonly start: number;
  readonly length: number;
}

/**
 * Bytes that have no room in memory. The file has no name from its first moment on: whatever becomes of the process, its space is free again.
 * It only grows, and goes as a whole with the records that it belongs to.
 */
export class SpillFile {
  readonly #folder: string;
  #file: Promise<FileHandle> | undefined;
  #sizeBytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** One after the other, in one piece of the file. */
  async write(blocks: readonly Uint8Array[]): Promise<Extent> {
    const length = blocks.reduce((sum, block) => sum + block.length, 0);
    const extent = { start: this.#sizeBytes, length };
    this.#sizeBytes += length;
    await this.#using('write to', async (file) => {
      let position = extent.start;
      for (const block of blocks) {
        let written = 0;
        while (written < block.length) {
          written += (await file.write(block, written, block.length - written, position + written)).bytesWritten;
        }
        position += block.length;
      }
    });
    return extent;
  }

  async read(start: number, into: Uint8Array): Promise<void> {
    await this.#using('read', async (file) => {
      let read = 0;
      while (read < into.length) {
        const { bytesRead } = await file.read(into, read, into.length - read, start + read);
        if (bytesRead === 0) throw new Error(`it ends at ${start + read}`);
        read += bytesRead;
      }
    });
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.then((handle) => handle.close()).catch(() => undefined);
  }

  async #using(attempt: string, work: (file: FileHandle) => Promise<void>): Promise<void> {
    try {
      this.#file ??= this.#open();
      await work(await this.#file);
    } catch (error) {
      throw new S3Error(
        'MILLRACE_CONNECT_S3_BUFFER_FAILED',
        `cannot ${attempt} a buffer file in ${this.#folder}: ${messageOf(error)}; give it room, or choose another folder by s3.buffer.dir`,
        { cause: error },
      );
    }
  }

  async #open(): Promise<FileHandle> {
    const path = join(this.#folder, `millrace-s3-${randomUUID()}`);
    const file = await open(path, 'wx+', 0o600);
    await unlink(path);
    return file;
  }
}
