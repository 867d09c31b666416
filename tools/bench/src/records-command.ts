import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { replaceSection } from '@millrace/testing';
import type { MeasureOptions } from './measure.ts';
import { benchRecords } from './records-bench.ts';
import { floorsMet, reportRecords } from './records-report.ts';

const DOCUMENT = join(import.meta.dirname, '../../../docs/performance.md');
const FULL: MeasureOptions = { rounds: 5, roundSeconds: 0.5 };
const QUICK: MeasureOptions = { rounds: 3, roundSeconds: 0.05 };

/** `records [--quick] [--write]`: prints the report; the exit code says whether the floors were met. */
export async function recordsCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
  });
  const options = values.quick ? QUICK : FULL;
  const machine = describeMachine();
  const figures = await benchRecords(options);
  const report = reportRecords(figures, {
    date: new Date().toISOString().slice(0, 10),
    machine,
    command: 'node --conditions=@millrace/source tools/bench/src/main.ts records --write',
    rounds: options.rounds,
  });
  process.stdout.write(`${report}\n`);
  if (values.write) writeFileSync(DOCUMENT, replaceSection(readFileSync(DOCUMENT, 'utf8'), 'bench:records', report));
  return floorsMet(figures) ? 0 : 1;
}

/** Other work on the machine slows even CPU seconds (shared caches, shared cores), so its load belongs to the figures. */
function describeMachine(): string {
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return `${processor}, ${availableParallelism()} cores, load ${load} before the run, Node ${process.versions.node}`;
}
