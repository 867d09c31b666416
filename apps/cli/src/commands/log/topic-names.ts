import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DATABASE = 'metadata.db';

/**
 * Names of topics by id, as far as they can be told: a copy of the database is opened, since opening the original would lock it.
 * Empty when there is none or the copy is of no use; ids have to do then.
 */
export async function readTopicNames(dataDir: string): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const copies = await mkdtemp(join(tmpdir(), 'millrace-log-'));
  try {
    await copyFile(join(dataDir, DATABASE), join(copies, DATABASE));
    // Changes that a broker that runs, or was killed, has not moved into the database yet.
    await copyFile(join(dataDir, `${DATABASE}-wal`), join(copies, `${DATABASE}-wal`)).catch(() => undefined);
    const { createSqliteMetaStore } = await import('@millrace/metadata');
    const store = createSqliteMetaStore({ path: join(copies, DATABASE) });
    await store.open();
    for (const [topicId, { name }] of store.snapshot().topicsById) names.set(topicId, name);
    await store.close();
  } catch {
    // Names are a convenience: what cannot be read here must not hide what can be.
  } finally {
    await rm(copies, { recursive: true, force: true });
  }
  return names;
}
