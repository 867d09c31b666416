/** Running a Node program to its end and reading what it wrote, as a shell would. */
import { spawn } from 'node:child_process';

const END_MS_MAX = 30_000;

export interface RunProcessOptions {
  /** Added to this process's environment; undefined takes a variable out. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory?: string;
}

export interface ProcessOutcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `mainPath` from source; fails when it has not ended within `END_MS_MAX`. */
export function runProcess(
  mainPath: string,
  argv: readonly string[],
  options: RunProcessOptions = {},
): Promise<ProcessOutcome> {
  const { environment = {}, workingDirectory } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=@millrace/source', mainPath, ...argv], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
      ...(workingDirectory === undefined ? {} : { cwd: workingDirectory }),
    });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${argv.join(' ')} did not end within ${END_MS_MAX} ms:\n${Buffer.concat(stderr).toString()}`));
    }, END_MS_MAX);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({
        code,
        signal,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
  });
}
