/**
 * The broker as its users start it: a process of its own, for tests and demos that kill it.
 *
 * Owns: one process at a time over one data directory; after the first start its ports stay the same.
 * Invariants: no process outlives this one (an exit hook kills what is left) nor, with `await using`, the test that made it.
 * Bounds: ready within `READY_MS_MAX` and, when it is to end, ended within `END_MS_MAX`, else it is killed and the call fails
 *   with what it printed; keeps the last `LINES_KEPT` lines of each stream.
 */
import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const READY_MS_MAX = 20_000;
const END_MS_MAX = 20_000;
const LINES_KEPT = 1_000;
const LOG_LINES_SHOWN = 30;

export interface BrokerProcessOptions {
  /** Path of the entry file (`apps/broker/src/main.ts`). */
  readonly mainPath: string;
  /** Undefined = the settings under test say it. */
  readonly dataDir: string | undefined;
  /** Further flags, for example `['--set', 'num.partitions=3']`. */
  readonly flags?: readonly string[];
  /** Words before the flags, for a program of which the broker is one command. */
  readonly command?: readonly string[];
  /** Added to this process's environment; undefined takes a variable out. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What its Kafka port is given by: `--port` (default), or nothing, because the settings under test say it. */
  readonly kafkaPort?: 'flag' | 'settings';
  /** Default: where this process runs. */
  readonly workingDirectory?: string;
}

export interface BrokerAddresses {
  /** host:port */
  readonly kafka: string;
  /** host:port */
  readonly ops: string;
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

export class BrokerProcess implements AsyncDisposable {
  readonly #options: BrokerProcessOptions;
  #stdout: string[] = [];
  #stderr: string[] = [];
  #child: Child | undefined;
  #ended: Promise<ProcessEnd> = Promise.resolve({ code: 0, signal: null });
  #addresses: BrokerAddresses | undefined;
  readonly #killOnExit = (): void => void this.#child?.kill('SIGKILL');

  constructor(options: BrokerProcessOptions) {
    this.#options = options;
  }

  get addresses(): BrokerAddresses {
    if (this.#addresses === undefined) throw new Error('the broker was never ready');
    return this.#addresses;
  }

  /** The Kafka port that it got at its first start. */
  get port(): number {
    return Number(portOf(this.addresses.kafka));
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('the broker is not running');
    return pid;
  }

  /** What the last start wrote to stdout, line by line. */
  get stdoutLines(): readonly string[] {
    return this.#stdout;
  }

  /** What the last start wrote to stderr, line by line. */
  get stderrLines(): readonly string[] {
    return this.#stderr;
  }

  /** The last lines of its stderr. */
  get logTail(): string {
    return this.#stderr.slice(-LOG_LINES_SHOWN).join('\n');
  }

  /** Starts on free ports, later again on the same ones; resolves with the milliseconds until it was ready. */
  async start(): Promise<number> {
    const began = performance.now();
    this.#addresses = await this.#spawn();
    return performance.now() - began;
  }

  /** Starts a broker that is expected to give up, and resolves with how it ended. */
  async startAndEnd(): Promise<ProcessEnd> {
    this.#spawn().catch(() => undefined);
    return this.#endWithin();
  }

  /** Starts, and kills (-9) `afterMs` after the process was made, ready or not. */
  async startAndKill(afterMs: number): Promise<void> {
    this.#spawn().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await this.kill();
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.stop('SIGKILL');
  }

  /** Resolves with how it ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<ProcessEnd> {
    this.#child?.kill(signal);
    return this.#endWithin();
  }

  /** Resolves when the process ends by itself or by another's hand. */
  ended(): Promise<ProcessEnd> {
    return this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  /** Stops reading its streams for good, as a terminal that was closed. */
  closeStreams(): void {
    this.#child?.stdout.destroy();
    this.#child?.stderr.destroy();
  }

  /** The metrics page of the ops port. */
  async metricsPage(): Promise<string> {
    return (await fetch(`http://${this.addresses.ops}/metrics`)).text();
  }

  /** The value of a metric without labels on the ops port; undefined when it is not there. */
  async readMetric(name: string): Promise<number | undefined> {
    const line = (await this.metricsPage()).split('\n').find((text) => text.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  }

  /** Resolves with its addresses when it is ready; rejects when it ends before. */
  #spawn(): Promise<BrokerAddresses> {
    const { mainPath, dataDir, command = [], flags = [], environment = {}, workingDirectory } = this.#options;
    const ports = ['--ops-port', portOf(this.#addresses?.ops)];
    const data = dataDir === undefined ? [] : ['--data-dir', dataDir];
    if (this.#options.kafkaPort !== 'settings') ports.push('--port', portOf(this.#addresses?.kafka));
    const child: Child = spawn(
      process.execPath,
      ['--conditions=@millrace/source', mainPath, ...command, ...ports, ...data, ...flags],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...environment },
        ...(workingDirectory === undefined ? {} : { cwd: workingDirectory }),
      },
    );
    this.#child = child;
    process.once('exit', this.#killOnExit);
    this.#stdout = [];
    this.#stderr = [];
    this.#ended = endOf(child).finally(() => process.off('exit', this.#killOnExit));
    collectLines(child.stderr, this.#stderr);
    return new Promise<BrokerAddresses>((resolve, reject) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), READY_MS_MAX);
      collectLines(child.stdout, this.#stdout, (line) => {
        const match = /^millrace ready kafka=(\S+) ops=(\S+) data=/.exec(line);
        if (match?.[1] === undefined || match[2] === undefined) return;
        clearTimeout(timer);
        resolve({ kafka: match[1], ops: match[2] });
      });
      void this.#ended.then(({ code, signal }) => {
        clearTimeout(timer);
        reject(
          new Error(`the broker did not become ready (${signal ?? `exit code ${String(code)}`}):\n${this.logTail}`),
        );
      });
    });
  }

  async #endWithin(): Promise<ProcessEnd> {
    const child = this.#child;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child?.kill('SIGKILL');
    }, END_MS_MAX);
    const end = await this.#ended;
    clearTimeout(timer);
    if (isLate) throw new Error(`the broker did not end within ${String(END_MS_MAX)} ms:\n${this.logTail}`);
    return end;
  }
}

function portOf(address: string | undefined): string {
  return address?.split(':').at(-1) ?? '0';
}

function collectLines(stream: Readable, into: string[], onLine?: (line: string) => void): void {
  createInterface({ input: stream }).on('line', (line) => {
    into.push(line);
    if (into.length > LINES_KEPT) into.shift();
    onLine?.(line);
  });
}

/** Resolves when the process is gone and its streams have been read to the end. */
function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}
