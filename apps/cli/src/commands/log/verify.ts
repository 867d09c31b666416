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
    `read ${counts.checkpoints} checkpoints, ${counts.journalFiles} journal files with ${counts.groups} groups, ` +
      `${counts.segments} segments of ${counts.partitions} partitions with ${counts.batches} batches, ` +
      `${counts.indexes} indexes: ${counts.bytes} bytes`,
  );
  const count = problemsOf(report).length;
  output.line(count === 0 ? 'no problems' : `${count} ${count === 1 ? 'problem' : 'problems'}`);
}
