import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { metaStoreContract } from '@millrace/testing';
import type { MetaStore } from './meta-store.ts';
import { createSqliteMetaStore } from './sqlite-meta-store.ts';

describe('SQLite MetaStore', () => {
  let folder: string;
  let fileCount = 0;
  const paths = new WeakMap<MetaStore, string>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-metadata-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  function storeAt(path: string): MetaStore {
    const store = createSqliteMetaStore({ path });
    paths.set(store, path);
    return store;
  }

  const newPath = (): string => join(folder, `${fileCount++}`, 'metadata.db');
  const harness = {
    create: () => Promise.resolve(storeAt(newPath())),
    recreate: (closed: MetaStore) => Promise.resolve(storeAt(paths.get(closed) ?? '')),
  };

  for (const { name, run } of metaStoreContract(harness, 20_261_122)) it(name, run);

  const refusal = (path: string): Promise<unknown> =>
    storeAt(path)
      .open()
      .then(
        () => 'opened',
        (error: unknown) => error,
      );

  async function filledStore(): Promise<string> {
    const path = newPath();
    const store = storeAt(path);
    await store.open();
    const topics = Array.from({ length: 200 }, (_, index) =>
      store.createTopic({
        name: `topic-${index}`,
        topicId: `id-${index}`,
        isInternal: false,
        replicationFactor: 1,
        owners: [1, 1],
        configs: new Map([['retention.ms', '1']]),
      }),
    );
    await Promise.all(topics);
    await store.close();
    return path;
  }

  it('keeps writing through the worker once that is up', async () => {
    const path = newPath();
    const store = storeAt(path);
    await store.open();
    const create = (name: string): Promise<unknown> =>
      store.createTopic({
        name,
        topicId: name,
        isInternal: false,
        replicationFactor: 1,
        owners: [1],
        configs: new Map(),
      });

    // The worker takes over between two of these writes; neither side may lose one or hold the other up.
    let count = 0;
    const deadline = performance.now() + 2_000;
    while (performance.now() < deadline && count < 400) await create(`topic-${count++}`);
    await store.close();

    const again = storeAt(path);
    await again.open();
    expect(again.snapshot().topicsByName.size).toBe(count);
    await again.close();
  });

  it('refuses a second opener while the first has the file, and lets it in afterwards', async () => {
    const path = newPath();
    const first = storeAt(path);
    await first.open();

    expect(await refusal(path)).toMatchObject({ code: 'MILLRACE_METADATA_LOCKED', details: { path } });

    await first.close();
    const second = storeAt(path);
    await second.open();
    await second.close();
  });

  it('refuses a file that a newer release wrote, and leaves it alone', async () => {
    const path = await filledStore();
    const database = new DatabaseSync(path);
    database.exec("INSERT INTO schema_migrations (version, name) VALUES (99, 'from the future')");
    database.close();
    const before = await readFile(path);

    expect(await refusal(path)).toMatchObject({
      code: 'MILLRACE_METADATA_NEWER_SCHEMA',
      message: expect.stringContaining('metadata schema 99') as string,
    });
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  it.each([
    ['text', () => Buffer.from('this is not a database, it is a sentence of some length\n'.repeat(200))],
    ['a damaged page', (bytes: Buffer) => Buffer.from(bytes).fill(0xaa, 4_096, 40_000)],
  ])('refuses a file that holds %s', async (_, damage) => {
    const path = await filledStore();
    await writeFile(path, damage(await readFile(path)));

    expect(await refusal(path)).toMatchObject({
      code: 'MILLRACE_METADATA_CORRUPT',
      message: expect.stringContaining('restore it from a backup') as string,
    });
  });

  it.each([
    ['a database of something else', 'DROP TABLE schema_migrations; PRAGMA application_id = 7'],
    ['a topic without partitions', "DELETE FROM partitions WHERE topic_id = 'id-7'"],
    ['a topic with a gap', "DELETE FROM partitions WHERE topic_id = 'id-7' AND partition = 0"],
    ['partitions without a topic', "DELETE FROM topics WHERE topic_id = 'id-7'"],
    ['no cluster', 'DELETE FROM cluster'],
  ])('refuses %s', async (_, sql) => {
    const path = await filledStore();
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();

    expect(await refusal(path)).toMatchObject({ code: 'MILLRACE_METADATA_CORRUPT' });
  });

  it('refuses a folder that cannot be made', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');

    expect(await refusal(join(file, 'metadata.db'))).toMatchObject({
      code: 'MILLRACE_METADATA_NOT_WRITABLE',
      message: expect.stringContaining('writable') as string,
    });
  });

  it('opens again after a refusal', async () => {
    const path = newPath();
    const first = storeAt(path);
    await first.open();
    const second = storeAt(path);
    await expect(second.open()).rejects.toMatchObject({ code: 'MILLRACE_METADATA_LOCKED' });
    await first.close();

    await second.open();
    expect(second.snapshot().version).toBe(0);
    await second.close();
  });
});
