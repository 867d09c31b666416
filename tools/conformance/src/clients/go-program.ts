import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE_DIR, PROGRAMS_DIR } from '../paths.ts';
import { runOrThrow } from '../processes.ts';
import { requireCommand } from '../toolchain.ts';

/** Builds the program of the clients in Go, which is one, and returns its path. */
export async function buildGoProgram(): Promise<string> {
  await requireCommand('go', ['version'], 'install Go 1.25 or newer');
  const cwd = join(PROGRAMS_DIR, 'go');
  const binary = join(CACHE_DIR, 'go', 'conformance');
  mkdirSync(join(CACHE_DIR, 'go'), { recursive: true });
  await runOrThrow('go', ['mod', 'download'], { cwd });
  await runOrThrow('go', ['build', '-trimpath', '-o', binary, '.'], { cwd });
  return binary;
}
