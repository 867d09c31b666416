import { mergeByName } from './figures-section.ts';

describe('mergeByName', () => {
  const merge = mergeByName<{ readonly name: string; readonly value: number }>([{ name: 'one' }, { name: 'two' }]);

  it('takes what was measured now for what was stored, in the order of the names', () => {
    const stored = [
      { name: 'two', value: 1 },
      { name: 'gone', value: 1 },
      { name: 'one', value: 1 },
    ];

    expect(merge(stored, [{ name: 'two', value: 2 }])).toEqual([
      { name: 'one', value: 1 },
      { name: 'two', value: 2 },
    ]);
  });
});
