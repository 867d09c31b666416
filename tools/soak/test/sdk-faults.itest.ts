import { startOwnCluster } from '../src/sdk-faults/fault-cluster.ts';
import { runSdkSeeds } from '../src/sdk-faults/sdk-command.ts';

/** More by `npm run soak -- sdk`. */
const SEEDS = Number(process.env['MILLRACE_SDK_SEEDS'] ?? 20);
const FIRST_SEED = Number(process.env['MILLRACE_SDK_SEED'] ?? 1);

it(`the SDK loses, doubles and reorders nothing under ${SEEDS} seeds of faults from ${FIRST_SEED}`, async () => {
  let acknowledged = 0;
  const failures = await runSdkSeeds({
    seeds: Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index),
    faults: 8,
    parallel: 4,
    start: startOwnCluster,
    onOutcome: (outcome) => (acknowledged += outcome.acknowledged),
  });

  expect(failures).toEqual([]);
  expect(acknowledged).toBeGreaterThan(SEEDS * 100);
});
