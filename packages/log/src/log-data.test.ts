import { LogData } from './log-data.ts';
import { SlabLane, TailSlabs } from './tail-slabs.ts';

const BATCH_BYTES = 100;

/** A log's batches of one offset and 100 bytes each, a new segment every four. */
class Fixture {
  readonly slabs = new TailSlabs(256);
  readonly lane = new SlabLane(this.slabs);
  readonly data = new LogData(this.slabs, [], 0);
  readonly #scratch = Buffer.alloc(1000);

  append(count: number): void {
    for (let added = 0; added < count; added++) {
      const offset = this.data.endOffset;
      const position = this.lane.reserve(BATCH_BYTES);
      this.lane.slab.buffer.fill(offset, position, position + BATCH_BYTES);
      const batch = { endOffset: offset + 1, sizeBytes: BATCH_BYTES, maxTimestampMs: offset, timeMs: 0 };
      this.data.add({ ...batch, startsSegment: offset % 4 === 0 }, this.lane.slab, position, 1000 + offset);
    }
  }

  /** Flushes once; the offsets of the batches written, told by their bytes. */
  flush(
    limitOffset = Infinity,
    bytesMax = 1000,
  ): { base: number; position: number; offsets: number[]; lsn: number } | undefined {
    const run = this.data.nextFlush(limitOffset, bytesMax, this.#scratch);
    if (run === undefined) return undefined;
    const bytes = Buffer.concat(run.slices);
    expect(bytes.length).toBe(run.sizeBytes);
    this.data.markFlushed(run);
    const offsets = Array.from({ length: bytes.length / BATCH_BYTES }, (_, index) => bytes[index * BATCH_BYTES]!);
    return { base: run.segment.baseOffset, position: run.position, offsets, lsn: run.lsn };
  }

  read(offset: number): number[] {
    const slices: Buffer[] = [];
    this.data.sliceTail(offset, this.data.endOffset, Infinity, true, slices, []);
    const bytes = Buffer.concat(slices);
    return Array.from({ length: bytes.length / BATCH_BYTES }, (_, index) => bytes[index * BATCH_BYTES]!);
  }
}

describe('LogData', () => {
  it('flushes runs that end with their segment, at the limit or at the size asked for', () => {
    const fixture = new Fixture();
    fixture.append(10);

    expect(fixture.flush()).toEqual({ base: 0, position: 0, offsets: [0, 1, 2, 3], lsn: 1000 });
    expect(fixture.flush(6)).toEqual({ base: 4, position: 0, offsets: [4, 5], lsn: 1004 });
    expect(fixture.flush(6)).toBeUndefined();
    expect(fixture.flush(Infinity, BATCH_BYTES)).toEqual({ base: 4, position: 200, offsets: [6], lsn: 1006 });
    expect(fixture.flush(Infinity, 1)).toEqual({ base: 4, position: 300, offsets: [7], lsn: 1007 });
    expect(fixture.data.flushedEndOffset).toBe(8);
    expect(fixture.data.flushedSizeOf(fixture.data.segments[1]!)).toBe(400);
    expect(fixture.data.flushedSizeOf(fixture.data.segments[2]!)).toBe(0);
  });

  it('tells about when a record was made: by its batch in memory, else on a line through its segment', () => {
    const made = (baseOffset: number, firstTimestampMs: number, maxTimestampMs: number) => ({
      ...{ baseOffset, endOffset: baseOffset + 10, sizeBytes: 1000, createdMs: 0 },
      ...{ firstTimestampMs, maxTimestampMs },
    });
    const fixture = new Fixture();
    const data = new LogData(fixture.slabs, [made(0, 1000, 2000), made(10, 3000, 2500), made(20, -1, -1)], 30);
    fixture.append(3);

    expect([0, 5, 9].map((offset) => data.timestampNear(offset))).toEqual([1000, 1500, 1900]);
    // A segment whose later records are older has its first time throughout.
    expect(data.timestampNear(15)).toBe(3000);
    expect(data.timestampNear(25)).toBeNaN();
    expect(data.timestampNear(30)).toBeNaN();
    expect([0, 1, 2, 3].map((offset) => fixture.data.timestampNear(offset))).toEqual([0, 1, 2, NaN]);
  });

  it('lets go of memory that segments have, oldest first, and of nothing else', () => {
    const fixture = new Fixture();
    fixture.append(10);
    fixture.flush();
    const firstSlab = [...fixture.slabs.held()][0]!;
    const before = fixture.slabs.heldBytes;

    expect(fixture.data.releaseTail(firstSlab.number)).toBe(true);

    expect(fixture.slabs.heldBytes).toBeLessThan(before);
    expect(fixture.data.tailStartOffset).toBe(2);
    expect(fixture.read(2)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(fixture.data.releaseTail(firstSlab.number + 3)).toBe(false);
    expect(fixture.data.tailStartOffset).toBe(4);
  });

  it('reads the same after batches were carried to other slabs, and lets the old ones go', () => {
    const fixture = new Fixture();
    fixture.append(6);
    fixture.flush();
    const old = [...fixture.slabs.held()].map((slab) => slab.number);
    fixture.lane.retire();
    const other = new SlabLane(fixture.slabs);

    fixture.data.carry(0, (batch, baseOffset, startsSegment) => {
      expect(startsSegment).toBe(baseOffset % 4 === 0);
      const position = other.reserve(batch.length);
      batch.copy(other.slab.buffer, position);
      return { slab: other.slab, position, lsn: 2000 };
    });

    expect(fixture.read(0)).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...fixture.slabs.held()].some((slab) => old.includes(slab.number))).toBe(false);
    expect(fixture.data.lsnOf(5)).toBe(2000);
  });

  it('drops segments from memory and goes on behind them', () => {
    const fixture = new Fixture();
    fixture.append(10);

    const dropped = fixture.data.dropSegmentsBefore(8);

    expect(dropped.map((segment) => segment.baseOffset)).toEqual([0, 4]);
    expect(fixture.data.sizeBytes).toBe(200);
    expect(fixture.data.flushedEndOffset).toBe(8);
    expect(fixture.flush()).toEqual({ base: 8, position: 0, offsets: [8, 9], lsn: 1008 });
    expect(fixture.read(8)).toEqual([8, 9]);
  });

  it('forgets a flush of a segment that left meanwhile', () => {
    const fixture = new Fixture();
    fixture.append(6);
    const run = fixture.data.nextFlush(Infinity, 1000, Buffer.alloc(1000))!;

    fixture.data.dropSegmentsBefore(4);
    fixture.data.markFlushed(run);

    expect(fixture.data.flushedEndOffset).toBe(4);
    expect(fixture.flush()?.offsets).toEqual([4, 5]);
  });

  it('lets memory be used again only when nobody was given a look at it', () => {
    const fixture = new Fixture();
    fixture.append(3);
    while (fixture.flush() !== undefined);
    fixture.lane.retire();
    fixture.data.releaseTail(Infinity);
    expect(fixture.slabs.freeBytes).toBe(256 * 2);

    fixture.append(4);
    fixture.read(3);
    while (fixture.flush() !== undefined);
    fixture.lane.retire();
    fixture.data.releaseTail(Infinity);
    expect(fixture.slabs.heldBytes).toBe(0);
    expect(fixture.slabs.freeBytes).toBe(0);
  });

  it('leaves memory alone that went before it was flushed, since a flush may be on its way', () => {
    const fixture = new Fixture();
    fixture.append(4);
    fixture.lane.retire();
    fixture.data.dropAll();
    expect(fixture.slabs.heldBytes).toBe(0);
    expect(fixture.slabs.freeBytes).toBe(0);
  });
});
