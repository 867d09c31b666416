/**
 * Apache Kafka itself through `reference/apache-kafka.sh`, one KRaft node on loopback.
 *
 * Owns: the broker process whose pid the script leaves in `DIR/pid`.
 * Bounds: the script takes five neighbouring ports and gives the broker two minutes to listen.
 */
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runOrThrow } from './processes.ts';
import { REFERENCE_SCRIPT } from './paths.ts';
import type { RestartMode, Target } from './target.ts';

const PORTS_TAKEN = 5;

export class ReferenceTarget implements Target {
  readonly name = 'reference';
  readonly restartable = true;
  readonly #dir: string;
  #port = 0;
  #pid = 0;
  #version = 'unknown';

  constructor(workDir: string) {
    this.#dir = workDir;
  }

  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await findFreePorts();
    const printed = await runOrThrow('bash', [REFERENCE_SCRIPT, 'start', String(this.#port), this.#dir]);
    this.#pid = Number(/^KAFKA_PID=(\d+)$/m.exec(printed)?.[1]);
    const pid = this.#pid;
    process.once('exit', () => isAlive(pid) && process.kill(pid, 'SIGKILL'));
    this.#version = /^KAFKA_VERSION=(\S+)$/m.exec(printed)?.[1] ?? 'unknown';
  }

  async restart(mode: RestartMode): Promise<void> {
    if (mode === 'kill') {
      process.kill(this.#pid, 'SIGKILL');
      while (isAlive(this.#pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    } else {
      await this.stop();
    }
    await this.start();
  }

  async stop(): Promise<void> {
    if (this.#pid !== 0) await runOrThrow('bash', [REFERENCE_SCRIPT, 'stop', this.#dir]);
  }

  bootstrap(): string {
    return `127.0.0.1:${this.#port}`;
  }

  version(): string {
    return this.#version;
  }

  crashed(): string | undefined {
    if (this.#pid === 0 || isAlive(this.#pid)) return undefined;
    const log = readFileSync(join(this.#dir, 'broker.log'), 'utf8').trim().split('\n').slice(-12).join('\n');
    return `the reference broker ended by itself:\n${log}`;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function tryListen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const bound = (server.address() as AddressInfo).port;
      server.close(() => resolve(bound));
    });
  });
}

async function findFreePorts(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = await tryListen(0);
    if (first === undefined || first + PORTS_TAKEN > 65_535) continue;
    const rest = Array.from({ length: PORTS_TAKEN - 1 }, (_, index) => first + 1 + index);
    const free = await Promise.all(rest.map(tryListen));
    if (free.every((port) => port !== undefined)) return first;
  }
  throw new Error('found no five neighbouring free ports for the reference broker');
}
