import { UsageError } from '../options.ts';
import { parseChaosOptions } from './options.ts';

describe('parseChaosOptions', () => {
  it('takes 200 kills, all clients and both durabilities when nothing is said', () => {
    expect(parseChaosOptions([], 5_000_123)).toEqual({
      kills: 200,
      seed: 123,
      clients: ['kafkajs', 'java', 'librdkafka'],
      durabilities: ['fsync', 'os'],
      recordsPerS: 400,
      resultsDir: undefined,
    });
  });

  it('takes what is said', () => {
    const argv = '--kills 10 --seed 42 --client java,kafkajs --durability os --rate 50 --results-dir out'.split(' ');
    expect(parseChaosOptions(argv, 0)).toEqual({
      kills: 10,
      seed: 42,
      clients: ['java', 'kafkajs'],
      durabilities: ['os'],
      recordsPerS: 50,
      resultsDir: 'out',
    });
  });

  it('refuses what makes no sense', () => {
    for (const argv of [
      ['--kills', '0'],
      ['--kills', 'many'],
      ['--client', 'kcat'],
      ['--durability', 'ram'],
    ]) {
      expect(() => parseChaosOptions(argv, 0)).toThrow(UsageError);
    }
  });
});
