import { isUtf8 } from 'node:buffer';
import type { Command } from 'commander';
import type { Output } from '../../output.ts';
import { logCommand, selectionOf, type LogOptions } from './log-options.ts';
import { ItemPrinter } from './print-item.ts';

interface DumpLogOptions extends LogOptions {
  readonly records: boolean;
}

export function dumpLogCommand(output: Output): Command {
  return logCommand(
    'dump',
    'print checkpoints, journal groups, batches and records',
    'Print what the files hold, in their order: checkpoints, journal groups with their entries, segments with their\n' +
      'batches, and the records of each. Journal files are used again, so older groups may stand behind newer ones.\n' +
      'With --json, one object a line; keys and values that are no text are {"base64": "..."}.',
  )
    .option('--no-records', 'leave out the records of batches')
    .action(async (options: DumpLogOptions) => {
      const { dumpDirectory } = await import('@millrace/storage-local/inspect');
      const selection = await selectionOf(options);
      const printer = new ItemPrinter(output, selection);
      for await (const item of dumpDirectory({ ...selection, withRecords: options.records })) {
        if (options.json) output.line(JSON.stringify(item, plain));
        else printer.print(item);
      }
    });
}

/** Bytes as text where they are; numbers that JSON lacks as text. */
function plain(this: unknown, key: string, value: unknown): unknown {
  // JSON.stringify has asked the buffer for its own form already.
  const original = (this as Record<string, unknown>)[key];
  if (Buffer.isBuffer(original))
    return isUtf8(original) ? original.toString() : { base64: original.toString('base64') };
  return value === Infinity ? 'infinite' : value;
}
