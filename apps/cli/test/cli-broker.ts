/** The command against a broker of the test's own, as a user at a shell runs it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { startBroker, type ProcessOutcome, type TestBroker, type TestBrokerOptions } from '@millrace/testing';
import { CLI_MAIN } from './cli-app.ts';

const END_MS_MAX = 150_000;

export class CliBroker implements AsyncDisposable {
  readonly broker: TestBroker;

  private constructor(broker: TestBroker) {
    this.broker = broker;
  }

  static async start(options: TestBrokerOptions = {}): Promise<CliBroker> {
    return new CliBroker(await startBroker(options));
  }

  /** Runs `millrace` to its end with this broker as MILLRACE_BROKERS. */
  run(argv: readonly string[], input = ''): Promise<ProcessOutcome> {
    const child = this.spawn(argv);
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    return outcomeOf(child);
  }

  spawn(argv: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
    return spawn(process.execPath, ['--conditions=@millrace/source', CLI_MAIN, ...argv], {
      stdio: 'pipe',
      env: { ...process.env, MILLRACE_BROKERS: this.broker.bootstrapServers, ...environment },
    });
  }

  /** A line of shell in which `millrace` is the command. */
  shell(line: string, workingDirectory?: string): Promise<ProcessOutcome> {
    const millrace = `millrace() { "${process.execPath}" --conditions=@millrace/source "${CLI_MAIN}" "$@"; }`;
    const child = spawn('bash', ['-c', `set -o pipefail\n${millrace}\n${line}`], {
      stdio: 'pipe',
      env: { ...process.env, MILLRACE_BROKERS: this.broker.bootstrapServers },
      ...(workingDirectory === undefined ? {} : { cwd: workingDirectory }),
    });
    child.stdin.end();
    return outcomeOf(child);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.broker.close();
  }
}

export function outcomeOf(child: ChildProcess): Promise<ProcessOutcome> {
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${child.spawnargs.slice(3).join(' ')} did not end:\n${Buffer.concat(stderr).toString()}`));
    }, END_MS_MAX);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
  });
}
