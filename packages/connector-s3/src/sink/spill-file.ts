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

  async write(bytes: Uint8Array): Promise<Extent> {
    const extent = { start: this.#sizeBytes, length: bytes.length };
    this.#sizeBytes += bytes.length;
    await this.#using('write to', async (file) => {
      let written = 0;
      while (written < bytes.length) {
        written += (await file.write(bytes, written, bytes.length - written, extent.start + written)).bytesWritten;
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
