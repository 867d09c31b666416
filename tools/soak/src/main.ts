/**
 * `npm run soak`: read-process-write under kills, zombies and lost answers, seed after seed, each history checked. The last
 * line is `N passed, N failed, N skipped`, a seed counting as one.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { describeAnomaly, replaceSection } from '@millrace/testing';
import { parseSoakOptions, USAGE, UsageError, type SoakOptions } from './options.ts';
import { REPO_ROOT, SoakBroker } from './soak-broker.ts';
import { renderSummary, SECTION, type RunSummary } from './report.ts';
import { prepareClients, type PreparedClient } from './prepare-clients.ts';
import { connectCommand } from './connect/connect-command.ts';
import { sdkCommand } from './sdk-faults/sdk-command.ts';
import { slowConsumerCommand } from './slow-consumer/slow-command.ts';
import { SoakRound, type RoundOutcome, type RoundSetting } from './soak-round.ts';

const DOCUMENT = join(REPO_ROOT, 'docs', 'reliability.md');

interface Failure {
  readonly seed: number;
  readonly what: string;
}

interface RunResult {
  readonly outcomes: RoundOutcome[];
  readonly failures: Failure[];
  readonly broker: RunSummary['broker'];
}

interface Places {
  readonly outDir: string;
  readonly workDir: string;
}

async function runRounds(
  options: SoakOptions,
  clients: readonly PreparedClient[],
  { outDir, workDir }: Places,
): Promise<RunResult> {
  const outcomes: RoundOutcome[] = [];
  const failures: Failure[] = [];
  await using broker = await SoakBroker.start(options, join(workDir, 'data'));
  const until = options.minutes === undefined ? Infinity : performance.now() + options.minutes * 60_000;
  let rounds = 0;
  const runLane = async (lane: number): Promise<void> => {
    while (rounds < (options.seeds ?? Infinity) && performance.now() < until) {
      const client = clients[rounds % clients.length];
      if (client === undefined) throw new Error('none of these clients can be run on this machine');
      const seed = options.seed + rounds;
      rounds += 1;
      const dir = join(workDir, `seed-${seed}`);
      const failure = await runSeed({ options, broker, seed, client, lane, dir }, outcomes);
      if (failure === undefined) {
        rmSync(dir, { recursive: true, force: true });
        continue;
      }
      const kept = join(outDir, `seed-${seed}`);
      rmSync(kept, { recursive: true, force: true });
      cpSync(dir, kept, { recursive: true });
      failures.push({ seed, what: failure });
      console.log(`soak seed ${seed} ${client.name.padEnd(7)} FAIL ${failure}; its history is kept in ${kept}`);
    }
  };
  await Promise.all(Array.from({ length: options.parallel }, (_, lane) => runLane(lane)));
  const { kills, killsInStarts, startsMs } = broker;
  return { outcomes, failures, broker: { kills, killsInStarts, startsMs } };
}

/** What is wrong with the seed; undefined: nothing. */
async function runSeed(setting: RoundSetting, outcomes: RoundOutcome[]): Promise<string | undefined> {
  const { seed, broker, client } = setting;
  try {
    const outcome = await SoakRound.run(setting);
    outcomes.push(outcome);
    for (const anomaly of outcome.report.anomalies) console.log(`  ${describeAnomaly(anomaly)}`);
    if (outcome.report.anomalyCount === 0)
      console.log(`soak seed ${seed} ${client.name.padEnd(7)} pass ${sentence(outcome)}`);
    return outcome.report.anomalyCount === 0
      ? undefined
      : `${outcome.report.anomalyCount} anomalies; ${sentence(outcome)}`;
  } catch (error) {
    console.error(inspect(error));
    console.error(broker.logTail);
    return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];
  }
}

function sentence({ report, faults, lostAnswers, processed, processes, ms }: RoundOutcome): string {
  const { committed, aborted, open, unknown } = report.transactions;
  const broken = Object.entries(faults).map(([kind, count]) => `${count} ${kind}`);
  return [
    `${(ms / 1_000).toFixed(1)} s, ${processed} records processed`,
    `${committed} transactions committed, ${aborted} aborted, ${unknown} unanswered, ${open} abandoned`,
    `${broken.join(', ')} (${lostAnswers} lost), ${processes} processes`,
  ].join('; ');
}

function headCommit(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: REPO_ROOT, encoding: 'utf8' }).trim();
}

/** Replaces the section of this command, and nothing else of the page. */
async function writeDocument(
  { outcomes, failures, broker }: RunResult,
  minutes: number,
  commit: string,
): Promise<void> {
  const [cpu] = cpus();
  const text = renderSummary({
    outcomes,
    failedSeeds: failures.map((one) => one.seed).filter((seed) => !outcomes.some((one) => one.seed === seed)),
    date: new Date().toISOString().slice(0, 10),
    command: ['npm run soak', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
    minutes,
    machine: `Machine: ${cpus().length} cores of ${cpu?.model ?? 'unknown'} (load ${loadavg()[2]?.toFixed(0)} in the end), Node ${process.versions.node}, commit ${commit}`,
    broker,
  });
  const page = replaceSection(readFileSync(DOCUMENT, 'utf8'), SECTION, text);
  writeFileSync(DOCUMENT, await format(page, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' }));
  console.log(`# wrote ${DOCUMENT}`);
}

async function main(): Promise<number> {
  const options = parseSoakOptions(process.argv.slice(2), Date.now());
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  const outDir = options.resultsDir ?? join(REPO_ROOT, '.millrace', 'soak');
  mkdirSync(outDir, { recursive: true });
  const workDir = mkdtempSync(join(tmpdir(), 'soak-'));
  console.log(`# seed ${options.seed}, Node ${process.version}, ${cpus().length} cores`);
  const [clients, skipped] = await prepareClients(options.clients);
  for (const reason of skipped) console.log(`soak SKIP ${reason}`);
  const began = performance.now();
  const commit = options.write ? headCommit() : '';
  const result = await runRounds(options, clients, { outDir, workDir });
  const { outcomes, failures } = result;
  if (failures.length === 0) rmSync(workDir, { recursive: true, force: true });
  else console.log(`# the broker's data is kept in ${workDir}`);
  writeFileSync(join(outDir, 'results.json'), `${JSON.stringify({ options, outcomes, failures }, null, 2)}\n`);
  if (options.write) await writeDocument(result, (performance.now() - began) / 60_000, commit);
  const clean = outcomes.filter((one) => one.report.anomalyCount === 0).length;
  console.log(`${clean} passed, ${failures.length} failed, ${skipped.length} skipped`);
  return failures.length > 0 || clean === 0 ? 1 : 0;
}

// What was started is ended by the exit hooks, which a signal alone would not run.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

let exitCode: number;
try {
  const [, , what = '', ...rest] = process.argv;
  if (what === 'sdk') exitCode = await sdkCommand(rest);
  else if (what === 'connect') exitCode = await connectCommand(rest);
  else if (what === 'slow-consumer') exitCode = await slowConsumerCommand(rest);
  else exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof UsageError) console.error(USAGE);
  exitCode = error instanceof UsageError ? 2 : 1;
}
// A client of a round that failed may still be trying.
process.exit(exitCode);
