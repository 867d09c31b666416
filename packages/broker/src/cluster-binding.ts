/**
 * Ties a data directory to the cluster whose metadata says what its partitions are.
 *
 * Partitions whose topic the metadata does not know are taken for leftovers of deleted topics and removed. With another cluster's metadata,
 * or with new metadata after the old was lost, that would be all of them: such a pair must not start.
 */
import { existsSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MillraceError } from '@millrace/base';

export const CLUSTER_FILE_NAME = 'millrace.cluster';

/**
 * To be asked before anything opens the metadata, which makes new ones where there are none.
 *
 * @throws {MillraceError} MILLRACE_BROKER_FOREIGN_DATA when the directory was in use and its metadata is gone
 */
export function requireMetadata(dataDir: string, metadataFileName: string): void {
  if (existsSync(join(dataDir, metadataFileName)) || !existsSync(join(dataDir, CLUSTER_FILE_NAME))) return;
  throw new MillraceError(
    'MILLRACE_BROKER_FOREIGN_DATA',
    `${metadataFileName} is missing in ${dataDir}: restore it from the backup it belongs to, or use another directory`,
    { details: { dataDir } },
  );
}

/**
 * Writes the cluster id into a directory that has none, else compares.
 *
 * @throws {MillraceError} MILLRACE_BROKER_FOREIGN_DATA when the directory belongs to another cluster
 */
export async function bindToCluster(dataDir: string, clusterId: string): Promise<void> {
  const path = join(dataDir, CLUSTER_FILE_NAME);
  const bound = await readClusterId(path);
  if (bound === undefined) {
    await writeDurably(path, `${JSON.stringify({ clusterId })}\n`);
    return;
  }
  if (bound === clusterId) return;
  throw new MillraceError(
    'MILLRACE_BROKER_FOREIGN_DATA',
    `data directory ${dataDir} holds the data of cluster ${bound}, but the metadata is of cluster ${clusterId}: ` +
      `restore the metadata.db that belongs to it, or use another directory`,
    { details: { dataDir, dataClusterId: bound, metadataClusterId: clusterId } },
  );
}

async function readClusterId(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const clusterId = /"clusterId":"([^"]+)"/.exec(text)?.[1];
  if (clusterId !== undefined) return clusterId;
  throw new MillraceError(
    'MILLRACE_BROKER_FOREIGN_DATA',
    `${path} names no cluster id: restore the file from a backup`,
    {
      details: { path },
    },
  );
}

async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
