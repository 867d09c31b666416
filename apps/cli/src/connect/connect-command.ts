/** Commands that talk to a Connect worker: the options that all of them share. */
import { Command, Option } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { parseDuration } from '../commands/option-parsers.ts';
import { ConnectClient } from './connect-client.ts';

const WORKER_OPTIONS_HEADING = 'Which worker:';
const DEFAULT_URL = 'http://127.0.0.1:8083';

export interface WorkerOptions {
  readonly url?: string;
  readonly timeout: number;
  readonly json?: true;
}

/** A command with the options that name a worker. */
export function workerCommand(name: string, summary: string, examples: readonly string[]): Command {
  const command = new Command(name)
    .summary(summary)
    .description(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`)
    .option('--json', 'print JSON, one value a line');
  command.optionsGroup(WORKER_OPTIONS_HEADING);
  command.addOption(
    new Option(
      '--url <url>',
      `REST of any worker, this one's or Kafka Connect's; with user:password@ when it asks (default: $MILLRACE_CONNECT_URL or ${DEFAULT_URL})`,
    ).helpGroup(WORKER_OPTIONS_HEADING),
  );
  command.addOption(
    new Option('--timeout <time>', 'for one request')
      .default(90_000, '90s')
      .argParser(parseDuration)
      .helpGroup(WORKER_OPTIONS_HEADING),
  );
  command.optionsGroup('Options:');
  const lines = examples.map((example) => `  ${example}`).join('\n');
  return command.addHelpText('after', `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${lines}`);
}

export function clientOf({ environment, signal }: CliContext, { url, timeout }: WorkerOptions): ConnectClient {
  const named = url ?? environment['MILLRACE_CONNECT_URL'];
  return new ConnectClient({
    url: named === undefined || named === '' ? DEFAULT_URL : named,
    timeoutMs: timeout,
    signal,
  });
}
