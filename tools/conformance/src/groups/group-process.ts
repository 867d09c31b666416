/**
 * A process with one member of the group, or several.
 *
 * Owns: the process; what it says goes into the history.
 * Bounds: ends within `END_MS_MAX` of being told to, else it is killed.
 */
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Launch } from '../client.ts';
import { exited, signalGroup, start } from '../processes.ts';
import type { GroupHistory } from './group-history.ts';
import { parseGroupMessage } from './group-messages.ts';

const END_MS_MAX = 20_000;
const LAST_ERROR_LINES = 15;

export interface GroupProcessOptions {
  readonly name: string;
  readonly launch: Launch;
  readonly memberCount: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly history: GroupHistory;
}

export class GroupProcess {
  readonly memberCount: number;
  readonly #options: GroupProcessOptions;
  readonly #child: ChildProcess;
  readonly #members = new Set<string>();
  /** Its last word has been read. */
  readonly #read: Promise<void>;
  /** The end of what it wrote to stderr: its log is not at hand where CI ran. */
  readonly #lastErrors: string[] = [];
  #version = 'unknown';
  #isEnding = false;

  constructor(options: GroupProcessOptions) {
    const { launch, environment, memberCount } = options;
    this.#options = options;
    this.memberCount = memberCount;
    this.#child = start(launch.command, [...launch.args], {
      env: { ...process.env, ...launch.env, ...environment, GROUPS_MEMBERS: String(memberCount) },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#read = this.#follow();
  }

  get version(): string {
    return this.#version;
  }

  /** Why it is not at work any more; undefined while it is, or was told to end. */
  get trouble(): string | undefined {
    const { exitCode, signalCode } = this.#child;
    if (this.#isEnding || (exitCode === null && signalCode === null)) return undefined;
    const lastWords = this.#lastErrors.join('\n').trimEnd();
    return `${this.#options.name} ended by itself (${signalCode ?? exitCode})${lastWords === '' ? '' : `\n${lastWords}`}`;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#isEnding = true;
    signalGroup(this.#child, 'SIGKILL');
    await exited(this.#child);
    const atMs = Date.now();
    await this.#read;
    for (const member of this.#members) this.#options.history.killed(member, atMs);
  }

  /** It leaves the group and ends. */
  async leave(): Promise<void> {
    this.#isEnding = true;
    this.#child.stdin?.write('stop\n');
    const timer = setTimeout(() => signalGroup(this.#child, 'SIGKILL'), END_MS_MAX);
    await exited(this.#child);
    const atMs = Date.now();
    await this.#read;
    clearTimeout(timer);
    // Clients need not say what they give up when they leave.
    for (const member of this.#members) this.#options.history.killed(member, atMs);
  }

  async #follow(): Promise<void> {
    const { stdin, stdout, stderr } = this.#child;
    if (stdin === null || stdout === null || stderr === null) throw new Error('the program has no streams');
    const { name, history, logFile } = this.#options;
    const log = createWriteStream(logFile);
    stdin.on('error', () => undefined);
    stderr.pipe(log, { end: false });
    createInterface({ input: stderr }).on('line', (line) => {
      this.#lastErrors.push(line);
      if (this.#lastErrors.length > LAST_ERROR_LINES) this.#lastErrors.shift();
    });
    for await (const line of createInterface({ input: stdout })) {
      const message = parseGroupMessage(line);
      if (message?.kind !== 'got') log.write(`${line}\n`);
      switch (message?.kind) {
        case 'version':
          this.#version = message.version;
          break;
        case 'got':
          history.got(message.partition, message.offset, message.atMs);
          break;
        case 'assigned':
        case 'revoked':
        case 'lost': {
          const member = message.member === undefined ? name : `${name}.${message.member}`;
          this.#members.add(member);
          history.changed(member, message.kind, message.partitions, message.atMs);
          break;
        }
        default:
      }
    }
    log.end();
  }
}
