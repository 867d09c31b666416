/** The command as a user runs it, for tests of the process. */
import { fileURLToPath } from 'node:url';
import { runProcess, type ProcessOutcome } from '@millrace/testing';

export const CLI_MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Runs `millrace` with these arguments to its end. */
export function millrace(...argv: readonly string[]): Promise<ProcessOutcome> {
  return runProcess(CLI_MAIN, argv);
}
