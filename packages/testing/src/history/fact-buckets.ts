/**
 * Facts gathered by subject, on disk when there are many.
 *
 * Owns: `bucketCount` files in `dir`; a subject's facts are all in one of them, in the order in which they came.
 * Bounds: one bucket in memory while subjects are handed out, and `BUFFER_CHARS` for each while facts come in.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const BUFFER_CHARS = 65_536;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Facts that stay in memory, or, with a folder, go to files there. */
export class FactBuckets<Fact> {
  readonly #dir: string | undefined;
  readonly #buffers: string[];
  readonly #inMemory = new Map<string, Fact[]>();

  constructor(spill?: { readonly dir: string; readonly bucketCount: number }) {
    this.#dir = spill?.dir;
    this.#buffers = new Array<string>(spill?.bucketCount ?? 0).fill('');
  }

  add(subject: string, fact: Fact): void {
    if (this.#dir === undefined) {
      gather(this.#inMemory, subject, fact);
      return;
    }
    const bucket = hash(subject) % this.#buffers.length;
    const text = `${this.#buffers[bucket] ?? ''}${JSON.stringify([subject, fact])}\n`;
    if (text.length >= BUFFER_CHARS) {
      appendFileSync(this.#fileOf(bucket), text);
      this.#buffers[bucket] = '';
    } else {
      this.#buffers[bucket] = text;
    }
  }

  /** Each subject once, with all its facts. */
  *subjects(): Generator<readonly [subject: string, facts: readonly Fact[]]> {
    if (this.#dir === undefined) {
      yield* this.#inMemory;
      return;
    }
    for (const [bucket, rest] of this.#buffers.entries()) {
      const file = this.#fileOf(bucket);
      const text = (existsSync(file) ? readFileSync(file, 'utf8') : '') + rest;
      const subjects = new Map<string, Fact[]>();
      for (const line of text.split('\n')) {
        if (line === '') continue;
        const [subject, fact] = JSON.parse(line) as [string, Fact];
        gather(subjects, subject, fact);
      }
      yield* subjects;
    }
  }

  #fileOf(bucket: number): string {
    return join(this.#dir ?? '', `facts-${bucket}.jsonl`);
  }
}

function gather<Fact>(subjects: Map<string, Fact[]>, subject: string, fact: Fact): void {
  const facts = subjects.get(subject);
  if (facts === undefined) subjects.set(subject, [fact]);
  else facts.push(fact);
}

/** FNV-1a over the characters. */
function hash(text: string): number {
  let value = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), FNV_PRIME);
  }
  return value >>> 0;
}
