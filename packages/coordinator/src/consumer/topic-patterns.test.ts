import { compilePattern } from './topic-patterns.ts';

function isRefused(pattern: string): boolean {
  return 'problem' in compilePattern(pattern);
}

describe('a pattern that takes long', () => {
  it.each([
    // Half a minute in one turn of the event loop, when it was let through.
    ['groups that repeat groups that repeat groups', `(((${'[a-z]'.repeat(200)}){10}){10}){10}`],
    ['groups of properties', `(((${'\\pL'.repeat(500)}){10}){10}){10}`],
    ['a group that may be there a thousand times', '(a?){1000}'],
    ['a group at least so many times', '(.?){900,}'],
    ['a thousand properties', '\\pL'.repeat(600)],
    ['text that repeats often', `${'a{900}'.repeat(5)}`],
  ])('is refused: %s', (_, pattern) => {
    expect(isRefused(pattern)).toBe(true);
  });

  it.each([
    ['a list of names', Array.from({ length: 120 }, (_, index) => `topic-name-${index}`).join('|')],
    ['the characters of names', '[a-zA-Z0-9._-]{1,249}'],
    ['labels', '([a-z]{1,63}\\.){2}[a-z]{1,63}'],
    ['a date', 'events-\\d{4}-\\d{2}-\\d{2}(-v\\d{1,3})?'],
    ['letters of any language', '\\p{L}+-\\p{N}{2,4}'],
  ])('is not one: %s', (_, pattern) => {
    expect(isRefused(pattern)).toBe(false);
  });
});
