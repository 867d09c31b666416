import { createMemoryMetaStore, type ProducerIdBlock } from '@millrace/metadata';
import { ProducerIds } from './producer-ids.ts';

describe('ProducerIds', () => {
  it('gives every caller another id across several blocks and brokers', async () => {
    const metaStore = createMemoryMetaStore();
    await metaStore.open();
    const first = new ProducerIds(metaStore);
    const second = new ProducerIds(metaStore);

    const ids = await Promise.all(
      Array.from({ length: 5_000 }, (_, index) => (index % 2 === 0 ? first : second).next()),
    );

    expect(new Set(ids).size).toBe(5_000);
    await metaStore.close();
  });

  it('fetches one block for callers that wait together', async () => {
    const blocks: PromiseWithResolvers<ProducerIdBlock>[] = [];
    const producerIds = new ProducerIds({
      allocateProducerIds: () => {
        const block = Promise.withResolvers<ProducerIdBlock>();
        blocks.push(block);
        return block.promise;
      },
    });

    const ids = Promise.all([producerIds.next(), producerIds.next(), producerIds.next()]);
    blocks[0]?.resolve({ firstProducerId: 7_000, length: 1_000 });

    expect(await ids).toEqual([7_000, 7_001, 7_002]);
    expect(blocks).toHaveLength(1);
  });

  it('tries again after a refused block', async () => {
    let attempts = 0;
    const producerIds = new ProducerIds({
      allocateProducerIds: (length) => {
        attempts += 1;
        return attempts === 1
          ? Promise.reject(new Error('disk full'))
          : Promise.resolve({ firstProducerId: 0, length });
      },
    });

    await expect(producerIds.next()).rejects.toThrow('disk full');
    expect(await producerIds.next()).toBe(0);
  });
});
