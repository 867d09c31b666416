/** `npm run soak -- sdk`: the SDK under faults, seed after seed, each history checked. */
import { parseArgs } from 'node:util';
import { describeAnomaly } from '@millrace/testing';
import { joinCluster, startOwnCluster, type FaultCluster } from './fault-cluster.ts';
import { runSdkRound, type SdkRoundOutcome } from './sdk-round.ts';

export const SDK_USAGE = `usage: npm run soak -- sdk [options]
  --seeds N            how many rounds (200)
  --seed N             of the first round (1)
  --faults N           in each round, one after the other (8)
  --parallel N         rounds at a time (2)
  --target HOST:PORT   a running broker instead of ours; it is not killed, and its leaders do not move
  --proxy-port N       where that broker's advertised listener sends clients`;

export interface SdkFailure {
  readonly seed: number;
  readonly what: string;
}

export interface SdkRunOptions {
  readonly seeds: readonly number[];
  readonly faults: number;
  readonly parallel: number;
  /** A cluster for one lane of rounds. */
  readonly start: () => Promise<FaultCluster>;
  readonly onOutcome: (outcome: SdkRoundOutcome) => void;
}

/** Runs the seeds and returns those that failed, with why. */
export async function runSdkSeeds(options: SdkRunOptions): Promise<SdkFailure[]> {
  const failures: SdkFailure[] = [];
  const waiting = [...options.seeds];
  const lane = async (): Promise<void> => {
    await using cluster = await options.start();
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      try {
        const outcome = await runSdkRound({ seed, cluster, faults: options.faults });
        options.onOutcome(outcome);
        const wrong = [...outcome.report.anomalies.map(describeAnomaly), ...outcome.problems];
        if (wrong.length > 0) failures.push({ seed, what: wrong.join('\n') });
      } catch (error) {
        failures.push({ seed, what: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: options.parallel }, lane));
  return failures;
}

/** The command; returns the exit code. */
export async function sdkCommand(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seeds: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      faults: { type: 'string', default: '8' },
      parallel: { type: 'string', default: '2' },
      target: { type: 'string' },
      'proxy-port': { type: 'string' },
    },
  });
  const [first, count] = [Number(values.seed), Number(values.seeds)];
  const { target, 'proxy-port': proxyPort } = values;
  const isOwn = target === undefined;
  const failures = await runSdkSeeds({
    seeds: Array.from({ length: count }, (_, index) => first + index),
    faults: Number(values.faults),
    parallel: isOwn ? Number(values.parallel) : 1,
    start: () => (isOwn ? startOwnCluster() : joinCluster(target, Number(proxyPort))),
    onOutcome: ({ seed, sent, acknowledged, handled, faults, ms }) =>
      console.log(
        `sdk seed ${seed}: ${sent} sent, ${acknowledged} acknowledged, ${handled} processed, ${(ms / 1000).toFixed(1)} s; ${faults.join(', ')}`,
      ),
  });
  for (const { seed, what } of failures) console.log(`sdk seed ${seed} FAIL\n${what}`);
  console.log(`${count - failures.length} passed, ${failures.length} failed, 0 skipped`);
  return failures.length === 0 ? 0 : 1;
}
