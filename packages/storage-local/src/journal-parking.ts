/**
 * Replayed batches that stay in the journal until segments have them: a start writes nothing and holds nothing of them in memory.
 *
 * Owns: one handle for each journal file with such batches, closed with the last of them.
 * Invariants: a file is neither used again nor removed while it is parked in, since a checkpoint that lets it go needs every batch in
 *   it synced to a segment or written once more, and either takes the batch out of here.
 * Bounds: reads hold up the event loop; they are small, and what was just replayed is in the page cache.
 */
import { MillraceError } from '@millrace/base';
import type { ParkedBytes } from '@millrace/log/internal';
import type { FileSystem, OpenFile } from './file-system.ts';

interface ParkedFile {
  readonly path: string;
  readonly file: OpenFile;
  users: number;
}

export class JournalParking {
  readonly #fileSystem: FileSystem;
  readonly #files = new Map<string, ParkedFile>();
  readonly #closing = new Set<Promise<void>>();

  constructor(fileSystem: FileSystem) {
    this.#fileSystem = fileSystem;
  }

  /** Handles that are open. */
  get openCount(): number {
    return this.#files.size;
  }

  /** The bytes of a journal file from `position` on. Whoever asks has to release them. */
  async open(path: string, position: number): Promise<ParkedBytes> {
    let parked = this.#files.get(path);
    if (parked === undefined) {
      parked = { path, file: await this.#fileSystem.open(path, { mode: 'read' }), users: 0 };
      this.#files.set(path, parked);
    }
    const { file } = parked;
    const owner = parked;
    owner.users++;
    return {
      copyTo: (target, targetStart, start, stop) => {
        const count = file.readNow(target.subarray(targetStart, targetStart + stop - start), position + start);
        if (count < stop - start) throw tooShort(path, position + start + count);
      },
      release: () => {
        owner.users--;
        if (owner.users === 0) this.#close(owner);
      },
    };
  }

  /** Resolves when every handle is closed. */
  async close(): Promise<void> {
    for (const parked of [...this.#files.values()]) this.#close(parked);
    await Promise.all(this.#closing);
  }

  #close(parked: ParkedFile): void {
    if (!this.#files.delete(parked.path)) return;
    const closing = parked.file
      .close()
      // It was only read from, so nothing is lost with it.
      .catch(() => undefined)
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

function tooShort(path: string, endsAt: number): MillraceError {
  return new MillraceError(
    'MILLRACE_STORAGE_CORRUPT',
    `journal file ${path} ends at byte ${endsAt} since it was replayed`,
    {
      details: { path, position: endsAt },
    },
  );
}
