/**
 * Consecutive records of a Kafka partition, shared out to the folders they belong to: an open object per folder, all of them completed together.
 * Only between two chunks may an offset be committed.
 */
import type { InRecord } from '@millrace/connect-api';

import { ObjectBuffer } from './object-buffer.ts';
import { SpillFile } from './spill-file.ts';
import type { FirstRecord, Upload } from './upload.ts';

export interface OpenObject {
  readonly folder: string;
  readonly key: string;
  readonly first: FirstRecord;
  readonly buffer: ObjectBuffer;
  records: number;
}

export type UploadMaker = (object: OpenObject, end: number, signal: AbortSignal) => Upload;

export class Chunk {
  /** Of its first record. */
  readonly start: number;
  readonly firstTimestampMs: number;
  readonly spill: SpillFile;
  readonly objects = new Map<string, OpenObject>();
  readonly uploads: Upload[] = [];
  readonly #dropped = new AbortController();
  records = 0;
  sizeBytes = 0;
  /** Whether it has to be completed for reasons of time. */
  isDue = false;
  /** Folders in which objects of an earlier attempt were found. */
  found = 0;
  /** The offset after its last record, once it is closed. */
  end: number | undefined;

  constructor(start: number, firstTimestampMs: number, bufferFolder: string) {
    this.start = start;
    this.firstTimestampMs = firstTimestampMs;
    this.spill = new SpillFile(bufferFolder);
  }

  append(object: OpenObject, record: InRecord): void {
    this.sizeBytes += object.buffer.append(record);
    this.records += 1;
    object.records += 1;
  }

  /** Completes one object, while the others go on: what its folder gets from `end` on goes to another. */
  completeObject(object: OpenObject, end: number, upload: UploadMaker): void {
    this.objects.delete(object.folder);
    if (object.records === 0) {
      object.buffer.dispose();
      return;
    }
    this.uploads.push(upload(object, end, this.#dropped.signal));
  }

  close(end: number, upload: UploadMaker): void {
    this.end = end;
    for (const object of [...this.objects.values()]) this.completeObject(object, end, upload);
  }

  /** Begins what may begin: an object's predecessor in its folder has to be there first. */
  startUploads(): void {
    const held = new Set<string>();
    for (const upload of this.uploads) {
      if (upload.state === 'waiting' && !held.has(upload.folder)) upload.start();
      if (upload.state !== 'done') held.add(upload.folder);
    }
  }

  /** Objects whose bytes are only held. */
  get held(): readonly ObjectBuffer[] {
    const waiting = this.uploads.filter(({ state }) => state === 'waiting');
    return [...this.objects.values(), ...waiting].map(({ buffer }) => buffer);
  }

  get isStored(): boolean {
    return this.end !== undefined && this.uploads.every(({ state }) => state === 'done');
  }

  /** An upload that is broken off may be completed all the same: then it is found when its records come again. */
  async drop(): Promise<void> {
    this.#dropped.abort(new Error('the records are read again'));
    await Promise.all(this.uploads.map(({ settled }) => settled));
    await this.dispose();
  }

  async dispose(): Promise<void> {
    for (const { buffer } of this.objects.values()) buffer.dispose();
    for (const upload of this.uploads) upload.dispose();
    this.objects.clear();
    await this.spill.close();
  }
}
