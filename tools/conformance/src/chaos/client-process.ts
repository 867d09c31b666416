/**
 * A client's program in a chaos run: a producer or a reader in a process of its own.
 *
 * Owns: the process, and what it said.
 * Bounds: ends within `END_MS_MAX` of being told to, else it is killed and `finish` fails.
 */
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Launch } from '../client.ts';
import { exited, signalGroup, start } from '../processes.ts';
import type { Acknowledged, Stored } from './history.ts';
import { parseChaosMessage } from './messages.ts';

const END_MS_MAX = 180_000;

export interface ChaosClientOptions {
  readonly name: string;
  readonly launch: Launch;
  readonly does: 'produce' | 'read';
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** How often the broker has been killed by now. */
  round(): number;
}

export class ChaosClient {
  readonly name: string;
  readonly acknowledged: Acknowledged[] = [];
  readonly records: Stored[] = [];
  readonly failures: string[] = [];
  /** The program's last word has been read; so has everything before it. */
  readonly #ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #round: () => number;
  #version = 'unknown';
  #hasSaidAll = false;

  constructor(options: ChaosClientOptions) {
    this.name = options.name;
    this.#round = () => options.round();
    const { command, args, env } = options.launch;
    this.#child = start(command, [...args, 'chaos', options.does], {
      env: { ...process.env, ...env, ...options.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#ended = this.#follow(options.logFile);
  }

  get version(): string {
    return this.#version;
  }

  /** Records that it was acknowledged or given so far. */
  get recordCount(): number {
    return this.acknowledged.length + this.records.length;
  }

  /** Why the program is not at work any more; undefined while it is. */
  get trouble(): string | undefined {
    if (this.failures[0] !== undefined) return `${this.name} gave up: ${this.failures[0]}`;
    const { exitCode, signalCode } = this.#child;
    return exitCode === null && signalCode === null
      ? undefined
      : `${this.name} ended by itself (${signalCode ?? exitCode})`;
  }

  /** Tells the program to come to its end and waits for it. */
  async finish(): Promise<void> {
    this.#child.stdin?.write('stop\n');
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      signalGroup(this.#child, 'SIGKILL');
    }, END_MS_MAX);
    const end = await exited(this.#child);
    await this.#ended;
    clearTimeout(timer);
    if (isLate) throw new Error(`${this.name} did not end within ${END_MS_MAX} ms`);
    if (!this.#hasSaidAll) throw new Error(`${this.name} ended before its last word (${end.signal ?? end.code})`);
  }

  async #follow(logFile: string): Promise<void> {
    const { stdin, stdout, stderr } = this.#child;
    if (stdin === null || stdout === null || stderr === null) throw new Error('the program has no streams');
    const log = createWriteStream(logFile);
    stdin.on('error', () => undefined);
    stderr.pipe(log, { end: false });
    for await (const line of createInterface({ input: stdout })) {
      const message = parseChaosMessage(line);
      if (message === undefined) {
        log.write(`${line}\n`);
      } else if (message.kind === 'ack') {
        const { kind: _, ...place } = message;
        this.acknowledged.push({ ...place, round: this.#round() });
      } else if (message.kind === 'record') {
        const { kind: _, ...record } = message;
        this.records.push(record);
      } else if (message.kind === 'fail') {
        this.failures.push(message.what);
        log.write(`${line}\n`);
      } else if (message.kind === 'version') {
        this.#version = message.version;
      } else {
        this.#hasSaidAll = true;
      }
    }
    log.end();
  }
}
