/**
 * What a broker would leave behind if it were killed now, or if the power failed: a copy of its directory, from which more can be
 * taken away. Journal groups are found by the published format alone (docs/internals/log-format.md).
 */
import { cp, open, readdir, readFile, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { batchAttributes, batchPositions, isControl } from '@millrace/protocol';
import { createTempDir, type TempDir } from '@millrace/testing';

const ALIGNMENT_BYTES = 4096;
const MAGIC = 'MRJ1';
const LENGTH_AT = 8;

const isMetadata = (path: string): boolean => basename(path).startsWith('metadata.db');

/**
 * As after `kill -9` of the broker that runs on `dataDir`, which `close` ends: everything that was handed to the operating system
 * is there. The metadata is taken when the broker is closed, since SQLite's files are no copy while it writes them.
 */
export async function crashCopy(dataDir: string, close: () => Promise<void>): Promise<TempDir> {
  const copy = await createTempDir('crash');
  await cp(dataDir, copy.path, { recursive: true, filter: (path) => !isMetadata(path) });
  await close();
  for (const name of await readdir(dataDir)) {
    if (isMetadata(name)) await cp(join(dataDir, name), join(copy.path, name));
  }
  return copy;
}

interface GroupPlace {
  readonly path: string;
  readonly position: number;
}

/** The journal groups that hold `text`, oldest first; of a journal that has not begun a second file. */
export async function journalGroupsWith(dataDir: string, text: string): Promise<GroupPlace[]> {
  const directory = join(dataDir, 'journal');
  const found: GroupPlace[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const path = join(directory, name);
    const bytes = await readFile(path);
    for (let position = 0; position < bytes.length; position += ALIGNMENT_BYTES) {
      if (bytes.toString('latin1', position, position + MAGIC.length) !== MAGIC) continue;
      const sizeBytes = bytes.readUInt32LE(position + LENGTH_AT);
      if (bytes.subarray(position, position + sizeBytes).includes(text)) found.push({ path, position });
    }
  }
  return found;
}

/** As if the group, and all after it, had never reached the disk. */
export async function cutJournal({ path, position }: GroupPlace): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    await file.write(Buffer.alloc(size - position), 0, size - position, position);
  } finally {
    await file.close();
  }
}

/** As if the last control batch of a log that is not journalled, and all after it, had never reached the disk. */
export async function cutLastMarker(dataDir: string, topicId: string, partition = 0): Promise<void> {
  const directory = join(dataDir, 'logs', `${topicId}-${partition}`);
  const segments = (await readdir(directory)).filter((name) => name.endsWith('.log')).sort();
  const path = join(directory, segments.at(-1) ?? '');
  const bytes = await readFile(path);
  let markerAt = -1;
  for (const position of batchPositions(bytes)) {
    if (isControl(batchAttributes(bytes, position))) markerAt = position;
  }
  if (markerAt < 0) throw new Error(`${path} holds no marker`);
  await truncate(path, markerAt);
}
