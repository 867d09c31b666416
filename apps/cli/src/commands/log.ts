import { Command } from 'commander';
import type { Output } from '../output.ts';
import { dumpLogCommand } from './log/dump.ts';
import { verifyLogCommand } from './log/verify.ts';

export function logGroup(output: Output, setExitCode: (code: number) => void): Command {
  return new Command('log')
    .summary("look into a broker's data directory")
    .description(
      "Look into a broker's data directory: journal, segments and checkpoints.\n\n" +
        'Files are only read and no lock is taken, so the broker may run meanwhile.',
    )
    .addCommand(dumpLogCommand(output))
    .addCommand(verifyLogCommand(output, setExitCode));
}
