import { ManualTime } from '@millrace/testing';
import { TurnSlices } from './turn-slices.ts';

describe('slices of long work', () => {
  it('end when their time is up', async () => {
    const time = new ManualTime();
    const slices = new TurnSlices(time, (callback) => callback());
    expect(slices.isOver()).toBe(false);

    time.advance(10);

    expect(slices.isOver()).toBe(true);
    await slices.next();
    expect(slices.isOver()).toBe(false);
  });

  it('end after a number of items when the clock stands still', () => {
    const slices = new TurnSlices(new ManualTime(), () => undefined);
    let items = 0;
    while (!slices.isOver()) items++;

    expect(items).toBe(256);
  });
});
