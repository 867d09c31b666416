/**
 * Every write and every sync of a whole workload is a place where the machine stops. `MILLRACE_TEST_CRASH_SEEDS` says how many
 * histories are tried (one by default), from `MILLRACE_TEST_SEED` on; a test is named by its seed.
 */
import { checkHistory } from '../test/crash-check.ts';
import { APPENDS, recordHistory } from '../test/crash-history.ts';

const SEED_COUNT = Number(process.env['MILLRACE_TEST_CRASH_SEEDS'] ?? 1);
const FIRST_SEED = Number(process.env['MILLRACE_TEST_SEED'] ?? 1);
const SEEDS = Array.from({ length: SEED_COUNT }, (_, index) => FIRST_SEED + index);

describe(`a machine that stops at any write or sync of ${APPENDS} appends`, () => {
  it.each(SEEDS)(
    'keeps what it promised and invents nothing (seed %d)',
    async (seed) => {
      const history = await recordHistory(seed);
      const { counts } = history;

      expect(await checkHistory(history)).toEqual([]);

      // The history had in it what it is about.
      for (const what of [
        'write j',
        'write log',
        'sync log',
        'rename tmp',
        'remove j',
        'to os',
        'to fsync',
        'repeated',
        'commit',
        'abort',
        'write txn',
      ]) {
        expect([what, counts[what] ?? 0]).toEqual([what, expect.any(Number)]);
        expect(counts[what] ?? 0).toBeGreaterThan(0);
      }
      for (const what of ['refused', 'records deleted', 'retention', 'made again'])
        expect(counts[what]).toBeGreaterThan(0);
      console.info(`seed ${seed}: ${history.cuts.length} places`, JSON.stringify(counts));
    },
    900_000,
  );
});
