/**
 * `npm run chaos -- groups`: classic groups under stress, client by client: all join at once, rebalances on top of each other, a third killed,
 * the broker killed in the middle of a rebalance. Nobody may be lost, no partition may have two owners, no record may be skipped; how long
 * partitions stood still is measured. The last line is `N passed, N failed, N skipped`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { CLIENTS, type Launch } from '../client.ts';
import { PROGRAMS_DIR, REPO_ROOT } from '../paths.ts';
import { count, type CaseResult } from '../results.ts';
import { createTarget, type Target } from '../target.ts';
import { MissingToolchain } from '../toolchain.ts';
import { GroupRun, type PhaseOutcome } from './group-run.ts';
import { GROUPS_USAGE, parseGroupOptions, type GroupClientName, type GroupOptions } from './group-options.ts';
import { writeGroupsSection, type ClientOutcome, type SavedOutcome } from './group-report.ts';

const WIRE_PROCESSES = 3;
const MARK = { passed: 'pass', failed: 'FAIL', skipped: 'SKIP' } as const;

/** The command; returns the exit code. */
export async function groupsCommand(argv: readonly string[]): Promise<number> {
  const options = parseGroupOptions(argv);
  if (options === 'help') {
    console.log(GROUPS_USAGE);
    return 0;
  }
  const outDir = options.resultsDir ?? join(REPO_ROOT, '.millrace', 'groups');
  mkdirSync(outDir, { recursive: true });
  const workDir = mkdtempSync(join(tmpdir(), 'groups-'));
  const target = createTarget(options.target, workDir, outDir);
  console.log(`# ${target.name}, Node ${process.version}, ${cpus().length} cores`);
  const results: CaseResult[] = [];
  const outcomes: ClientOutcome[] = [];
  const add = (result: CaseResult): void => {
    results.push(result);
    const { client, name, status, ms, detail } = result;
    console.log(
      `groups ${client.padEnd(12)} ${name.padEnd(29)} ${MARK[status]} ${(ms / 1_000).toFixed(1)} s  ${detail}`,
    );
  };
  try {
    await target.start();
    for (const name of options.clients) {
      const outcome = await runClient(name, options, target, outDir, add);
      if (outcome !== undefined) outcomes.push(outcome);
    }
  } finally {
    await target.stop();
  }
  rmSync(workDir, { recursive: true, force: true });
  const date = new Date().toISOString().slice(0, 10);
  for (const outcome of outcomes) {
    // One file each, so that a table can be made of clients that were run one by one.
    const file = join(outDir, `${options.target.kind}-${outcome.client}.json`);
    const saved: SavedOutcome = { date, broker: target.version(), outcome };
    writeFileSync(file, `${JSON.stringify(saved)}\n`);
  }
  if (options.write) await writeGroupsSection(outDir);
  const { passed, failed, skipped } = count(results);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

async function runClient(
  name: GroupClientName,
  options: GroupOptions,
  target: Target,
  logDir: string,
  add: (result: CaseResult) => void,
): Promise<ClientOutcome | undefined> {
  const began = Date.now();
  let launch: Launch;
  try {
    launch = await prepare(name);
  } catch (error) {
    if (!(error instanceof MissingToolchain)) throw error;
    add({ client: name, name: 'all', status: 'skipped', ms: 0, detail: error.message });
    return undefined;
  }
  const isWire = name === 'wire';
  const run = new GroupRun({
    client: { name, launch },
    target,
    processCount: isWire ? WIRE_PROCESSES : options.processes,
    membersPerProcess: isWire ? Math.ceil(options.wireMembers / WIRE_PROCESSES) : 1,
    partitionCount: isWire ? options.wireMembers : options.partitions,
    isReading: !isWire,
    run: String(began % 1_000_000),
    logDir,
  });
  try {
    await run.run((phase) => add({ client: name, name: phase.name, status: 'passed', ...described(phase) }));
  } catch (error) {
    console.error(inspect(error));
    const detail = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
    add({ client: name, name: 'the run', status: 'failed', ms: Date.now() - began, detail });
  }
  const outcome = judge(name, run);
  const problems = [
    ...outcome.overlaps.map(
      ({ partition, members, ms }) => `partition ${partition} had two owners for ${ms} ms: ${members.join(' and ')}`,
    ),
    ...(outcome.skipped.length === 0
      ? []
      : [`${outcome.skipped.length} records skipped, such as ${JSON.stringify(outcome.skipped[0])}`]),
  ];
  const remark = `${outcome.read} records read, ${outcome.repeated} again; ${outcome.losses} partitions lost, ${outcome.stale} times taken from a member that had not heard`;
  add({
    client: name,
    name: 'its history',
    status: problems.length === 0 ? 'passed' : 'failed',
    ms: Date.now() - began,
    detail: problems.length === 0 ? remark : `${problems.slice(0, 5).join('; ')}; ${remark}`,
  });
  return outcome;
}

async function prepare(name: GroupClientName): Promise<Launch> {
  if (name === 'wire') {
    const program = join(PROGRAMS_DIR, 'wire', 'main.ts');
    return { command: process.execPath, args: ['--conditions=@millrace/source', program] };
  }
  const { command, args, env } = await CLIENTS[name].prepare();
  return { command, args: [...args, 'groups'], ...(env === undefined ? {} : { env }) };
}

function judge(client: GroupClientName, { history, phases, version }: GroupRun): ClientOutcome {
  const { real, stale } = history.overlaps();
  return {
    client,
    version,
    phases,
    overlaps: real,
    stale: stale.length,
    skipped: history.skipped(),
    losses: history.losses,
    read: history.readCount,
    repeated: history.repeatedCount(),
  };
}

function described({ fromMs, toMs, pausesMs }: PhaseOutcome): Pick<CaseResult, 'ms' | 'detail'> {
  const sorted = pausesMs.toSorted((left, right) => left - right);
  return {
    ms: toMs - fromMs,
    detail: `pauses: ${sorted[sorted.length >> 1] ?? 0} ms (median of partitions), ${sorted.at(-1) ?? 0} ms (longest)`,
  };
}
