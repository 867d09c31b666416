/** Connect in real workers that are killed: a short run of what `npm run soak -- connect` does for hours. */
import { CONNECTOR_NAMES } from '../src/connect/connectors.ts';
import { runConnectSoak } from '../src/connect/connect-run.ts';

/** For each connector. More of them by hand: CONNECT_KILLS=50, or the command. */
const KILLS = Number(process.env['CONNECT_KILLS'] ?? 6);
const SEED = Number(process.env['CONNECT_SEED'] ?? 1);
const RSS_BYTES_MAX = 700 * 1024 * 1024;
/** What a kill takes, with the time until all ten run again. */
const KILL_MS_MAX = 90_000;

// Not skipped where there is no S3 or Redis server: it fails, and the error says how to get one.
it(
  `ten connectors on three workers keep their promises over ${KILLS} kills each (seed ${SEED})`,
  async () => {
    const said: string[] = [];
    const run = await runConnectSoak({
      seed: SEED,
      kills: KILLS,
      wanted: CONNECTOR_NAMES,
      say: (line) => void said.push(line),
    });

    expect({ wrong: run.outcomes.filter(({ isRight }) => !isRight), said }).toEqual({ wrong: [], said });
    expect(run.outcomes.map(({ name }) => name)).toEqual(CONNECTOR_NAMES);
    expect(Math.min(...run.outcomes.map(({ kills }) => kills))).toBeGreaterThanOrEqual(KILLS);
    expect(run.insertedInSnapshots).toBeGreaterThan(0);
    for (const bytes of [...run.rssBytes.start, ...run.rssBytes.end]) expect(bytes).toBeLessThan(RSS_BYTES_MAX);
  },
  300_000 + KILLS * KILL_MS_MAX,
);
