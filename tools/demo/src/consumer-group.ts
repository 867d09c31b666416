/** The group's members as processes that can be killed. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { MemberMessage } from './member-messages.ts';

const MEMBER = fileURLToPath(new URL('./member.ts', import.meta.url));

export interface ConsumerGroupOptions {
  readonly broker: string;
  readonly groupId: string;
  readonly memberCount: number;
  readonly onMessage: (member: string, message: MemberMessage) => void;
}

export class ConsumerGroup {
  readonly #members = new Map<string, ChildProcess>();
  readonly #assigned = new Map<string, readonly number[]>();
  readonly #options: ConsumerGroupOptions;
  #onAssigned: () => void = () => undefined;

  constructor(options: ConsumerGroupOptions) {
    this.#options = options;
  }

  /** Starts the members and resolves when each of them has a share, and all together every partition. */
  async start(partitionCount: number): Promise<void> {
    const { broker, groupId, memberCount } = this.#options;
    const complete = new Promise<void>((resolve) => {
      this.#onAssigned = () => {
        const lists = [...this.#assigned.values()];
        const isShared = lists.length === memberCount && lists.every((partitions) => partitions.length > 0);
        if (isShared && new Set(lists.flat()).size === partitionCount) resolve();
      };
    });
    for (let index = 1; index <= memberCount; index++) {
      const name = `member-${String(index)}`;
      const child = fork(MEMBER, [broker, groupId, name], {
        execArgv: ['--conditions=@millrace/source'],
      });
      this.#members.set(name, child);
      const killOnExit = (): void => void child.kill('SIGKILL');
      process.once('exit', killOnExit);
      child.once('exit', () => process.off('exit', killOnExit));
      child.on('message', (message: MemberMessage) => {
        if (message.kind === 'assigned') {
          this.#assigned.set(name, message.partitions);
          this.#onAssigned();
        }
        this.#options.onMessage(name, message);
      });
    }
    await complete;
  }

  /** kill -9; returns the partitions that the member owned. */
  async kill(name: string): Promise<readonly number[]> {
    const partitions = this.#assigned.get(name) ?? [];
    this.#assigned.delete(name);
    await this.#end(name);
    return partitions;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#members.keys()].map((name) => this.#end(name)));
  }

  async #end(name: string): Promise<void> {
    const child = this.#members.get(name);
    this.#members.delete(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
}
