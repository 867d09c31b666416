import { parseOptions } from './options.ts';

describe('the options of the demo of Connect', () => {
  it('have defaults', () => {
    expect(parseOptions([])).toEqual({ flightCount: 100_000, pace: 5_000, isWorkerKilled: true });
    expect(parseOptions(['--flights', '1000', '--pace=500', '--no-kill'])).toEqual({
      flightCount: 1_000,
      pace: 500,
      isWorkerKilled: false,
    });
  });

  it.each(['--help', '-h'])('ask for the usage with %s', (flag) => {
    expect(parseOptions([flag])).toBeUndefined();
  });

  it.each([
    [['--flights', '999'], '--flights takes'],
    [['--flights', '200001'], '--flights takes'],
    [['--pace', '1'], '--pace takes'],
    [['--speed', '1'], "Unknown option '--speed'"],
    [['5000'], 'Unexpected argument'],
  ])('refuse %j', (argv, words) => {
    expect(() => parseOptions(argv)).toThrow(words);
  });
});
