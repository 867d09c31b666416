import type { Command } from 'commander';
import { relative } from 'node:path';
import type { Finding, VerifyReport } from '@millrace/storage-local/inspect';
import type { Output } from '../../output.ts';
import { logCommand, selectionOf, type LogOptions, type Selection } from './log-options.ts';

const EXIT_PROBLEMS = 1;

export function verifyLogCommand(output: Output, setExitCode: (code: number) => void): Command {
  return logCommand(
    'verify',
    'check every CRC, and that journal, segments, indexes and checkpoints agree',
    'Check every CRC, the order of journal groups, and that journal, segments, indexes and checkpoints agree.\n' +
      'Journal and checkpoints are always checked whole; the options choose segments.\n\n' +
      'Exit code: 0 nothing is wrong (notes are what a start puts right), 1 problems, each with file and byte.',
  ).action(async (options: LogOptions) => {
    const { verifyDirectory } = await import('@millrace/storage-local/inspect');
    const selection = await selectionOf(options);
    const report = await verifyDirectory(selection);
    if (options.json) output.line(JSON.stringify(report));
    else printReport(output, report, selection);
    if (problemsOf(report).length > 0) setExitCode(EXIT_PROBLEMS);
  });
}

function problemsOf({ findings }: VerifyReport): readonly Finding[] {
  return findings.filter(({ severity }) => severity === 'problem');
}

function printReport(output: Output, report: VerifyReport, { dataDir, nameOf }: Selection): void {
  for (const { severity, path, position, message } of report.findings) {
    const where = position === undefined ? '' : ` at byte ${position}`;
    output.line(`${severity}: ${relative(dataDir, path)}${where}: ${message}`);
  }
  for (const { topicId, partition, fromOffset, toOffset, readableBytes } of report.lost) {
    const what = `${nameOf({ topicId, partition })} offsets ${fromOffset}..${toOffset}`;
    output.line(`lost with --repair: ${what} (${readableBytes} bytes of them can still be read)`);
  }
  if (report.isChanging) output.line('a broker writes there: verify again once it is stopped to be sure');
  const { counts } = report;
  output.line(
    `read ${some(counts.checkpoints, 'checkpoint')}, ` +
      `${some(counts.journalFiles, 'journal file')} with ${some(counts.groups, 'group')}, ` +
      `${some(counts.segments, 'segment')} of ${some(counts.partitions, 'partition')} ` +
      `with ${some(counts.batches, 'batch', 'batches')}, ` +
      `${some(counts.indexes, 'index', 'indexes')}: ${some(counts.bytes, 'byte')}`,
  );
  if (counts.journalBytes > 0)
    output.line(
      `the newest ${some(counts.journalBytes, 'byte')} of segments were checked in the journal, which covers them`,
    );
  const count = problemsOf(report).length;
  output.line(count === 0 ? 'no problems' : some(count, 'problem'));
}

function some(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
