/**
 * Apache Kafka itself through `reference/apache-kafka.sh`, one KRaft node on loopback.
 *
 * Owns: the broker process whose pid the script leaves in `DIR/pid`.
 * Bounds: the script takes five neighbouring ports and gives the broker two minutes to listen.
 */
import { join } from 'node:path';
import { findFreePorts } from '@millrace/testing';
import { logTail } from './log-tail.ts';
import { runOrThrow } from './processes.ts';
import { REFERENCE_SCRIPT } from './paths.ts';
import type { RestartMode, Target } from './target.ts';

const PORTS_TAKEN = 5;
/** With the default of 10 s, each case whose transaction times out would wait for it. */
const EXTRA_SETTINGS = 'transaction.abort.timed.out.transaction.cleanup.interval.ms=1000';

export class ReferenceTarget implements Target {
  readonly name = 'reference';
  readonly restartable = true;
  readonly #dir: string;
  #port = 0;
  #pid = 0;
  #version = 'unknown';

  constructor(workDir: string) {
    this.#dir = workDir;
    // The script puts the broker into a session of its own, so nothing else would end it with an interrupted run.
    process.once('exit', () => this.#pid !== 0 && isAlive(this.#pid) && process.kill(this.#pid, 'SIGKILL'));
  }

  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await findFreePorts(PORTS_TAKEN);
    const printed = await runOrThrow('bash', [REFERENCE_SCRIPT, 'start', String(this.#port), this.#dir], {
      env: { ...process.env, KAFKA_EXTRA: EXTRA_SETTINGS },
    });
    this.#pid = Number(/^KAFKA_PID=(\d+)$/m.exec(printed)?.[1]);
    this.#version = /^KAFKA_VERSION=(\S+)$/m.exec(printed)?.[1] ?? 'unknown';
  }

  async restart(mode: RestartMode | 'kill-now'): Promise<void> {
    if (mode !== 'clean') {
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
    return `the reference broker ended by itself:\n${logTail(join(this.#dir, 'broker.log'))}`;
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
