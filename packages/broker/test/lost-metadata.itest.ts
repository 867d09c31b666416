import { copyFile, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, startBroker, type TempDir } from '@millrace/testing';
import { batchOf, BrokerFixture, fetch, produce, recordsIn } from './broker-fixture.ts';

describe('a broker whose metadata was lost', () => {
  let directory: TempDir;

  beforeEach(async () => {
    directory = await createTempDir('lost-metadata');
  });

  afterEach(() => directory.remove());

  it('refuses to start rather than take all data for leftovers, and serves it once the metadata is back', async () => {
    const first = await BrokerFixture.start({ dataDir: directory.path });
    const topic = await first.createTopic('kept');
    await produce(first.client, topic, batchOf(['a', 'b']));
    await first.close();
    const metadataPath = join(directory.path, 'metadata.db');
    const asidePath = join(directory.path, 'aside.db');
    await rename(metadataPath, asidePath);

    for (const name of await readdir(directory.path)) {
      if (name.startsWith('metadata.db')) await rm(join(directory.path, name));
    }
    const before = await contentOf(directory.path);

    await expect(startBroker({ dataDir: directory.path })).rejects.toMatchObject({
      code: 'MILLRACE_BROKER_FOREIGN_DATA',
      message:
        `metadata.db is missing in ${directory.path}: restore it from the backup it belongs to, ` +
        'or use another directory',
    });

    expect(await contentOf(directory.path)).toEqual(before);
    await rename(asidePath, metadataPath);
    const second = await BrokerFixture.start({ dataDir: directory.path });
    expect(recordsIn(await fetch(second.client, topic))).toHaveLength(2);
    await second.close();
  });

  it("refuses another cluster's metadata", async () => {
    await using other = await createTempDir('other-metadata');
    for (const path of [directory.path, other.path]) await (await startBroker({ dataDir: path })).close();
    await copyFile(join(other.path, 'metadata.db'), join(directory.path, 'metadata.db'));

    await expect(startBroker({ dataDir: directory.path })).rejects.toMatchObject({
      code: 'MILLRACE_BROKER_FOREIGN_DATA',
      message: expect.stringMatching(/holds the data of cluster .*, but the metadata is of cluster /),
    });
  });
});

/** Every file with its bytes; the lock file too, which SQLite leaves empty. */
async function contentOf(path: string): Promise<Map<string, string>> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(files.map(async (file) => [file, (await readFile(file)).toString('base64')] as const)),
  );
}
