/**
 * Metadata in one SQLite file.
 *
 * Owns: the connection that writes, which starts in this thread (a broker is up before a thread is) and moves to the worker as soon
 *   as that is there; the worker.
 * Invariants: one connection is open at a time; a commit is answered only after SQLite synced it; the file is locked by the kernel
 *   while a connection is open, and what another process does in the moment of the move is met by an error, not by two writers;
 *   should the worker not come up, this thread goes on writing.
 * Not here: what may be written (operations.ts), tables (schema.ts).
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MetaBackend } from '../backend.ts';
import type { ClusterState, StoredChange } from '../cluster-draft.ts';
import { commitError, failureOf, openError, type SqliteFailure } from './sqlite-failure.ts';
import { migrate, readState } from './sqlite-reader.ts';
import type { WorkerAnswer, WorkerRequest } from './sqlite-worker.ts';
import { SqliteWriter } from './sqlite-writer.ts';

export interface SqliteBackendOptions {
  readonly path: string;
  readonly newClusterId: () => string;
}

export class SqliteBackend implements MetaBackend {
  readonly #options: SqliteBackendOptions;
  /** The connection of this thread, until the worker has one. */
  #writer: SqliteWriter | undefined;
  #thread: WriterThread | undefined;

  constructor(options: SqliteBackendOptions) {
    this.#options = options;
  }

  /** Whether commits are written by the worker by now. */
  get isHandedOver(): boolean {
    return this.#thread !== undefined && this.#writer === undefined;
  }

  async load(): Promise<ClusterState> {
    const { path, newClusterId } = this.#options;
    let writer: SqliteWriter | undefined;
    try {
      mkdirSync(dirname(path), { recursive: true });
      writer = new SqliteWriter(path);
      migrate(writer, path, newClusterId);
      const state = readState(writer.database, path);
      this.#writer = writer;
      this.#startThread();
      return state;
    } catch (error) {
      writer?.close();
      throw openError(path, error);
    }
  }

  async commit(changes: readonly StoredChange[], next: ClusterState): Promise<void> {
    const { version } = next.snapshot;
    try {
      if (this.#writer !== undefined) this.#writer.commit(changes, version);
      else await this.#thread?.request({ kind: 'commit', changes, version });
    } catch (error) {
      throw commitError(this.#options.path, failureOf(error));
    }
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    if (this.#writer !== undefined) {
      this.#writer.close();
      this.#writer = undefined;
    } else {
      await thread?.request({ kind: 'close' }).catch(() => undefined);
    }
    await thread?.end();
  }

  #startThread(): void {
    const thread = new WriterThread(() => {
      // Closed, or opened anew, before the thread was there.
      if (this.#thread !== thread || this.#writer === undefined) return;
      this.#writer.close();
      this.#writer = undefined;
      // Should the worker fail to open the file, the next commit says so.
      thread.request({ kind: 'open', path: this.#options.path }).catch(() => undefined);
    });
    this.#thread = thread;
  }
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The worker as a sequence of requests. It keeps the process alive only while one is under way. */
class WriterThread {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;

  constructor(onReady: () => void) {
    this.#worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), { name: 'millrace-metadata' });
    this.#worker.unref();
    this.#worker.on('message', (answer: WorkerAnswer) => {
      if (answer.kind === 'ready') onReady();
      else this.#settle(answer);
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread that writes metadata has ended')));
  }

  request(request: WorkerRequest): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ resolve, reject });
    this.#worker.ref();
    this.#worker.postMessage(request);
    return promise;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(answer: WorkerAnswer): void {
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#worker.unref();
    if (answer.kind !== 'failed') waiting?.resolve();
    else
      waiting?.reject(
        Object.assign(new Error(answer.message), { errcode: answer.errcode } satisfies Pick<SqliteFailure, 'errcode'>),
      );
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
