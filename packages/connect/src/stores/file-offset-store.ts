/**
 * Offsets of sources in a file, for a worker that is alone (`offset.storage.file.filename`).
 *
 * Owns: the file. A line of JSON per source partition: connector, partition, offset.
 * Invariants: a write has resolved when the file as a whole is on disk under its name, so a crash leaves the offsets of before or after, never
 *   a part; writes that come together are one.
 * Bounds: all offsets are in memory.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MillraceError } from '@millrace/base';
import { positionKey, type Position, type SourceOffset } from '@millrace/connect-api';
import { jsonText, parseJson } from './json-text.ts';
import type { OffsetChange, OffsetStore } from './offset-store.ts';

export class FileOffsetStore implements OffsetStore {
  readonly #path: string;
  readonly #connectors = new Map<string, Map<string, SourceOffset>>();
  #writing: Promise<void> = Promise.resolve();
  /** The write that begins when the one under way is done: changes from now on are in it. */
  #next: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws MILLRACE_CONNECT_OFFSET_FILE when the file is there and cannot be read. */
  async start(): Promise<void> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw this.#error('cannot be read', cause);
    }
    for (const [index, line] of text.split('\n').entries()) {
      if (line.trim() !== '') this.#load(line, index + 1);
    }
  }

  async read(connector: string, partitions: readonly Position[]): Promise<readonly (Position | undefined)[]> {
    const offsets = this.#connectors.get(connector);
    return partitions.map((partition) => offsets?.get(positionKey(partition))?.offset);
  }

  async write(connector: string, changes: readonly OffsetChange[]): Promise<void> {
    const offsets = this.#connectors.get(connector) ?? new Map<string, SourceOffset>();
    this.#connectors.set(connector, offsets);
    for (const { partition, offset } of changes) {
      if (offset === null) offsets.delete(positionKey(partition));
      else offsets.set(positionKey(partition), { partition, offset });
    }
    await this.#flush();
  }

  async all(connector: string): Promise<readonly SourceOffset[]> {
    return [...(this.#connectors.get(connector)?.values() ?? [])];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#next?.catch(() => undefined);
    await this.#writing;
  }

  #load(line: string, number: number): void {
    let entry: { readonly connector?: unknown; readonly partition?: unknown; readonly offset?: unknown };
    try {
      entry = parseJson(line) as typeof entry;
    } catch (cause) {
      throw this.#error(`is broken at line ${number}`, cause);
    }
    const { connector, partition, offset } = entry;
    if (typeof connector !== 'string' || !isPosition(partition) || !isPosition(offset)) {
      throw this.#error(`has no offset at line ${number}`);
    }
    const offsets = this.#connectors.get(connector) ?? new Map<string, SourceOffset>();
    this.#connectors.set(connector, offsets.set(positionKey(partition), { partition, offset }));
  }

  #flush(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    const next = this.#writing.then(() => {
      this.#next = undefined;
      return this.#replaceFile();
    });
    this.#next = next;
    this.#writing = next.catch(() => undefined);
    return next;
  }

  async #replaceFile(): Promise<void> {
    const lines = [...this.#connectors].flatMap(([connector, offsets]) =>
      [...offsets.values()].map(({ partition, offset }) => `${jsonText({ connector, partition, offset })}\n`),
    );
    const temporary = `${this.#path}.new`;
    try {
      {
        await using file = await open(temporary, 'w');
        await file.writeFile(lines.join(''));
        await file.sync();
      }
      await rename(temporary, this.#path);
      await using folder = await open(dirname(this.#path), 'r');
      await folder.sync();
    } catch (cause) {
      throw this.#error('cannot be written', cause);
    }
  }

  #error(problem: string, cause?: unknown): MillraceError {
    return new MillraceError(
      'MILLRACE_CONNECT_OFFSET_FILE',
      `the offset file ${this.#path} ${problem}: repair it, or set offset.storage.file.filename to another and read sources anew`,
      { cause },
    );
  }
}

function isPosition(value: unknown): value is Position {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
