import type { MetaStore, ProducerIdBlock } from '@millrace/metadata';

const BLOCK_LENGTH = 1_000;

/**
 * Hands out producer ids that never repeat, from blocks of the MetaStore. What is left of a block when the broker stops is lost,
 * never given twice. Calls that meet an empty block share the fetch of the next one.
 */
export class ProducerIds {
  readonly #metaStore: Pick<MetaStore, 'allocateProducerIds'>;
  #next = 0;
  #end = 0;
  #refill: Promise<ProducerIdBlock> | undefined;

  constructor(metaStore: Pick<MetaStore, 'allocateProducerIds'>) {
    this.#metaStore = metaStore;
  }

  /** Rejects with the MetaStore's error when no block can be had. */
  async next(): Promise<number> {
    while (this.#next === this.#end) {
      this.#refill ??= this.#metaStore.allocateProducerIds(BLOCK_LENGTH);
      const refill = this.#refill;
      try {
        const block = await refill;
        // The first of the waiting calls installs the block.
        if (this.#refill === refill) {
          this.#next = block.firstProducerId;
          this.#end = block.firstProducerId + block.length;
        }
      } finally {
        if (this.#refill === refill) this.#refill = undefined;
      }
    }
    const id = this.#next;
    this.#next += 1;
    return id;
  }
}
