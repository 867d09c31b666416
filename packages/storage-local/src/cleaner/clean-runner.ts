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

export class InlineCleanRunner implements CleanRunner {
  readonly #options: InlineRunnerOptions;

  constructor(options: InlineRunnerOptions) {
    this.#options = options;
  }

  run(job: CleanJob, { signal, onMade }: CleanHooks): Promise<CleanSummary> {
    const { fileSystem, timers, nextTurn } = this.#options;
    const smallJob = { ...job, ioBytes: Math.min(job.ioBytes, INLINE_IO_BYTES) };
    return cleanSegments(smallJob, {
      fileSystem,
      isOwnThread: false,
      onMade,
      pause: async (bytes) => {
        const delayMs = (bytes / job.ioBytesPerSecond) * 1000;
        await new Promise<void>((resolve) => {
          if (delayMs >= 1) timers.schedule(delayMs, resolve);
          else nextTurn(resolve);
        });
        if (signal.aborted) throw new CleaningCancelled();
      },
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
