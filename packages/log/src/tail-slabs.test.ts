import { SlabLane, TailSlabs, type Slab, type TailHolder } from './tail-slabs.ts';

const SLAB_BYTES = 256;
const holder: TailHolder = { releaseTail: () => true };

/** A lane whose next reservation is in a slab of its own. */
function setUp(): { slabs: TailSlabs; nextSlab: () => Slab } {
  const slabs = new TailSlabs(SLAB_BYTES);
  const lane = new SlabLane(slabs);
  const nextSlab = (): Slab => {
    lane.reserve(SLAB_BYTES);
    return lane.slab;
  };
  return { slabs, nextSlab };
}

function letGo(slabs: TailSlabs, slab: Slab): void {
  slab.holders.delete(holder);
  slabs.releaseIfUnused(slab);
}

describe('TailSlabs', () => {
  it('uses memory again once nobody holds it', () => {
    const { slabs, nextSlab } = setUp();
    const first = nextSlab();
    first.holders.add(holder);
    nextSlab().holders.add(holder);
    expect(slabs.freeBytes).toBe(0);
    letGo(slabs, first);
    expect(slabs.freeBytes).toBe(SLAB_BYTES);
    const third = nextSlab();
    expect(third.buffer === first.buffer).toBe(true);
    expect(third.number).toBeGreaterThan(first.number);
    expect(() => slabs.get(first.number)).toThrow(RangeError);
  });

  it('uses memory again once every slice that was lent of it came back', () => {
    const { slabs, nextSlab } = setUp();
    const slab = nextSlab();
    slab.lentCount += 2;
    nextSlab();
    slabs.giveBack([slab]);
    slabs.releaseIfUnused(slab);
    expect(slabs.heldBytes).toBe(SLAB_BYTES);
    expect(slabs.freeBytes).toBe(0);
    slabs.giveBack([slab]);
    expect(slabs.freeBytes).toBe(SLAB_BYTES);
  });

  it('never uses memory again that is lent or came from elsewhere', () => {
    const { slabs, nextSlab } = setUp();
    const lent = nextSlab();
    lent.lentCount++;
    lent.holders.add(holder);
    const adopted = slabs.adopt(Buffer.alloc(SLAB_BYTES));
    nextSlab();
    letGo(slabs, lent);
    slabs.releaseIfUnused(adopted);
    expect(slabs.freeBytes).toBe(0);
    expect(slabs.heldBytes).toBe(SLAB_BYTES);
  });

  it('keeps what is pinned until the last pin is gone', () => {
    const { slabs, nextSlab } = setUp();
    const slab = nextSlab();
    slabs.pin(slab);
    slabs.pin(slab);
    nextSlab();
    slabs.unpin(slab);
    expect(slabs.get(slab.number)).toBe(slab);
    slabs.unpin(slab);
    expect(() => slabs.get(slab.number)).toThrow(RangeError);
    expect(slabs.freeBytes).toBe(SLAB_BYTES);
  });

  it('keeps a bounded number of free slabs', () => {
    const { slabs, nextSlab } = setUp();
    const held = Array.from({ length: 12 }, () => {
      const slab = nextSlab();
      slab.holders.add(holder);
      return slab;
    });
    for (const slab of held) letGo(slabs, slab);
    expect(slabs.freeBytes).toBe(4 * SLAB_BYTES);
  });
});
