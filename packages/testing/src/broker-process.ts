/**
 * The broker as its users start it: a process of its own, for tests and demos that kill it.
 *
 * Owns: one process at a time over one data directory; after the first start its ports stay the same.
 * Invariants: no process outlives this one (an exit hook kills what is left).
 * Bounds: ready within `READY_MS_MAX`, else it is killed and `start` fails with what it printed.
 */
import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const READY_MS_MAX = 20_000;
const LOG_LINES_KEPT = 30;

export interface BrokerProcessOptions {
  /** Path of the entry file (`apps/broker/src/main.ts`). */
  readonly mainPath: string;
  readonly dataDir: string;
  /** Further flags, for example `['--set', 'num.partitions=3']`. */
  readonly flags?: readonly string[];
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

export class BrokerProcess {
  readonly #options: BrokerProcessOptions;
  readonly #log: string[] = [];
  #child: Child | undefined;
  #addresses: BrokerAddresses | undefined;
  readonly #killOnExit = (): void => void this.#child?.kill('SIGKILL');

  constructor(options: BrokerProcessOptions) {
    this.#options = options;
  }

  get addresses(): BrokerAddresses {
    if (this.#addresses === undefined) throw new Error('the broker was never ready');
    return this.#addresses;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('the broker is not running');
    return pid;
  }

  /** The last lines of its stderr. */
  get logTail(): string {
    return this.#log.join('\n');
  }

  /** Starts on free ports, later again on the same ones; resolves with the milliseconds until it was ready. */
  async start(): Promise<number> {
    const began = performance.now();
    const child = this.#spawn();
    this.#addresses = await this.#ready(child);
    return performance.now() - began;
  }

  /** Starts a broker that is expected to give up, and resolves with how it ended. */
  async startAndEnd(): Promise<ProcessEnd> {
    return endOf(this.#spawn());
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGTERM; resolves with how it ended. */
  async stop(): Promise<ProcessEnd> {
    return this.#end('SIGTERM');
  }

  /** Resolves when the process ends by itself or by another's hand. */
  async ended(): Promise<ProcessEnd> {
    return this.#child === undefined ? { code: 0, signal: null } : endOf(this.#child);
  }

  /** The value of a metric without labels on the ops port; undefined when it is not there. */
  async readMetric(name: string): Promise<number | undefined> {
    const page = await (await fetch(`http://${this.addresses.ops}/metrics`)).text();
    const line = page.split('\n').find((text) => text.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  }

  #spawn(): Child {
    const { mainPath, dataDir, flags = [] } = this.#options;
    const portOf = (address: string | undefined): string => address?.split(':').at(-1) ?? '0';
    const ports = ['--port', portOf(this.#addresses?.kafka), '--ops-port', portOf(this.#addresses?.ops)];
    const child = spawn(
      process.execPath,
      ['--conditions=@millrace/source', mainPath, ...ports, '--data-dir', dataDir, ...flags],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#child = child;
    process.once('exit', this.#killOnExit);
    child.once('exit', () => process.off('exit', this.#killOnExit));
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.#log.push(line);
      if (this.#log.length > LOG_LINES_KEPT) this.#log.shift();
    });
    return child;
  }

  async #ready(child: Child): Promise<BrokerAddresses> {
    const timer = setTimeout(() => child.kill('SIGKILL'), READY_MS_MAX);
    try {
      for await (const line of createInterface({ input: child.stdout })) {
        const match = /^millrace ready kafka=(\S+) ops=(\S+) data=/.exec(line);
        if (match?.[1] !== undefined && match[2] !== undefined) {
          child.stdout.resume();
          return { kafka: match[1], ops: match[2] };
        }
      }
    } finally {
      clearTimeout(timer);
    }
    throw new Error(`the broker did not become ready:\n${this.logTail}`);
  }

  async #end(signal: NodeJS.Signals): Promise<ProcessEnd> {
    const child = this.#child;
    if (child === undefined) return { code: 0, signal: null };
    child.kill(signal);
    return endOf(child);
  }
}

async function endOf(child: ChildProcess): Promise<ProcessEnd> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return { code: child.exitCode, signal: child.signalCode };
}
