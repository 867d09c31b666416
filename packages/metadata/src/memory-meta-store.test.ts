import { metaStoreContract } from '@millrace/testing';
import { createMemoryMetaStore } from './memory-meta-store.ts';

describe('memory MetaStore', () => {
  const harness = {
    create: () => Promise.resolve(createMemoryMetaStore()),
    recreate: (closed: ReturnType<typeof createMemoryMetaStore>) => Promise.resolve(closed),
  };

  for (const { name, run } of metaStoreContract(harness, 20_261_122)) it(name, run);
});
