import type { Readable } from 'node:stream';
import type { Output } from './output.ts';

/** What a command may touch of the process; injected so that tests see what a user would. */
export interface CliContext {
  readonly output: Output;
  readonly errorOutput: Output;
  /** Opened by who reads it: merely looking at it would keep the process alive. */
  readonly input: () => Readable;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first interrupt, and when nobody reads the output any more. */
  readonly signal: AbortSignal;
  /** Whether a person watches `errorOutput`; progress is shown to nobody else. */
  readonly isWatched: boolean;
  /** Whether a person reads `output` as it comes, where progress would stand in between. */
  readonly isOutputWatched: boolean;
  setExitCode(code: number): void;
}
