import { FrameMemory } from './frame-memory.ts';

describe('FrameMemory', () => {
  it.each([1, 2047, 2048, 4096, 4097, 65_536, 2_097_152, 2_097_153])('gives at least %i bytes', (bytes) => {
    expect(new FrameMemory(1e7).take(bytes).length).toBeGreaterThanOrEqual(bytes);
  });

  it('hands the same piece out again for frames that fit it, and for no others', () => {
    const memory = new FrameMemory(1e7);
    const first = memory.take(5000);
    memory.give(first.subarray(0, 5000));

    expect(memory.freeBytes).toBe(8192);
    expect(memory.take(4096).buffer).not.toBe(first.buffer);
    expect(memory.take(8192).buffer).toBe(first.buffer);
    expect(memory.take(8192).buffer).not.toBe(first.buffer);
    expect(memory.freeBytes).toBe(0);
  });

  it('spoils what comes back', () => {
    const memory = new FrameMemory(1e7);
    const frame = memory.take(5000).subarray(0, 5000).fill(1);
    const kept = frame.subarray(30, 100);
    memory.give(frame);

    expect(kept.every((byte) => byte === 0xdb)).toBe(true);
  });

  it('keeps no more than allowed, nothing large, and nothing of the pool of small buffers', () => {
    const memory = new FrameMemory(10_000);
    memory.give(memory.take(8192));
    memory.give(memory.take(4096));
    expect(memory.freeBytes).toBe(8192);

    const roomy = new FrameMemory(1e9);
    for (let count = 0; count < 20; count++) roomy.give(roomy.take(1000));
    roomy.give(roomy.take(3_000_000));
    roomy.give(roomy.take(4_194_304));
    expect(roomy.freeBytes).toBe(0);
  });

  it('frees large frames when they are given back', () => {
    const memory = new FrameMemory(1e9);
    const large = memory.take(3_000_000);
    memory.give(large);
    expect(large.length).toBe(0);
  });
});
