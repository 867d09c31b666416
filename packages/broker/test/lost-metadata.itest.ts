import { readdir, rename, rm } from 'node:fs/promises';
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

    await expect(startBroker({ dataDir: directory.path })).rejects.toMatchObject({
      code: 'MILLRACE_BROKER_FOREIGN_DATA',
    });

    for (const name of await readdir(directory.path)) {
      if (name.startsWith('metadata.db')) await rm(join(directory.path, name));
    }
    await rename(asidePath, metadataPath);
    const second = await BrokerFixture.start({ dataDir: directory.path });
    expect(recordsIn(await fetch(second.client, topic))).toHaveLength(2);
    await second.close();
  });
});
