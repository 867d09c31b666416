import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { CASES } from './cases.ts';
import { ClientRun } from './client-run.ts';
import { CLIENTS } from './client.ts';
import { compareCompaction } from './compaction/compare.ts';
import { readDifferences, renderDocs } from './docs.ts';
import { parseOptions, USAGE, UsageError, type Options, type TargetSpec } from './options.ts';
import { REPO_ROOT } from './paths.ts';
import { endAll } from './processes.ts';
import { count, updated, type CaseResult, type TargetResults } from './results.ts';
import { readSemantics } from './semantics.ts';
import { readServedApis, type ServedApi } from './served-apis.ts';
import { createTarget, type Target } from './target.ts';
import { MissingToolchain } from './toolchain.ts';

const MARK = { passed: 'pass', failed: 'FAIL', skipped: 'SKIP' } as const;

function report(target: string, result: CaseResult): void {
  const line = `${target.padEnd(9)} ${result.client.padEnd(12)} ${result.name.padEnd(22)} ${MARK[result.status]} ${String(result.ms).padStart(6)} ms`;
  console.log(result.detail === '' ? line : `${line}  ${result.detail}`);
}

async function runClients(target: Target, options: Options, outDir: string, found: TargetResults): Promise<void> {
  const runId = `c${Date.now().toString(36)}`;
  for (const name of options.clients) {
    const client = CLIENTS[name];
    const onResult = (result: CaseResult): void => {
      found.results.push(result);
      report(target.name, result);
    };
    try {
      const run = new ClientRun({
        client: name,
        launch: await client.prepare(),
        target,
        runId: `${runId}-${name}`,
        interopTopic: `${runId}-interop`,
        cases: options.cases,
        logFile: join(outDir, `${target.name.replaceAll(/[^\w.-]/g, '_')}-${name}.log`),
        onResult,
      });
      await target.takeRequests?.();
      const outcome = await run.run();
      const requests = await target.takeRequests?.();
      found.clients[name] = { version: outcome.version, cases: outcome.offered, ...(requests && { requests }) };
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      onResult({
        client: name,
        name: '(all)',
        status: error instanceof MissingToolchain ? 'skipped' : 'failed',
        ms: 0,
        detail,
      });
    }
  }
}

async function runTarget(spec: TargetSpec, options: Options, outDir: string): Promise<TargetResults> {
  const workDir = mkdtempSync(join(tmpdir(), 'conformance-run-'));
  const target = createTarget(spec, workDir, outDir);
  const found = { clients: {}, results: [] as CaseResult[] };
  const results: TargetResults = {
    target: target.name,
    version: '',
    date: new Date().toISOString().slice(0, 10),
    command: ['npm run conformance', ...(process.argv.length > 2 ? ['--'] : []), ...process.argv.slice(2)].join(' '),
    ...found,
  };
  let served: ServedApi[] | undefined;
  try {
    await target.start();
    console.log(`# ${target.name} ${target.version()} at ${target.bootstrap()}`);
    served = await readServedApis(target.bootstrap());
    await runClients(target, options, outDir, results);
    await target.stop();
    rmSync(workDir, { recursive: true, force: true });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const failed = { client: '(broker)', name: 'start and stop', status: 'failed', ms: 0, detail } as const;
    results.results.push(failed);
    report(target.name, failed);
    console.log(`# the broker's files are kept in ${workDir}`);
    await target.stop().catch(() => undefined);
  }
  return { ...results, version: target.version(), ...(served && { served }) };
}

function resultsFile(outDir: string, target: string): string {
  return join(outDir, `${target.replaceAll(/[^\w.-]/g, '_')}.json`);
}

function readResults(outDir: string, target: string): TargetResults | undefined {
  try {
    return JSON.parse(readFileSync(resultsFile(outDir, target), 'utf8')) as TargetResults;
  } catch {
    return undefined;
  }
}

async function writeDocs(outDir: string): Promise<void> {
  const read = (target: string): TargetResults | undefined => readResults(outDir, target);
  const file = join(REPO_ROOT, 'docs', 'conformance.md');
  mkdirSync(join(REPO_ROOT, 'docs'), { recursive: true });
  const page = renderDocs(read('millrace'), read('reference'), readDifferences(), readSemantics());
  writeFileSync(file, await format(page, { ...(await resolveConfig(file)), parser: 'markdown' }));
  console.log(`# wrote ${file}`);
}

async function main(): Promise<number> {
  if (process.argv[2] === 'compaction') return compareCompaction(process.argv.slice(3));
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help' || options === 'list') {
    console.log(options === 'help' ? USAGE : CASES.map((one) => `${one.name.padEnd(22)} ${one.shows}`).join('\n'));
    return 0;
  }
  const outDir = options.resultsDir ?? join(REPO_ROOT, '.millrace', 'conformance');
  mkdirSync(outDir, { recursive: true });
  const all: CaseResult[] = [];
  for (const spec of options.targets) {
    const results = await runTarget(spec, options, outDir);
    const file = resultsFile(outDir, results.target);
    const earlier = options.update ? readResults(outDir, results.target) : undefined;
    const kept = earlier === undefined ? results : updated(earlier, results);
    writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`);
    console.log(`# results in ${file}`);
    all.push(...results.results);
  }
  if (options.writeDocs) await writeDocs(outDir);
  const counts = count(all);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    endAll();
    process.exit(1);
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof UsageError) console.error(USAGE);
  process.exitCode = error instanceof UsageError ? 2 : 1;
} finally {
  endAll();
}
