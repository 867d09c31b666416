import { JournalMarks } from './journal-marks.ts';

describe('journal marks', () => {
  it('name the first group that lies within the newest bytes, give or take the distance of two marks', () => {
    const marks = new JournalMarks(3200);
    for (let lsn = 1; lsn <= 1000; lsn++) marks.note(lsn, 50);

    const reachBytes = (1000 - marks.firstLsn + 1) * 50;

    expect(marks.bytes).toBe(50_000);
    expect(reachBytes).toBeLessThanOrEqual(3200);
    expect(reachBytes).toBeGreaterThanOrEqual(3200 - 100);
  });

  it('reach back to the first group while there is less than was asked for', () => {
    const marks = new JournalMarks(10_000);
    for (let lsn = 7; lsn <= 20; lsn++) marks.note(lsn, 100);

    expect(marks.firstLsn).toBe(7);
  });

  it('name the last mark when a single group is larger than what was asked for', () => {
    const marks = new JournalMarks(1000);
    marks.note(1, 500);
    marks.note(2, 90_000);

    expect(marks.firstLsn).toBe(2);
  });

  it('need all of the journal before there was a group', () => {
    expect(new JournalMarks(1000).firstLsn).toBe(0);
  });
});
