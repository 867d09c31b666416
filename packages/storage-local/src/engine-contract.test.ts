import { LOG_ENGINE_CONTRACT, LOG_TRANSACTION_CONTRACT } from '@millrace/testing';
import { createLocalHarness, createMemoryHarness } from '../test/engine-harness.ts';

const CONTRACT = [...LOG_ENGINE_CONTRACT, ...LOG_TRANSACTION_CONTRACT];

describe('memory engine', () => {
  it.each(CONTRACT)('$name', ({ run }) => run(createMemoryHarness));
});

describe('embedded engine', () => {
  it.each(CONTRACT)('$name', ({ run }) => run(createLocalHarness));
});

describe('embedded engine with hardly any memory', () => {
  const createHarness = () => createLocalHarness({ config: { tailCacheBytes: 1, tailSlabBytes: 512, flushBytes: 1 } });

  it.each(CONTRACT)('$name', ({ run }) => run(createHarness));
});
