/**
 * What members of the groups run in TypeScript share: what they are told, and how they say what happens to them. The lines are described in
 * ../src/groups/group-messages.ts; the programs in other languages say the same.
 */
import { createInterface } from 'node:readline';

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: this program is started by the groups run`);
  return value;
}

export interface GroupSettings {
  readonly bootstrap: string;
  readonly topic: string;
  readonly group: string;
  readonly sessionMs: number;
  readonly heartbeatMs: number;
  readonly rebalanceMs: number;
}

export function readGroupSettings(): GroupSettings {
  return {
    bootstrap: environment('GROUPS_BOOTSTRAP'),
    topic: environment('GROUPS_TOPIC'),
    group: environment('GROUPS_GROUP'),
    sessionMs: Number(environment('GROUPS_SESSION_MS')),
    heartbeatMs: Number(environment('GROUPS_HEARTBEAT_MS')),
    rebalanceMs: Number(environment('GROUPS_REBALANCE_MS')),
  };
}

function say(...fields: (string | number)[]): void {
  process.stdout.write(`@@ ${fields.join('\t')}\n`);
}

/** Resolves when the runner says `stop`, or is gone. */
export function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin });
    lines.on('line', (line) => {
      if (line === 'stop') resolve();
    });
    lines.on('close', resolve);
  });
}

export function sayVersion(version: string): void {
  say('version', version);
}

/** Says `end` and ends the process. */
export function end(): never {
  say('end');
  process.exit(0);
}

/** Says what a member has, takes and gives up. */
export class Holding {
  readonly #name: string | undefined;
  readonly #partitions = new Set<number>();

  /** `name`: where a process has several members. */
  constructor(name?: string) {
    this.#name = name;
  }

  get partitions(): ReadonlySet<number> {
    return this.#partitions;
  }

  assigned(partitions: Iterable<number>): void {
    this.#say(
      'assigned',
      [...partitions].filter((one) => !this.#partitions.has(one)),
      (one) => this.#partitions.add(one),
    );
  }

  revoked(partitions: Iterable<number> = this.#partitions): void {
    this.#drop('revoked', partitions);
  }

  lost(partitions: Iterable<number> = this.#partitions): void {
    this.#drop('lost', partitions);
  }

  /** For clients that say what they have, not what changes. */
  replaced(partitions: Iterable<number>): void {
    const now = new Set(partitions);
    this.revoked([...this.#partitions].filter((one) => !now.has(one)));
    this.assigned(now);
  }

  got(partition: number, offset: number): void {
    say('got', Date.now(), partition, offset);
  }

  #drop(kind: 'revoked' | 'lost', partitions: Iterable<number>): void {
    this.#say(
      kind,
      [...partitions].filter((one) => this.#partitions.has(one)),
      (one) => this.#partitions.delete(one),
    );
  }

  #say(kind: string, partitions: readonly number[], apply: (partition: number) => unknown): void {
    if (partitions.length === 0) return;
    for (const partition of partitions) apply(partition);
    say(kind, Date.now(), partitions.join(','), ...(this.#name === undefined ? [] : [this.#name]));
  }
}
