import { parseSoakOptions, UsageError } from './options.ts';

describe('soak options', () => {
  it('run for ten minutes from a seed of the clock', () => {
    expect(parseSoakOptions([], 1_234_567)).toMatchObject({
      seed: 234_567,
      minutes: 10,
      seeds: undefined,
      seconds: 20,
    });
  });

  it('run a number of seeds instead', () => {
    const options = parseSoakOptions(['--seeds', '3', '--seed', '0', '--target', 'localhost:9092'], 0);

    expect(options).toMatchObject({ seed: 0, seeds: 3, minutes: undefined, target: { host: 'localhost', port: 9092 } });
  });

  it.each([
    [['--seeds', '0'], '--seeds must be at least 1'],
    [['--seeds', '1', '--minutes', '1'], '--seeds and --minutes exclude each other'],
    [['--seed', 'x'], '--seed takes a whole number, not "x"'],
    [['--target', 'here'], '--target takes HOST:PORT, not "here"'],
    [['--fast'], "Unknown option '--fast'"],
  ])('are refused when they make no sense: %j', (argv, message) => {
    expect(() => parseSoakOptions(argv, 0)).toThrow(UsageError);
    expect(() => parseSoakOptions(argv, 0)).toThrow(message);
  });
});
