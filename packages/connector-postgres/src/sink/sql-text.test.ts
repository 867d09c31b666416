import { arrayLiteral, copyRow } from './sql-text.ts';

describe('arrayLiteral', () => {
  const rows = [
    ['1', 'a,b'],
    ['-2.5', 'say "hi" \\o/'],
    ['3', ''],
  ];

  it('quotes and escapes texts, and leaves numbers bare', () => {
    expect(arrayLiteral(rows, 0, false)).toBe('{1,-2.5,3}');
    expect(arrayLiteral(rows, 1, true)).toBe(String.raw`{"a,b","say \"hi\" \\o/",""}`);
  });

  it('tells NULL from the text of that name', () => {
    const withNulls = [...rows, [null, 'NULL'], [undefined, null]];

    expect(arrayLiteral(withNulls, 0, false)).toBe('{1,-2.5,3,NULL,NULL}');
    expect(arrayLiteral(withNulls, 1, true)).toBe(String.raw`{"a,b","say \"hi\" \\o/","","NULL",NULL}`);
  });

  it('has nothing in it without rows', () => {
    expect(arrayLiteral([], 0, true)).toBe('{}');
    expect(arrayLiteral([], 0, false)).toBe('{}');
  });
});

describe('copyRow', () => {
  it('escapes what ends columns and rows', () => {
    expect(copyRow(['a\tb', null, 'c\nd', '\\N'])).toBe('a\\tb\t\\N\tc\\nd\t\\\\N\n');
  });
});
