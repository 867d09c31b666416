/**
 * How far back in the journal its newest bytes reach, so that what a restart has to replay can be bounded in bytes.
 *
 * Owns: now and then the number of a group and the bytes before it, counted over what was replayed and what was written since.
 * Bounds: one mark for about every {@link MARKS}th part of `bytesMax`; those farther back are forgotten.
 */
const MARKS = 32;

interface Mark {
  readonly lsn: number;
  /** Bytes of journal before the group. */
  readonly bytes: number;
}

export class JournalMarks {
  readonly #bytesMax: number;
  readonly #marks: Mark[] = [];
  #bytes = 0;

  /** @param bytesMax how far back will be asked for at most */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes of all groups so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The next group of the journal and what it takes there. */
  note(lsn: number, sizeBytes: number): void {
    const last = this.#marks.at(-1);
    if (last === undefined || this.#bytes - last.bytes >= this.#bytesMax / MARKS) {
      this.#marks.push({ lsn, bytes: this.#bytes });
      const first = this.#marks.findIndex((mark) => mark.bytes >= this.#bytes - this.#bytesMax);
      this.#marks.splice(0, first);
    }
    this.#bytes += sizeBytes;
  }

  /** The first group known to lie within the newest `bytesMax` bytes; 0 before there was any. */
  get firstLsn(): number {
    const mark = this.#marks.find(({ bytes }) => bytes >= this.#bytes - this.#bytesMax);
    return (mark ?? this.#marks.at(-1))?.lsn ?? 0;
  }
}
