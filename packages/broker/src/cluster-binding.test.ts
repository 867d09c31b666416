import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bindToCluster, CLUSTER_FILE_NAME } from './cluster-binding.ts';

describe('bindToCluster', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'millrace-binding-'));
  });

  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it('ties a new directory to the cluster and accepts the same one again', async () => {
    await bindToCluster(dataDir, 'first');

    await expect(bindToCluster(dataDir, 'first')).resolves.toBeUndefined();
  });

  it('refuses the metadata of another cluster and says what to do', async () => {
    await bindToCluster(dataDir, 'first');

    await expect(bindToCluster(dataDir, 'second')).rejects.toThrow(
      /cluster first, but the metadata is of cluster second: restore/,
    );
  });

  it('refuses a damaged file instead of writing a new one', async () => {
    await writeFile(join(dataDir, CLUSTER_FILE_NAME), 'zzz');

    await expect(bindToCluster(dataDir, 'first')).rejects.toMatchObject({ code: 'MILLRACE_BROKER_FOREIGN_DATA' });
  });
});
