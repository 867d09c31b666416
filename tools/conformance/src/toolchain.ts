import { run } from './processes.ts';

/** A client cannot run on this machine; the message says what is missing and how to get it. */
export class MissingToolchain extends Error {}

/** Whether a command starts at all (and what it prints about itself). */
export async function probe(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const result = await run(command, args, { timeoutMs: 60_000 });
    return result.code === 0 ? `${result.stdout}${result.stderr}`.trim() : undefined;
  } catch {
    return undefined;
  }
}

export async function requireCommand(command: string, args: readonly string[], remedy: string): Promise<void> {
  if ((await probe(command, args)) === undefined)
    throw new MissingToolchain(`no ${command} on this machine: ${remedy}`);
}
