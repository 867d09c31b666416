/** A standalone Connect worker in a process of its own, for tests of `millrace connect`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTempDir, waitUntil, type TempDir } from '@millrace/testing';

const WORKER_MAIN = fileURLToPath(new URL('../../connect/src/main.ts', import.meta.url));

export class ConnectWorker implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #dir: TempDir;

  private constructor(process: ChildProcess, dir: TempDir) {
    this.#process = process;
    this.#dir = dir;
  }

  /** Resolves when it serves. `settings` name the brokers and the listeners. */
  static async start(settings: Readonly<Record<string, string>>): Promise<ConnectWorker> {
    const dir = await createTempDir('cli-connect-worker');
    const file = join(dir.path, 'worker.properties');
    const all = {
      'key.converter': 'StringConverter',
      'value.converter': 'StringConverter',
      'offset.storage.file.filename': join(dir.path, 'offsets'),
      'offset.flush.interval.ms': '100',
      ...settings,
    };
    const lines = Object.entries(all).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(file, lines.join(''));
    const child = spawn(process.execPath, ['--conditions=@millrace/source', WORKER_MAIN, 'standalone', file], {
      cwd: dir.path,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await waitUntil('the worker', () => output.includes('millrace-connect ready'), 50_000);
    return new ConnectWorker(child, dir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    await ended;
    await this.#dir.remove();
  }
}
