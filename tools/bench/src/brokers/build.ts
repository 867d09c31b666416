/** Builds what is measured. Nx compares the sources with its last build, so nothing is done when nothing changed. */
import { rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from './child-processes.ts';
import { BROKER_MAIN, COMPILE_CACHE, REPO_ROOT } from './paths.ts';

const BUILD_MS_MAX = 600_000;
const VERSION_MS_MAX = 60_000;
/** The broker, and the client with what it imports. */
const MEASURED = [
  '@millrace/broker-app',
  '@millrace/sdk',
  '@millrace/base',
  '@millrace/compression',
  '@millrace/protocol',
];

export async function buildBroker(): Promise<void> {
  const bin = join(REPO_ROOT, 'node_modules/.bin');
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), bin, process.env['PATH'] ?? ''].join(delimiter),
    NX_DAEMON: 'false',
    NX_TUI: 'false',
  };
  const args = ['run-many', '-t', 'build', '-p', MEASURED.join(','), '--outputStyle=static'];
  await runCommand(join(bin, 'nx'), args, { cwd: REPO_ROOT, env, timeoutMs: BUILD_MS_MAX });
  // Fails here, with its own words, when the build does not even start.
  await runCommand(process.execPath, [BROKER_MAIN, '--version'], {
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    timeoutMs: VERSION_MS_MAX,
  });
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
