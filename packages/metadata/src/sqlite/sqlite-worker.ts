/** The thread in which metadata is written, so that a sync never holds up the event loop of the broker. */
import { parentPort } from 'node:worker_threads';
import type { StoredChange } from '../cluster-draft.ts';
import { SqliteWriter } from './sqlite-writer.ts';

export type WorkerRequest =
  | { readonly kind: 'open'; readonly path: string }
  | { readonly kind: 'commit'; readonly changes: readonly StoredChange[]; readonly version: number }
  | { readonly kind: 'close' };

/** `ready` once, then one answer for each request, in order. */
export type WorkerAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string; readonly errcode: number | undefined };

let writer: SqliteWriter | undefined;

function serve(request: WorkerRequest): void {
  switch (request.kind) {
    case 'open':
      writer = new SqliteWriter(request.path);
      break;
    case 'commit':
      if (writer === undefined) throw new Error('the metadata file is not open');
      writer.commit(request.changes, request.version);
      break;
    case 'close':
      writer?.close();
      writer = undefined;
      break;
  }
}

function answer(message: WorkerAnswer): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (request: WorkerRequest) => {
  try {
    serve(request);
    answer({ kind: 'done' });
  } catch (error) {
    const { message, errcode } = error as { readonly message: string; readonly errcode?: number };
    answer({ kind: 'failed', message, errcode });
  }
});
answer({ kind: 'ready' });
