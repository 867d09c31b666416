/** The thread in which logs are cleaned: it reads and writes by itself and answers with what it made. One pass at a time. */
import { parentPort } from 'node:worker_threads';
import { errorCodeOf, errorPathOf } from '../file-system.ts';
import { nodeFileSystem } from '../node-file-system.ts';
import { pauseOf, type CleanControl } from './clean-control.ts';
import { CleaningCancelled, type CleanedSegment, type CleanJob, type CleanSummary } from './clean-job.ts';
import { cleanSegments } from './clean-segments.ts';

export interface WorkerJob {
  readonly job: CleanJob;
  readonly control: CleanControl;
}

export type WorkerAnswer =
  | { readonly kind: 'made'; readonly made: CleanedSegment }
  | { readonly kind: 'done'; readonly summary: CleanSummary }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly code: string;
      readonly path: string;
      readonly isCancelled: boolean;
    };

function answer(message: WorkerAnswer): void {
  parentPort?.postMessage(message);
}

async function serve({ job, control }: WorkerJob): Promise<void> {
  try {
    const summary = await cleanSegments(job, {
      fileSystem: nodeFileSystem,
      isOwnThread: true,
      pause: pauseOf(control),
      onMade: (made) => {
        answer({ kind: 'made', made });
        return undefined;
      },
    });
    answer({ kind: 'done', summary });
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    const isCancelled = error instanceof CleaningCancelled;
    answer({ kind: 'failed', message, code: errorCodeOf(error), path: errorPathOf(error), isCancelled });
  }
}

parentPort?.on('message', (request: WorkerJob) => void serve(request));
