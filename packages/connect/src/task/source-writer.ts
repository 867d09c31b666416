/** What a source's records and offsets are written by; one of two guarantees. */
import type { SourceOffset } from '@millrace/connect-api';
import type { Logger } from '@millrace/base';
import type { SourcePump } from './source-pump.ts';
import type { SourceUnit } from './source-unit.ts';
import type { TaskEnvironment } from './task-environment.ts';

export interface SourceWriterOptions {
  readonly environment: TaskEnvironment;
  readonly log: Logger;
  /** Makes the topic ready, once. */
  readonly prepareTopic: (topic: string) => Promise<void>;
  /** Offsets are stored: the plugin is told. */
  readonly onDurable: (offsets: readonly SourceOffset[]) => Promise<void>;
}

export interface SourceWriter extends AsyncDisposable {
  /** Before the plugin reads its offsets: whoever wrote before can write no more. */
  begin(): Promise<void>;
  /** Writes what the pump has until the source ends; everything that it gave is written and its offsets are stored. Throws what fails the task. */
  run(pump: SourcePump): Promise<void>;
}

/** Topics are made ready at their first record. */
export class PreparedTopics {
  readonly #ready = new Set<string>();
  readonly #prepare: (topic: string) => Promise<void>;

  constructor(prepare: (topic: string) => Promise<void>) {
    this.#prepare = prepare;
  }

  /** Undefined: nothing to wait for. */
  ensure(unit: SourceUnit): Promise<void> | undefined {
    const missing = [...unit.runs.keys()].filter((topic) => !this.#ready.has(topic));
    if (missing.length === 0) return undefined;
    return this.#ensureEach(missing);
  }

  async #ensureEach(topics: readonly string[]): Promise<void> {
    for (const topic of topics) {
      await this.#prepare(topic);
      this.#ready.add(topic);
    }
  }
}
