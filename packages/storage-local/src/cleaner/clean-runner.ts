/**
 * Who does the passes of a cleaner: another thread (`clean-thread.ts`), or this one between other work.
 *
 * The latter is for engines on a disk of a test's own, which no other thread could see.
 */
import type { Timers } from '@millrace/base';
import type { FileSystem } from '../file-system.ts';
import { CleaningCancelled, type CleanedSegment, type CleanJob, type CleanSummary } from './clean-job.ts';
import { cleanSegments } from './clean-segments.ts';

export interface CleanHooks {
  /** Ends the pass early; it then rejects with a {@link CleaningCancelled}. */
  readonly signal: AbortSignal;
  /** Read and written together; infinite = no limit. Asked for again and again, so a change takes hold of a pass under way. */
  readonly bytesPerSecond: () => number;
  /** Called with one segment after the other. */
  readonly onMade: (made: CleanedSegment) => Promise<void>;
}

export interface CleanRunner {
  run(job: CleanJob, hooks: CleanHooks): Promise<CleanSummary>;
  /** Lets go of what it holds; it may be used again. */
  close(): Promise<void>;
}

export interface InlineRunnerOptions {
  readonly fileSystem: FileSystem;
  readonly timers: Timers;
  readonly nextTurn: (callback: () => void) => void;
}

/** Small pieces, so that none holds the event loop for long. */
const INLINE_IO_BYTES = 128 * 1024;
/** Longest wait before the limit of bytes per second is asked for anew. */
const WAIT_MS_MAX = 1000;

export class InlineCleanRunner implements CleanRunner {
  readonly #options: InlineRunnerOptions;

  constructor(options: InlineRunnerOptions) {
    this.#options = options;
  }

  run(job: CleanJob, { signal, onMade, bytesPerSecond }: CleanHooks): Promise<CleanSummary> {
    const { fileSystem, timers, nextTurn } = this.#options;
    const smallJob = { ...job, ioBytes: Math.min(job.ioBytes, INLINE_IO_BYTES) };
    return cleanSegments(smallJob, {
      fileSystem,
      isOwnThread: false,
      onMade,
      pause: async (bytes) => {
        let share = 1;
        do {
          const delayMs = share * (bytes / bytesPerSecond()) * 1000;
          const waitMs = Math.min(delayMs, WAIT_MS_MAX);
          await new Promise<void>((resolve) => {
            if (waitMs >= 1) timers.schedule(waitMs, resolve);
            else nextTurn(resolve);
          });
          if (signal.aborted) throw new CleaningCancelled();
          share = delayMs > waitMs ? share * (1 - waitMs / delayMs) : 0;
        } while (share > 0);
      },
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
