import { join } from 'node:path';
import { runCommand } from './child-processes.ts';
import { REPO_ROOT } from './paths.ts';

const FORMAT_MS_MAX = 60_000;

/** Formats what a command wrote as everything else in the repository is. */
export async function formatFiles(files: readonly string[]): Promise<void> {
  const prettier = join(REPO_ROOT, 'node_modules/prettier/bin/prettier.cjs');
  await runCommand(process.execPath, [prettier, '--write', ...files], { cwd: REPO_ROOT, timeoutMs: FORMAT_MS_MAX });
}
