import { MillraceError } from '@millrace/base';
import { positionKey, type Position, type SourceOffset } from '@millrace/connect-api';

const INT64_MAX = 2n ** 63n - 1n;

/** Source offsets in memory, as an offset topic would give them back: integers that fit come back as numbers, whatever they were. */
export class MemoryOffsets {
  readonly #stored = new Map<string, SourceOffset>();

  constructor(offsets: readonly SourceOffset[] = []) {
    this.store(offsets);
  }

  /** Throws `MILLRACE_TESTKIT_NOT_STORABLE` for what JSON cannot hold. */
  store(offsets: readonly SourceOffset[]): void {
    const read = offsets.map(({ partition, offset }) => ({ partition: reread(partition), offset: reread(offset) }));
    for (const entry of read) this.#stored.set(positionKey(entry.partition), entry);
  }

  read(partition: Position): Position | undefined {
    return this.#stored.get(positionKey(partition))?.offset;
  }

  get all(): readonly SourceOffset[] {
    return [...this.#stored.values()];
  }
}

function reread(position: Position): Position {
  return Object.freeze(
    Object.fromEntries(Object.entries(position).map(([name, value]) => [name, rereadValue(name, value)])),
  );
}

function rereadValue(name: string, value: unknown): string | number | bigint | boolean | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'bigint' && value <= INT64_MAX && value >= -INT64_MAX - 1n) {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  throw new MillraceError(
    'MILLRACE_TESTKIT_NOT_STORABLE',
    `${name} of a position is ${typeof value === 'number' || typeof value === 'bigint' ? String(value) : `of type ${typeof value}`}: use text, finite numbers, 64-bit integers, booleans or null`,
  );
}
