import { printTable } from './output.ts';

describe('printTable', () => {
  it('aligns columns to the widest cell', () => {
    const lines: string[] = [];

    printTable(
      { line: (text) => void lines.push(text), write: () => undefined },
      ['TOPIC', 'N'],
      [
        ['a-long-name', '1'],
        ['b', '12'],
      ],
    );

    expect(lines).toEqual(['TOPIC        N', 'a-long-name  1', 'b            12']);
  });
});
