import { nearestName } from './nearest-name.ts';

describe('nearestName', () => {
  it.each([
    ['log.retention.m', 'log.retention.ms'],
    ['Retention.MS', 'retention.ms'],
    ['lisners', 'listeners'],
  ])('suggests for %s the name %s', (typo, expected) => {
    expect(nearestName(typo, ['log.retention.ms', 'retention.ms', 'listeners', 'segment.bytes'])).toBe(expected);
  });

  it('suggests nothing when no name is close', () => {
    expect(nearestName('zzzzzz', ['listeners', 'segment.bytes'])).toBeUndefined();
  });
});
