import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CASES } from './cases.ts';
import { REPO_ROOT } from './paths.ts';
import { readSemantics, testTitles } from './semantics.ts';

const titlesByFile = new Map<string, string[]>();

function titlesOf(file: string): string[] {
  let titles = titlesByFile.get(file);
  if (titles === undefined) {
    titles = testTitles(readFileSync(join(REPO_ROOT, file), 'utf8'));
    titlesByFile.set(file, titles);
  }
  return titles;
}

describe('testTitles', () => {
  it('finds titles of tests, groups, tables of tests and contracts', () => {
    const source = [
      "describe('a', () => {",
      'it("b\'s", () => {})',
      "it.each([1])('c %i', () => {})",
      "])('d', () => {})",
      "contract(\n  'e',",
      "call('f')",
    ].join('\n');
    expect(testTitles(source)).toEqual(['a', "b's", 'c %i', 'd', 'e']);
  });
});

describe('the lines of semantics', () => {
  const lines = readSemantics();

  it('are those of the broker without security, share groups and streams groups, each once', () => {
    const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
    expect(lines.map(({ line }) => line)).toEqual([...numbers(1, 56), ...numbers(69, 74)]);
  });

  it.each(lines.map((one) => [one.line, one] as const))(
    '%i is shown by tests that exist',
    (_, { shownBy, notShown }) => {
      const missing = shownBy.filter((evidence) =>
        'case' in evidence
          ? !CASES.some(({ name }) => name === evidence.case)
          : !titlesOf(evidence.file).some((title) => title.includes(evidence.title)),
      );
      expect(missing).toEqual([]);
      // What is not shown says why, and what is shown has no excuse.
      expect(notShown === undefined).toBe(shownBy.length > 0);
    },
  );
});
