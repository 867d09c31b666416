/**
 * One object on its way to S3, and what it means when its name is taken.
 *
 * Invariants: an object says in its metadata which offsets of its folder it covers. When one of its name exists, it either covers the same
 *   (a lost answer, or the same work before a crash: it is done), or others (another task was here: nothing is replaced, the records are read
 *   again), or says nothing (it is not ours: the task fails). It also says of what time its first record is: another time at the same offset
 *   is another topic of that name, whose records must not be taken for those of the object.
 * Not here: what is read again (see partition-writer.ts).
 */
import type { TopicPartition } from '@millrace/connect-api';

import type { Metadata, ObjectStore, UploadOptions } from '../store/object-store.ts';
import { S3Error } from '../s3-error.ts';
import type { ObjectBuffer } from './object-buffer.ts';
import type { Semaphore } from './semaphore.ts';

/** Offsets of a folder, from the first record to before `end`. */
export interface Coverage {
  readonly start: number;
  readonly end: number;
}

/** What tells the first record of an object from that of another topic of the same name. */
export interface FirstRecord extends TopicPartition {
  readonly offset: number;
  readonly timestampMs: number;
}

export type UploadState = 'waiting' | 'running' | 'done' | 'taken' | 'failed' | 'cancelled';

export interface UploadEnvironment {
  readonly store: ObjectStore;
  readonly options: UploadOptions;
  readonly turns: Semaphore;
  /** Told once for each object that is there now. */
  onStored(sizeBytes: number): void;
  /** Told whenever an upload is not running any more. */
  onSettled(): void;
}

/** Name of a metadatum. */
const FIRST_TIMESTAMP = 'first-timestamp';

export interface UploadedObject {
  readonly key: string;
  readonly folder: string;
  readonly first: FirstRecord;
  readonly records: number;
  readonly buffer: ObjectBuffer;
}

export class Upload {
  readonly key: string;
  readonly folder: string;
  readonly coverage: Coverage;
  readonly #environment: UploadEnvironment;
  readonly #first: FirstRecord;
  readonly #buffer: ObjectBuffer;
  readonly #metadata: Metadata;
  readonly #signal: AbortSignal;
  #state: UploadState = 'waiting';
  #error: Error | undefined;
  #settled: Promise<void> = Promise.resolve();

  constructor(
    { key, folder, first, records, buffer }: UploadedObject,
    end: number,
    environment: UploadEnvironment,
    signal: AbortSignal,
  ) {
    this.key = key;
    this.folder = folder;
    this.coverage = { start: first.offset, end };
    this.#first = first;
    this.#buffer = buffer;
    this.#environment = environment;
    this.#signal = signal;
    this.#metadata = {
      topic: first.topic,
      partition: String(first.partition),
      'start-offset': String(first.offset),
      'end-offset': String(end),
      'record-count': String(records),
      [FIRST_TIMESTAMP]: String(first.timestampMs),
    };
  }

  get state(): UploadState {
    return this.#state;
  }

  /** Of a failed one. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Resolves, never rejects, when it is not running any more. */
  get settled(): Promise<void> {
    return this.#settled;
  }

  /** Begins, or begins again after it failed. */
  start(): void {
    this.#state = 'running';
    this.#error = undefined;
    this.#settled = this.#environment.turns.run(() => this.#run());
  }

  /** What it holds until it is begun. */
  get buffer(): ObjectBuffer {
    return this.#buffer;
  }

  dispose(): void {
    this.#buffer.dispose();
  }

  async #run(): Promise<void> {
    try {
      this.#state = await this.#attempt();
      this.#buffer.dispose();
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(String(error));
      this.#state = this.#signal.aborted ? 'cancelled' : 'failed';
    }
    this.#environment.onSettled();
  }

  async #attempt(): Promise<'done' | 'taken'> {
    this.#signal.throwIfAborted();
    await this.#buffer.finish();
    const { store, options } = this.#environment;
    if (await store.put(this.key, this.#buffer, this.#metadata, options, this.#signal)) {
      this.#environment.onStored(this.#buffer.sizeBytes);
      return 'done';
    }
    const other = await store.metadata(this.key, this.#signal);
    const theirs = other === undefined ? undefined : coverageOf(this.key, other, this.#first);
    return theirs?.start === this.coverage.start && theirs.end === this.coverage.end ? 'done' : 'taken';
  }
}

/** Throws when the metadata are not of an object of this connector, or of one whose records are not those of this topic. */
export function coverageOf(key: string, metadata: Metadata, first: FirstRecord): Coverage {
  const start = Number(metadata['start-offset'] ?? Number.NaN);
  const end = Number(metadata['end-offset'] ?? Number.NaN);
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start < end) {
    // Objects of earlier versions do not tell.
    const timestamp = metadata[FIRST_TIMESTAMP] ?? String(first.timestampMs);
    if (timestamp !== String(first.timestampMs)) throw replacedTopic(key, timestamp, first);
    return { start, end };
  }
  throw new S3Error(
    'MILLRACE_CONNECT_S3_NAME_TAKEN',
    `${key} exists and does not say which offsets it holds, so it is not of this connector: move it away, or choose another topics.dir`,
    { details: { key } },
  );
}

function replacedTopic(
  key: string,
  timestamp: string,
  { topic, partition, offset, timestampMs }: FirstRecord,
): S3Error {
  return new S3Error(
    'MILLRACE_CONNECT_S3_TOPIC_REPLACED',
    `${key} begins with a record of time ${timestamp}, and offset ${offset} of ${topic}[${partition}] is of time ${timestampMs}: the topic was deleted and made anew, ` +
      'and its records are not in the object. Move the objects of the topic before it away, or choose another topics.dir, and start the task again',
    { details: { key, topic, partition, offset } },
  );
}
