import { parseArgs } from 'node:util';
import { describeMachine, today } from './brokers/machine.ts';
import { writeSection } from './figures-section.ts';
import type { MeasureOptions } from './measure.ts';
import { benchRecords } from './records-bench.ts';
import { floorsMet, reportRecords } from './records-report.ts';

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
    date: today(),
    machine,
    command: 'node --conditions=@millrace/source tools/bench/src/main.ts records --write',
    rounds: options.rounds,
  });
  process.stdout.write(`${report}\n`);
  if (values.write) await writeSection('records', report);
  return floorsMet(figures) ? 0 : 1;
}
