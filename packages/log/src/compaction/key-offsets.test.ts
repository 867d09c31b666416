import { SeededRandom } from '@millrace/base';
import { ENTRY_BYTES, KeyOffsets } from './key-offsets.ts';

const SECRET = Uint32Array.of(1, 2, 3, 4);

function tableFor(keyCountMax: number, bytesMax = 1e6): KeyOffsets {
  return new KeyOffsets({ bytesMax, loadFactor: 0.9, keyCountMax, secret: SECRET });
}

describe('KeyOffsets', () => {
  it('knows the last offset of each key, whatever its length', () => {
    const random = new SeededRandom(7);
    const table = tableFor(3000);
    const expected = new Map<string, number>();
    for (let offset = 0; offset < 3000; offset++) {
      const key = random.bytes(random.nextInt(40)).subarray(0, random.nextInt(30));
      expect(table.put(key, 0, key.length, offset)).toBe(true);
      expected.set(key.toString('hex'), offset);
    }
    expect(table.count).toBe(expected.size);
    for (const [hex, offset] of expected) {
      const key = Buffer.from(hex, 'hex');
      expect(table.get(key, 0, key.length)).toBe(offset);
    }
    expect(table.get(Buffer.from('never there'), 0, 11)).toBe(-1);
  });

  it('tells keys apart that differ in their last zeros only', () => {
    const table = tableFor(100);
    const zeros = Buffer.alloc(9);
    for (let length = 0; length < 10; length++) table.put(zeros, 0, length, length);
    for (let length = 0; length < 10; length++) expect(table.get(zeros, 0, length)).toBe(length);
    expect(table.count).toBe(10);
  });

  it('refuses a key that has no room, and goes on knowing the others', () => {
    const table = tableFor(1e6, 200 * ENTRY_BYTES);
    let count = 0;
    const keyOf = (number: number): Buffer => Buffer.from(`key ${number}`);
    while (table.put(keyOf(count), 0, keyOf(count).length, count)) count++;
    expect(count).toBe(table.count);
    expect(count).toBeGreaterThan(150);
    expect(table.heldBytes).toBeLessThanOrEqual(200 * ENTRY_BYTES);
    expect(table.utilization).toBe(1);
    expect(table.get(keyOf(count), 0, keyOf(count).length)).toBe(-1);
    // One that is there already has its room.
    expect(table.put(keyOf(0), 0, keyOf(0).length, 5000)).toBe(true);
    for (let number = 1; number < count; number++) {
      expect(table.get(keyOf(number), 0, keyOf(number).length)).toBe(number);
    }
  });

  it('takes no more memory than the keys that can come need', () => {
    expect(tableFor(10).heldBytes).toBeLessThan(100 * ENTRY_BYTES);
  });
});
