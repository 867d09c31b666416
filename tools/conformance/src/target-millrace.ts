/**
 * Our broker as a process, started from the sources as `npm start` does.
 *
 * Owns: one broker process at a time and its data directory under `workDir`.
 * Invariants: after the first start the port stays the same, so that clients find the broker again after a restart.
 * Bounds: ready within 30 s, stopped within 10 s.
 */
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findFreePorts } from '@millrace/testing';
import { logTail } from './log-tail.ts';
import { exited, signalGroup, start } from './processes.ts';
import { addRequestCounts, readRequestCounts, requestsSince, type RequestCounts } from './request-counts.ts';
import type { RestartMode, Target } from './target.ts';
import { REPO_ROOT } from './paths.ts';

const READY = /^millrace ready kafka=(\S+) ops=(\S+) /;
const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
/** The reference has the same: with the defaults of 3 s and 10 s every group, and every transaction that times out, would wait. */
const IMPATIENCE = {
  MILLRACE_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  MILLRACE_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS: '1000',
};

export class MillraceTarget implements Target {
  readonly name = 'millrace';
  readonly restartable = true;
  readonly #dataDir: string;
  readonly #logFile: string;
  #child: ChildProcess | undefined;
  #port = 0;
  #bootstrap = '';
  #ops = '';
  /** Of the process that runs, when it was looked at last; and what was counted since somebody took it. */
  #seen: RequestCounts = {};
  #counted: RequestCounts = {};
  #crash: string | undefined;

  constructor(workDir: string, logFile: string) {
    this.#dataDir = join(workDir, 'data');
    this.#logFile = logFile;
    writeFileSync(logFile, '');
  }

  async start(): Promise<void> {
    this.#crash = undefined;
    if (this.#port === 0) this.#port = await findFreePorts(1);
    const log = openSync(this.#logFile, 'a');
    const args = [
      '--conditions=@millrace/source',
      'apps/broker/src/main.ts',
      '--port',
      String(this.#port),
      '--ops-port',
      '0',
    ];
    const child = start(process.execPath, [...args, '--data-dir', this.#dataDir], {
      cwd: REPO_ROOT,
      env: { ...process.env, ...IMPATIENCE },
      stdio: ['ignore', 'pipe', log],
    });
    closeSync(log);
    this.#child = child;
    try {
      [this.#bootstrap, this.#ops] = await this.#ready(child);
      this.#seen = {};
    } catch (error) {
      this.#crash = error instanceof Error ? error.message : String(error);
      throw error;
    }
    void exited(child).then((end) => {
      if (this.#child === child) {
        this.#crash = `the broker ended by itself with ${end.signal ?? `code ${end.code}`}:\n${logTail(this.#logFile)}`;
      }
    });
  }

  async restart(mode: RestartMode | 'kill-now'): Promise<void> {
    if (mode !== 'kill-now') await this.#count();
    await this.#end(mode === 'clean' ? 'SIGTERM' : 'SIGKILL');
    await this.start();
  }

  async stop(): Promise<void> {
    if (this.#child !== undefined) await this.#count();
    await this.#end('SIGTERM');
  }

  bootstrap(): string {
    return this.#bootstrap;
  }

  version(): string {
    const manifest = JSON.parse(readFileSync(join(REPO_ROOT, 'package.json'), 'utf8')) as { version: string };
    return manifest.version;
  }

  crashed(): string | undefined {
    return this.#crash;
  }

  async takeRequests(): Promise<RequestCounts> {
    await this.#count();
    const counted = this.#counted;
    this.#counted = {};
    return counted;
  }

  /** A broker that does not answer any more has counted for nobody. */
  async #count(): Promise<void> {
    const page = await fetch(`http://${this.#ops}/metrics`).then(
      (answer) => answer.text(),
      () => '',
    );
    if (page === '') return;
    const now = readRequestCounts(page);
    this.#counted = addRequestCounts(this.#counted, requestsSince(this.#seen, now));
    this.#seen = now;
  }

  /** Addresses of Kafka's port and of the one for metrics. */
  async #ready(child: ChildProcess): Promise<[kafka: string, ops: string]> {
    const stdout = child.stdout;
    if (stdout === null) throw new Error('the broker has no stdout to read');
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), READY_TIMEOUT_MS);
    try {
      const lines = createInterface({ input: stdout });
      for await (const line of lines) {
        const [, kafka, ops] = READY.exec(line) ?? [];
        if (kafka !== undefined && ops !== undefined) {
          stdout.resume();
          return [kafka, ops];
        }
      }
    } finally {
      clearTimeout(timer);
    }
    throw new Error(`the broker did not become ready within ${READY_TIMEOUT_MS} ms:\n${logTail(this.#logFile)}`);
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_TIMEOUT_MS);
    const end = exited(child);
    signalGroup(child, signal);
    const how = await end;
    clearTimeout(timer);
    if (signal === 'SIGTERM' && how.code !== 0) {
      throw new Error(
        `the broker answered SIGTERM with ${how.signal ?? `code ${how.code}`}:\n${logTail(this.#logFile)}`,
      );
    }
  }
}
