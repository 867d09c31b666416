import { measure, median } from './measure.ts';

describe('median', () => {
  it.each([
    [[5], 5],
    [[3, 1, 2], 2],
    [[10, 1, 100, 2, 3], 3],
    [[4, 1, 3, 2], 2],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('of nothing is refused', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('measure', () => {
  it('lets contenders take turns, drops the first round and divides by the CPU time of each', async () => {
    let spent = 0;
    const turns: string[] = [];
    const contender = (name: string, seconds: number[]) => ({
      name,
      run() {
        if (turns.at(-1) !== name) turns.push(name);
        spent += seconds.shift() ?? 1;
        return 100;
      },
    });

    const results = await measure([contender('slow', [50, 4, 2, 1]), contender('quick', [50, 1, 1, 1])], {
      rounds: 3,
      roundSeconds: 0.5,
      cpuSeconds: () => spent,
    });

    expect(turns).toEqual(['slow', 'quick', 'slow', 'quick', 'slow', 'quick', 'slow', 'quick']);
    expect(results).toEqual([
      { name: 'slow', unitsPerSecond: 50, rounds: [25, 50, 100] },
      { name: 'quick', unitsPerSecond: 100, rounds: [100, 100, 100] },
    ]);
  });

  it('repeats short work until a round is long enough, and awaits work that is asynchronous', async () => {
    let spent = 0;
    const run = async (): Promise<number> => {
      await Promise.resolve();
      spent += 0.1;
      return 7;
    };

    const [result] = await measure([{ name: 'x', run }], { rounds: 1, roundSeconds: 0.95, cpuSeconds: () => spent });

    expect(result?.unitsPerSecond).toBeCloseTo(70);
  });
});
