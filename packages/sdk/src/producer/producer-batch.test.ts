import { BufferPool } from './buffer-pool.ts';
import { ProducerBatch } from './producer-batch.ts';

const CAPACITY_BYTES = 4096;

/** A batch of one record, ready to be sent, and the pool that its memory came from. */
function setUp() {
  const pool = new BufferPool(64 * 1024, 1024 * 1024);
  const times = { createdMs: 0, deadlineMs: 1_000 };
  const batch = new ProducerBatch({ topic: 't', partition: 0, ...times, pool, capacityBytes: CAPACITY_BYTES });
  batch.append(null, 'value', 1, undefined);
  batch.finish({});
  return { pool, batch, memory: batch.bytes.buffer };
}

describe('memory of a batch', () => {
  it('is used again after the one attempt was answered', () => {
    const { pool, batch, memory } = setUp();
    batch.attempts = 1;

    batch.release();

    expect(pool.keptBytes).toBe(CAPACITY_BYTES);
    const next = pool.allocate(CAPACITY_BYTES);
    expect(next.buffer).toBe(memory);
    expect(next).toHaveLength(CAPACITY_BYTES);
  });

  it.each([
    ['was tried again: the first connection may still send from it', { attempts: 2 }],
    ['was given up on its way', { attempts: 1, isMaybeWritten: true }],
    ['was never sent', { attempts: 0 }],
  ])('is left to the collector when the batch %s', (_, state) => {
    const { pool, batch } = setUp();
    Object.assign(batch, state);

    batch.release();

    expect(pool.keptBytes).toBe(0);
    expect(() => batch.bytes).toThrow('has no bytes');
  });

  it('is given back once', () => {
    const { pool, batch } = setUp();
    batch.attempts = 1;

    batch.release();
    batch.release();

    expect(pool.keptBytes).toBe(CAPACITY_BYTES);
  });
});
