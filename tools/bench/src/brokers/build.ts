/** Builds what is measured. Nx compares the sources with its last build, so nothing is done when nothing changed. */
import { rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from './child-processes.ts';
import { BROKER_MAIN, COMPILE_CACHE, CONNECT_MAIN, REPO_ROOT } from './paths.ts';

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

/** The worker, the connectors that it loads as packages, and what they import. */
const CONNECT = ['@millrace/connect-app', '@millrace/connect-api', '@millrace/connector-*'];

export async function buildBroker(): Promise<void> {
  await build(MEASURED);
  await tryStart(BROKER_MAIN);
}

export async function buildConnect(): Promise<void> {
  await build([...MEASURED, ...CONNECT]);
  await tryStart(BROKER_MAIN);
  await tryStart(CONNECT_MAIN);
}

async function build(projects: readonly string[]): Promise<void> {
  const bin = join(REPO_ROOT, 'node_modules/.bin');
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), bin, process.env['PATH'] ?? ''].join(delimiter),
    NX_DAEMON: 'false',
    NX_TUI: 'false',
  };
  const args = ['run-many', '-t', 'build', '-p', projects.join(','), '--outputStyle=static'];
  await runCommand(join(bin, 'nx'), args, { cwd: REPO_ROOT, env, timeoutMs: BUILD_MS_MAX });
}

/** Fails here, with its own words, when what was built does not even start. */
async function tryStart(main: string): Promise<void> {
  await runCommand(process.execPath, [main, '--version'], {
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    timeoutMs: VERSION_MS_MAX,
  });
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
