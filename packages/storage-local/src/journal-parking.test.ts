import { SeededRandom } from '@millrace/base';
import { SimulatedDisk } from '../test/simulated-disk.ts';
import { JournalParking } from './journal-parking.ts';

async function diskWith(content: Buffer): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk(new SeededRandom(1));
  await disk.makeDirectory('/journal');
  const file = await disk.open('/journal/1.j', { mode: 'create' });
  await file.write([content], 0);
  return disk;
}

describe('parked journal', () => {
  it('reads bytes from where the chunk lay in its file', async () => {
    const parking = new JournalParking(await diskWith(Buffer.from('0123456789')));
    const bytes = await parking.open('/journal/1.j', 4);
    const target = Buffer.from('......');

    bytes.copyTo(target, 2, 1, 4);

    expect(target.toString()).toBe('..567.');
  });

  it('keeps one handle for a file until the last of its chunks is released', async () => {
    const parking = new JournalParking(await diskWith(Buffer.from('0123456789')));
    const first = await parking.open('/journal/1.j', 0);
    const second = await parking.open('/journal/1.j', 5);
    expect(parking.openCount).toBe(1);

    first.release();
    expect(parking.openCount).toBe(1);
    second.release();
    expect(parking.openCount).toBe(0);
    await parking.close();
  });

  it('refuses to make up bytes that the file no longer has', async () => {
    const parking = new JournalParking(await diskWith(Buffer.from('0123')));
    const bytes = await parking.open('/journal/1.j', 2);

    expect(() => bytes.copyTo(Buffer.alloc(4), 0, 0, 4)).toThrow(/ends at byte 4/);
  });
});
