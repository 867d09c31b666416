import { printTable } from './output.ts';

describe('printTable', () => {
  it('aligns columns to the widest cell', () => {
    const lines: string[] = [];

    printTable(
      { line: (text) => lines.push(text) },
      ['TOPIC', 'N'],
      [
        ['a-long-name', '1'],
        ['b', '12'],
      ],
    );

    expect(lines).toEqual(['TOPIC        N', 'a-long-name  1', 'b            12']);
  });
});
