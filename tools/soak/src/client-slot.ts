/**
 * A place for a client's process: whoever dies in it is followed by another, until it is closed.
 *
 * Owns: the process, and those that were frozen and replaced.
 * Invariants: each process has a name of its own (`worker-2.5`); no process outlives this one.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';

const RESTART_MS = 100;
/** What a zombie may still try when it wakes and its place is taken. */
const ZOMBIE_MS = 2_000;

export interface SlotOptions {
  readonly name: string;
  readonly logFile: string;
  /** The command of the next process, which is to be called `by`. */
  launch(by: string): { readonly command: string; readonly args: readonly string[]; readonly settings: unknown };
}

export class ClientSlot {
  readonly name: string;
  readonly #options: SlotOptions;
  readonly #log: number;
  #child: ChildProcess | undefined;
  #starts = 0;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #zombies = new Set<ChildProcess>();
  readonly #killOnExit = (): void => this.#killAll();

  constructor(options: SlotOptions) {
    this.name = options.name;
    this.#options = options;
    this.#log = openSync(options.logFile, 'a');
    process.once('exit', this.#killOnExit);
  }

  /** Processes that were started here. */
  get starts(): number {
    return this.#starts;
  }

  start(): void {
    if (this.#isClosed || this.#child !== undefined) return;
    this.#starts += 1;
    const { command, args, settings } = this.#options.launch(`${this.name}.${this.#starts}`);
    const env = {
      ...process.env,
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
      NODE_NO_WARNINGS: '1',
      SOAK: JSON.stringify(settings),
    };
    const child = spawn(command, args, { env, stdio: ['pipe', this.#log, this.#log] });
    child.stdin?.on('error', () => undefined);
    this.#child = child;
    child.once('exit', () => {
      if (this.#child !== child) return;
      this.#child = undefined;
      if (this.#timer === undefined) this.#startAfter(RESTART_MS);
    });
  }

  /** kill -9; another one is started `downMs` later. */
  kill(downMs: number): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
    this.#startAfter(downMs);
  }

  /** Stops the process where it is; when it is to be replaced, another one starts at once. */
  freeze(isReplaced: boolean): void {
    const child = this.#child;
    if (child === undefined) return;
    child.kill('SIGSTOP');
    if (!isReplaced) return;
    this.#zombies.add(child);
    this.#child = undefined;
    this.start();
  }

  /** Lets frozen processes go on; those whose place is taken, for a while. */
  thaw(): void {
    this.#child?.kill('SIGCONT');
    for (const zombie of this.#zombies) {
      zombie.kill('SIGCONT');
      setTimeout(() => {
        zombie.kill('SIGKILL');
        this.#zombies.delete(zombie);
      }, ZOMBIE_MS);
    }
  }

  /** Asks the process to come to its end (`stop` on its stdin), and starts no other. */
  async finish(withinMs: number): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.thaw();
    this.#child?.stdin?.write('stop\n');
    await this.#ended(withinMs);
    this.close();
  }

  /** kill -9, and starts no other. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#killAll();
    process.off('exit', this.#killOnExit);
  }

  #killAll(): void {
    for (const child of [...this.#zombies, this.#child]) child?.kill('SIGKILL');
    this.#zombies.clear();
    this.#child = undefined;
  }

  #startAfter(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.start();
    }, ms);
  }

  async #ended(withinMs: number): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
