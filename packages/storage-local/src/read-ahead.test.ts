import { Segment } from '@millrace/log/internal';
import { ReadAhead, READ_AHEAD_BYTES, type SegmentSource } from './read-ahead.ts';

const READ_BYTES = READ_AHEAD_BYTES / 4;
const INDEX_BYTES = 32 * 1024;

interface Asked {
  readonly position: number;
  readonly sizeBytes: number;
}

/** A segment whose bytes tell their position; reads end when the test says so. */
class ScriptedSegment {
  readonly segment = new Segment(0, 0, 0, 0);
  readonly asked: Asked[] = [];
  failure: Error | undefined;
  readonly source: SegmentSource;
  isHeld = false;
  readonly #held: (() => void)[] = [];

  constructor(sizeBytes: number) {
    this.source = {
      segment: this.segment,
      limit: sizeBytes,
      read: async (position, allocate) => {
        const bytes = allocate();
        this.asked.push({ position, sizeBytes: bytes.length });
        if (this.isHeld) await new Promise<void>((resolve) => this.#held.push(resolve));
        if (this.failure !== undefined) throw this.failure;
        for (let at = 0; at + 4 <= bytes.length; at += 4096) bytes.writeUInt32LE((position + at) % 2 ** 32, at);
      },
      resumeAt: (end) => Math.floor((end - 1) / INDEX_BYTES) * INDEX_BYTES,
    };
  }

  release(): void {
    this.isHeld = false;
    for (const resolve of this.#held.splice(0)) resolve();
  }
}

function expectBytesOf(position: number, bytes: Buffer): void {
  const first = Math.ceil(position / 4096) * 4096;
  for (let at = first; at + 4 <= position + bytes.length; at += 4096)
    expect(bytes.readUInt32LE(at - position)).toBe(at);
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

const MANY = 64 * READ_AHEAD_BYTES;

describe('ReadAhead', () => {
  it('has the next piece before a reader in order asks for it, and reads every byte about once', async () => {
    const script = new ScriptedSegment(10 * READ_AHEAD_BYTES);
    const readAhead = new ReadAhead(MANY);
    let position = 0;
    let waits = 0;
    while (position < script.source.limit) {
      const size = Math.min(READ_BYTES, script.source.limit - position);
      const before = script.asked.length;
      const { bytes, release } = await readAhead.read(script.source, position, Math.min(INDEX_BYTES, size), size);
      if (script.asked.length > before && script.asked[before]?.position === position) waits++;
      expectBytesOf(position, bytes);
      expect(bytes.length).toBeGreaterThan(0);
      release?.();
      // A batch may end in the middle; the reader goes on where it began, at an index entry.
      position = position + bytes.length >= script.source.limit ? script.source.limit : position + bytes.length;
      await settle();
    }
    const readBytes = script.asked.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(readBytes).toBeLessThan(script.source.limit * 1.1);
    expect(waits).toBeLessThanOrEqual(2);
  });

  it('waits for what is being read instead of reading it twice', async () => {
    const script = new ScriptedSegment(4 * READ_AHEAD_BYTES);
    const readAhead = new ReadAhead(MANY);
    (await readAhead.read(script.source, 0, 1, READ_AHEAD_BYTES / 2)).release?.();
    script.isHeld = true;
    (await readAhead.read(script.source, READ_AHEAD_BYTES / 2, 1, READ_AHEAD_BYTES / 2)).release?.();
    const asked = script.asked.length;
    const reading = readAhead.read(script.source, READ_AHEAD_BYTES, INDEX_BYTES, READ_BYTES);
    await settle();
    script.release();
    const { bytes } = await reading;
    expectBytesOf(READ_AHEAD_BYTES, bytes);
    expect(script.asked.length).toBe(asked);
  });

  it('reads alone what is out of order, and leaves nothing behind', async () => {
    const script = new ScriptedSegment(8 * READ_AHEAD_BYTES);
    const readAhead = new ReadAhead(MANY);
    for (const position of [5, 2, 6, 1].map((piece) => piece * READ_AHEAD_BYTES)) {
      const { bytes } = await readAhead.read(script.source, position, 1, INDEX_BYTES);
      expectBytesOf(position, bytes);
    }
    expect(script.asked.every(({ sizeBytes }) => sizeBytes === INDEX_BYTES)).toBe(true);
    expect(readAhead.heldBytes).toBe(0);
  });

  it('tells a reader why its bytes cannot be had, but nobody that reading ahead failed', async () => {
    const script = new ScriptedSegment(4 * READ_AHEAD_BYTES);
    const readAhead = new ReadAhead(MANY);
    (await readAhead.read(script.source, 0, 1, READ_BYTES)).release?.();
    script.failure = new Error('EIO');
    (await readAhead.read(script.source, READ_BYTES, 1, 3 * READ_BYTES)).release?.();
    await settle();
    await expect(readAhead.read(script.source, READ_AHEAD_BYTES, 1, READ_BYTES)).rejects.toThrow('EIO');
    script.failure = undefined;
    expectBytesOf(READ_AHEAD_BYTES, (await readAhead.read(script.source, READ_AHEAD_BYTES, 1, READ_BYTES)).bytes);
  });

  it('keeps within its memory however many segments are read', async () => {
    const bytesMax = 8 * READ_AHEAD_BYTES;
    const readAhead = new ReadAhead(bytesMax);
    const scripts = Array.from({ length: 30 }, () => new ScriptedSegment(4 * READ_AHEAD_BYTES));
    for (let position = 0; position < 4 * READ_AHEAD_BYTES; position += READ_BYTES) {
      for (const { source } of scripts) {
        const { bytes, release } = await readAhead.read(source, position, 1, READ_BYTES);
        expectBytesOf(position, bytes);
        release?.();
        expect(readAhead.heldBytes).toBeLessThanOrEqual(bytesMax + 4 * READ_AHEAD_BYTES);
      }
    }
    for (const { segment } of scripts) readAhead.drop(segment);
    await settle();
    expect(readAhead.heldBytes).toBeLessThanOrEqual(bytesMax);
  });

  it('still knows that a reader is in order when its pieces made room for others', async () => {
    const readAhead = new ReadAhead(READ_AHEAD_BYTES);
    const [first, other] = [new ScriptedSegment(4 * READ_AHEAD_BYTES), new ScriptedSegment(4 * READ_AHEAD_BYTES)];
    for (const { source } of [first, other]) (await readAhead.read(source, 0, 1, READ_BYTES)).release?.();
    (await readAhead.read(first.source, READ_BYTES, 1, READ_BYTES)).release?.();
    expect(first.asked.map(({ sizeBytes }) => sizeBytes)).toEqual([READ_AHEAD_BYTES, READ_AHEAD_BYTES]);
  });

  it('gives a reader its bytes when the segment left the log meanwhile', async () => {
    const script = new ScriptedSegment(4 * READ_AHEAD_BYTES);
    const readAhead = new ReadAhead(MANY);
    script.isHeld = true;
    const reading = readAhead.read(script.source, 0, 1, READ_BYTES);
    await settle();
    readAhead.drop(script.segment);
    script.release();
    const { bytes, release } = await reading;
    expectBytesOf(0, bytes);
    release?.();
    const held = readAhead.heldBytes;
    expect(held).toBe(READ_AHEAD_BYTES);
  });
});
