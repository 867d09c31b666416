import { markdownTable, replaceSection } from './document-section.ts';

describe('replaceSection', () => {
  it('adds a section at the end and then replaces only that', () => {
    const first = replaceSection('# Title\n\nWords.\n', 'a', 'one');
    const second = replaceSection(first, 'b', 'two');

    const third = replaceSection(second, 'a', 'three');

    expect(third).toBe(
      '# Title\n\nWords.\n\n<!-- a:start -->\n\nthree\n\n<!-- a:end -->\n\n<!-- b:start -->\n\ntwo\n\n<!-- b:end -->\n',
    );
  });

  it('refuses a document whose end marker is gone', () => {
    expect(() => replaceSection('<!-- a:start -->', 'a', 'x')).toThrow(/no end marker/);
  });
});

describe('markdownTable', () => {
  it('aligns numbers right and pads columns to their widest cell', () => {
    expect(markdownTable(['what', 'ms'], [['x', '1000']])).toBe('| what |   ms |\n| ---- | ---: |\n| x    | 1000 |');
  });
});
