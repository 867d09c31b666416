import { collidingName, namesCollide } from './name-collision.ts';

describe('namesCollide', () => {
  it.each([
    ['a.b', 'a_b', true],
    ['a._', 'a_.', true],
    ['a.b', 'a.b', false],
    ['a.b', 'a-b', false],
    ['a.b', 'a_c', false],
    ['a.b', 'a_bb', false],
  ])('%s and %s: %s', (left, right, expected) => {
    expect(namesCollide(left, right)).toBe(expected);
    expect(namesCollide(right, left)).toBe(expected);
  });
});

describe('collidingName', () => {
  it('finds the name that collides', () => {
    expect(collidingName('a.b', ['ab', 'a.b', 'a_b'])).toBe('a_b');
    expect(collidingName('ab', ['a.b', 'a_b'])).toBeUndefined();
  });
});
