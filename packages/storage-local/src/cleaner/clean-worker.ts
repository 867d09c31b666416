/** The thread in which logs are cleaned: it reads and writes by itself and answers with what it made. One pass at a time. */
import { parentPort } from 'node:worker_threads';
import { errorCodeOf } from '../file-system.ts';
import { nodeFileSystem } from '../node-file-system.ts';
import { CleaningCancelled, type CleanedSegment, type CleanJob, type CleanSummary } from './clean-job.ts';
import { cleanSegments } from './clean-segments.ts';

export interface WorkerJob {
  readonly job: CleanJob;
  /** One number, set to 1 and notified when the pass is to end. */
  readonly cancel: Int32Array;
}

export type WorkerAnswer =
  | { readonly kind: 'made'; readonly made: CleanedSegment }
  | { readonly kind: 'done'; readonly summary: CleanSummary }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string; readonly isCancelled: boolean };

/** Shorter waits are saved up. */
const DELAY_MS_MIN = 5;

function answer(message: WorkerAnswer): void {
  parentPort?.postMessage(message);
}

function pauseOf(job: CleanJob, cancel: Int32Array): (bytes: number) => undefined {
  let owedMs = 0;
  let lastMs = performance.now();
  return (bytes) => {
    if (Number.isFinite(job.ioBytesPerSecond)) {
      const nowMs = performance.now();
      owedMs = Math.max(0, owedMs - (nowMs - lastMs)) + (bytes / job.ioBytesPerSecond) * 1000;
      if (owedMs >= DELAY_MS_MIN) Atomics.wait(cancel, 0, 0, owedMs);
      lastMs = nowMs;
    }
    if (Atomics.load(cancel, 0) !== 0) throw new CleaningCancelled();
    return undefined;
  };
}

async function serve({ job, cancel }: WorkerJob): Promise<void> {
  try {
    const summary = await cleanSegments(job, {
      fileSystem: nodeFileSystem,
      isOwnThread: true,
      pause: pauseOf(job, cancel),
      onMade: (made) => {
        answer({ kind: 'made', made });
        return undefined;
      },
    });
    answer({ kind: 'done', summary });
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    answer({ kind: 'failed', message, code: errorCodeOf(error), isCancelled: error instanceof CleaningCancelled });
  }
}

parentPort?.on('message', (request: WorkerJob) => void serve(request));
