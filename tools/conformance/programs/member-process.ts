/** A group member in a process of its own, so that it can die without a word. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { CaseContext } from './harness.ts';

/** Starts `command args`, which joins a group and prints `joined`; resolves when it has. */
export async function startMember(
  context: CaseContext,
  command: string,
  args: readonly string[],
): Promise<{ kill(): void }> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const kill = (): void => void child.kill('SIGKILL');
  context.after(kill);
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'joined') return { kill };
  }
  throw new Error('the second member ended before it joined');
}

/** For the member itself: says that it joined and lives until it is killed or its parent is gone. */
export async function livesUntilKilled(): Promise<never> {
  process.stdout.write('joined\n');
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.once('close', resolve));
  process.exit(0);
}
