/**
 * One client's program against one broker: starts it, follows its lines, restarts the broker when it asks.
 *
 * Invariants: every case that the program planned and that was asked for ends up in the results exactly once; a program
 * that hangs or dies costs the case it was in, the rest runs in a fresh process.
 * Bounds: a case has `CASE_TIMEOUT_MS`; a program that dies without starting a case is not started again.
 */
import type { ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { RESTART_CASES } from './cases.ts';
import type { Launch } from './client.ts';
import { exited, signalGroup, start } from './processes.ts';
import { parseMessage, type Message } from './protocol.ts';
import type { CaseResult } from './results.ts';
import type { Target } from './target.ts';

/** Enough for two starts of the reference broker on a busy machine. */
const CASE_TIMEOUT_MS = 150_000;

export interface ClientRunOptions {
  readonly client: string;
  readonly launch: Launch;
  readonly target: Target;
  /** Prefix of all names that the program makes on the broker. */
  readonly runId: string;
  readonly interopTopic: string;
  readonly cases: readonly string[];
  readonly logFile: string;
  readonly caseTimeoutMs?: number;
  onResult(result: CaseResult): void;
}

export interface ClientRunOutcome {
  version: string;
  /** Cases that the client can express at all. */
  offered: string[];
}

export class ClientRun {
  readonly #options: ClientRunOptions;
  readonly #log: WriteStream;
  readonly #finished = new Set<string>();
  #plan: ClientRunOutcome | undefined;

  constructor(options: ClientRunOptions) {
    this.#options = options;
    this.#log = createWriteStream(options.logFile, { flags: 'w' });
  }

  async run(): Promise<ClientRunOutcome> {
    let remaining = [...this.#options.cases];
    let attempt = 0;
    while (remaining.length > 0) {
      attempt += 1;
      const before = this.#finished.size;
      const end = await this.#runProgram(remaining, attempt);
      const plan = this.#plan;
      if (plan === undefined) throw new Error(`the program ended before it said what it offers: ${end}`);
      remaining = remaining.filter((name) => plan.offered.includes(name) && !this.#finished.has(name));
      if (this.#finished.size === before) {
        for (const name of remaining) this.#finish({ name, status: 'failed', ms: 0, detail: `not run: ${end}` });
        remaining = [];
      }
    }
    this.#log.end();
    return this.#plan ?? { version: 'unknown', offered: [] };
  }

  #finish(result: Omit<CaseResult, 'client'>): void {
    this.#finished.add(result.name);
    this.#options.onResult({ client: this.#options.client, ...result });
  }

  async #runProgram(cases: readonly string[], attempt: number): Promise<string> {
    const { launch, target } = this.#options;
    const mayRestart = target.restartable;
    const toRun = cases.filter((name) => mayRestart || !RESTART_CASES.includes(name));
    const child = start(launch.command, launch.args, {
      env: {
        ...process.env,
        ...launch.env,
        CONFORMANCE_BOOTSTRAP: target.bootstrap(),
        CONFORMANCE_RUN: `${this.#options.runId}-${attempt}`,
        CONFORMANCE_TARGET: target.name,
        CONFORMANCE_INTEROP: this.#options.interopTopic,
        CONFORMANCE_CASES: toRun.join(','),
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin?.on('error', () => undefined);
    child.stderr?.on('data', (chunk: Buffer) => this.#log.write(chunk));
    const end = await this.#follow(child);
    if (!mayRestart) this.#skipRestarts(cases);
    return end;
  }

  #skipRestarts(cases: readonly string[]): void {
    for (const name of cases) {
      if (!RESTART_CASES.includes(name) || !(this.#plan?.offered.includes(name) ?? false)) continue;
      this.#finish({ name, status: 'skipped', ms: 0, detail: `${this.#options.target.name} is not ours to restart` });
    }
  }

  /** Reads the program's lines until it ends; returns how it ended, in words. */
  async #follow(child: ChildProcess): Promise<string> {
    if (child.stdout === null) throw new Error('the program has no stdout');
    let current: { name: string; since: number } | undefined;
    let why = '';
    const timeoutMs = this.#options.caseTimeoutMs ?? CASE_TIMEOUT_MS;
    const stop = (): void => {
      why = `no end within ${timeoutMs} ms`;
      signalGroup(child, 'SIGKILL');
    };
    let timer = setTimeout(stop, timeoutMs);
    const end = exited(child);
    for await (const line of createInterface({ input: child.stdout })) {
      const message = parseMessage(line);
      if (message === undefined) {
        this.#log.write(`${line}\n`);
        continue;
      }
      this.#log.write(`${new Date().toISOString()} ${line}\n`);
      if (message.kind === 'start') {
        current = { name: message.name, since: Date.now() };
        clearTimeout(timer);
        timer = setTimeout(stop, timeoutMs);
      } else if (message.kind === 'pass' || message.kind === 'fail') {
        current = undefined;
        this.#settle(message.name, message.kind === 'pass', message.ms, message.detail);
        await this.#revive();
      } else {
        await this.#answer(child, message);
      }
    }
    const how = await end;
    clearTimeout(timer);
    signalGroup(child, 'SIGKILL');
    if (why === '') why = `the program ended with ${how.signal ?? `code ${how.code}`}`;
    if (current !== undefined) this.#settle(current.name, false, Date.now() - current.since, why);
    await this.#revive();
    return why;
  }

  /** A case that passes while the broker died has not passed. */
  #settle(name: string, passed: boolean, ms: number, detail: string): void {
    const crash = this.#options.target.crashed();
    if (crash !== undefined) {
      this.#finish({ name, status: 'failed', ms, detail: `${detail}${detail === '' ? '' : '; '}${crash}` });
    } else {
      this.#finish({ name, status: passed ? 'passed' : 'failed', ms, detail });
    }
  }

  /** Starts the broker again when it ended by itself, so that one crash is one failure. */
  async #revive(): Promise<void> {
    if (this.#options.target.crashed() !== undefined) await this.#options.target.start();
  }

  async #answer(child: ChildProcess, message: Extract<Message, { kind: 'plan' | 'restart' }>): Promise<void> {
    if (message.kind === 'plan') {
      this.#plan = { version: message.version, offered: message.cases };
      return;
    }
    try {
      await this.#options.target.restart(message.mode);
      child.stdin?.write('ok\n');
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#log.write(`${text}\n`);
      child.stdin?.write(`error ${text.replaceAll(/\s+/g, ' ')}\n`);
    }
  }
}
