/**
 * `npm run chaos`: kills the broker under idempotent producers of other projects, and checks that nothing acknowledged is
 * lost, nothing is doubled, and the order per key holds. `npm run chaos -- groups` is another run (../groups/main.ts). The last line is `N passed, N failed, N skipped`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { CLIENTS, type Launch } from '../client.ts';
import { groupsCommand } from '../groups/main.ts';
import { UsageError } from '../options.ts';
import { REPO_ROOT } from '../paths.ts';
import { endAll } from '../processes.ts';
import { count, type CaseResult } from '../results.ts';
import { MissingToolchain } from '../toolchain.ts';
import { describeAnomaly, judge } from './checker.ts';
import { ChaosRun } from './chaos-run.ts';
import { parseChaosOptions, USAGE, type ChaosOptions, type ProducerName } from './options.ts';
import { resultsOf } from './report.ts';

const MARK = { passed: 'pass', failed: 'FAIL', skipped: 'SKIP' } as const;

interface Prepared {
  readonly name: ProducerName;
  readonly launch: Launch;
}

function report(result: CaseResult): void {
  const seconds = `${(result.ms / 1_000).toFixed(1)} s`;
  console.log(
    `chaos ${result.client.padEnd(11)} ${result.name.padEnd(20)} ${MARK[result.status]} ${seconds}  ${result.detail}`,
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}

async function prepare(names: readonly ProducerName[], onSkipped: (result: CaseResult) => void): Promise<Prepared[]> {
  const prepared: Prepared[] = [];
  for (const name of names) {
    try {
      prepared.push({ name, launch: await CLIENTS[name].prepare() });
    } catch (error) {
      if (!(error instanceof MissingToolchain)) throw error;
      onSkipped({ client: name, name: 'exactly-once', status: 'skipped', ms: 0, detail: error.message });
    }
  }
  return prepared;
}

/** librdkafka where it can be had (it checks every CRC), else kafkajs, which needs nothing but Node. */
async function prepareReader(producers: readonly Prepared[]): Promise<Prepared> {
  const known = producers.find(({ name }) => name === 'librdkafka');
  if (known !== undefined) return known;
  const [found] = await prepare(['librdkafka'], () => undefined);
  return found ?? { name: 'kafkajs', launch: await CLIENTS.kafkajs.prepare() };
}

async function runAll(options: ChaosOptions, outDir: string): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const add = (result: CaseResult): void => {
    results.push(result);
    report(result);
  };
  const producers = await prepare(options.clients, add);
  const reader = await prepareReader(producers);
  const dataDir = mkdtempSync(join(tmpdir(), 'chaos-data-'));
  const began = Date.now();
  console.log(`# seed ${options.seed}, ${options.kills} kills, Node ${process.version}, ${cpus().length} cores`);
  try {
    const setting = { options, producers, reader, dataDir, logDir: outDir, say: (line: string) => console.log(line) };
    const outcome = await ChaosRun.run(setting);
    const verdict = judge(outcome.history);
    for (const one of verdict.anomalies) console.log(describeAnomaly(one, options.seed));
    for (const result of resultsOf(outcome, verdict, Date.now() - began)) add(result);
  } catch (error) {
    console.error(inspect(error));
    const reasons = [error, error instanceof Error ? error.cause : undefined].filter((one) => one instanceof Error);
    const detail = oneLine(reasons.map((one) => one.message.split('\n', 1)[0]).join(' '));
    add({ client: 'broker', name: 'the run', status: 'failed', ms: Date.now() - began, detail });
  }
  if (results.some((one) => one.status === 'failed')) console.log(`# the broker's data is kept in ${dataDir}`);
  else rmSync(dataDir, { recursive: true, force: true });
  return results;
}

async function main(): Promise<number> {
  const options = parseChaosOptions(process.argv.slice(2), Date.now());
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  const outDir = options.resultsDir ?? join(REPO_ROOT, '.millrace', 'chaos');
  mkdirSync(outDir, { recursive: true });
  const results = await runAll(options, outDir);
  const file = join(outDir, 'results.json');
  writeFileSync(file, `${JSON.stringify({ date: new Date().toISOString(), options, results }, null, 2)}\n`);
  console.log(`# results in ${file}`);
  const { passed, failed, skipped } = count(results);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    endAll();
    process.exit(1);
  });
}

try {
  const [, , what, ...rest] = process.argv;
  process.exitCode = what === 'groups' ? await groupsCommand(rest) : await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof UsageError) console.error(USAGE);
  process.exitCode = error instanceof UsageError ? 2 : 1;
} finally {
  endAll();
}
