import { LOG_ENGINE_CONTRACT } from '@millrace/testing';
import { createLocalHarness, createMemoryHarness } from '../test/engine-harness.ts';

describe('memory engine', () => {
  it.each(LOG_ENGINE_CONTRACT)('$name', ({ run }) => run(createMemoryHarness));
});

describe('embedded engine', () => {
  it.each(LOG_ENGINE_CONTRACT)('$name', ({ run }) => run(createLocalHarness));
});

describe('embedded engine with hardly any memory', () => {
  const createHarness = () => createLocalHarness({ config: { tailCacheBytes: 1, tailSlabBytes: 512, flushBytes: 1 } });

  it.each(LOG_ENGINE_CONTRACT)('$name', ({ run }) => run(createHarness));
});
