import { BUDGET_BYTES_MIN, defaultMemoryBytes, divideMemory, type MemoryShares } from './memory-shares.ts';

const MIB = 1_048_576;
const DERIVED = { queuedMaxRequestBytes: -1, tailMaxBytes: -1, socketRequestMaxBytes: 100 * MIB };

/** What all parts may take at the same time, with the frame that may pass and tails that wait for the disk. */
function mostBytes(shares: MemoryShares): number {
  const { requestBytes, frameBytesMax, answerBytes, tailBytes, readAheadBytes, indexBytes, openingBytes } = shares;
  const served = answerBytes + tailBytes * 1.5 + 8 * MIB + readAheadBytes + indexBytes;
  return requestBytes + frameBytesMax + openingBytes + served;
}

describe('defaultMemoryBytes', () => {
  it('is a quarter of the machine, but never less than can be kept to', () => {
    expect(defaultMemoryBytes(8192 * MIB)).toBe(2048 * MIB);
    expect(defaultMemoryBytes(512 * MIB)).toBe(BUDGET_BYTES_MIN);
    expect(defaultMemoryBytes()).toBeGreaterThanOrEqual(BUDGET_BYTES_MIN);
  });
});

describe('divideMemory', () => {
  it.each([256, 300, 512, 1024, 6000, 65_536])('leaves the process its part of %i MiB', (budgetMib) => {
    expect(mostBytes(divideMemory(budgetMib * MIB, DERIVED))).toBeLessThanOrEqual((budgetMib - 144) * MIB);
  });

  it('takes frames of 100 MiB in as soon as the budget allows, and says how large they may be below', () => {
    expect(divideMemory(1024 * MIB, DERIVED).frameBytesMax).toBe(100 * MIB);
    expect(divideMemory(256 * MIB, DERIVED).frameBytesMax).toBe(21 * MIB);
  });

  it('never takes larger frames than socket.request.max.bytes', () => {
    expect(divideMemory(1024 * MIB, { ...DERIVED, socketRequestMaxBytes: MIB }).frameBytesMax).toBe(MIB);
  });

  it('keeps tails small however large the machine is, since every page of them is resident', () => {
    expect(divideMemory(65_536 * MIB, DERIVED).tailBytes).toBe(40 * MIB);
  });

  it('obeys shares that were set', () => {
    const shares = divideMemory(256 * MIB, { ...DERIVED, queuedMaxRequestBytes: 5 * MIB, tailMaxBytes: 64 * MIB });
    expect([shares.requestBytes, shares.tailBytes]).toEqual([5 * MIB, 64 * MIB]);
  });

  it('gives every part something however small the budget is', () => {
    for (const bytes of Object.values(divideMemory(8 * MIB, DERIVED))) expect(bytes).toBeGreaterThanOrEqual(384 * 1024);
  });
});
