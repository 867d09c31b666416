/**
 * A look at journal files from outside, by the published format alone (docs/internals/log-format.md): groups start on 4 KiB
 * boundaries with a magic, and name their length and number.
 */
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ALIGNMENT_BYTES = 4096;
const MAGIC = 'MRJ1';
const LENGTH_AT = 8;
const LSN_AT = 24;

export interface JournalGroupPlace {
  readonly path: string;
  readonly position: number;
  readonly sizeBytes: number;
  readonly lsn: number;
}

/** Every group in a data directory, oldest first. */
export async function journalGroups(dataDir: string): Promise<JournalGroupPlace[]> {
  const directory = join(dataDir, 'journal');
  const groups: JournalGroupPlace[] = [];
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const bytes = await readFile(path);
    for (let position = 0; position < bytes.length; position += ALIGNMENT_BYTES) {
      if (bytes.toString('latin1', position, position + MAGIC.length) !== MAGIC) continue;
      const sizeBytes = bytes.readUInt32LE(position + LENGTH_AT);
      groups.push({ path, position, sizeBytes, lsn: bytes.readDoubleLE(position + LSN_AT) });
    }
  }
  return groups.sort((a, b) => a.lsn - b.lsn);
}

/** The group that holds a record with this value. */
export async function groupHolding(dataDir: string, value: string): Promise<JournalGroupPlace> {
  for (const group of await journalGroups(dataDir)) {
    const bytes = await readFile(group.path);
    if (bytes.subarray(group.position, group.position + group.sizeBytes).includes(value)) return group;
  }
  throw new Error(`no journal group holds "${value}"`);
}

/** Overwrites the rest of a file from `position` with zeros: as if that part of a write had never reached the disk. */
export async function eraseFrom(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    await file.write(Buffer.alloc(size - position), 0, size - position, position);
  } finally {
    await file.close();
  }
}

export async function flipByte(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, position);
    byte[0] = (byte[0] ?? 0) ^ 0xff;
    await file.write(byte, 0, 1, position);
  } finally {
    await file.close();
  }
}
