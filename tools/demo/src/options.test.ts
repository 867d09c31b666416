import { parseOptions } from './options.ts';

describe('the options of the demo', () => {
  it('have defaults', () => {
    expect(parseOptions([])).toEqual({ eventCount: 200_000, pace: 20_000 });
    expect(parseOptions(['--events', '3000', '--pace=1000'])).toEqual({ eventCount: 3_000, pace: 1_000 });
  });

  it.each(['--help', '-h'])('ask for the usage with %s', (flag) => {
    expect(parseOptions([flag])).toBeUndefined();
  });

  it.each([
    [['--events', '2999'], '--events takes'],
    [['--events', '200001'], '--events takes'],
    [['--events', '3000.5'], '--events takes'],
    [['--pace', 'fast'], '--pace takes'],
    [['--speed', '1'], "Unknown option '--speed'"],
    [['5000'], 'Unexpected argument'],
  ])('refuse %j', (argv, words) => {
    expect(() => parseOptions(argv)).toThrow(words);
  });
});
