/** Commands that talk to a Connect worker: the options that all of them share. */
import { Command, Option } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { certificateOptions, wrongUsage } from '../cluster/cluster-command.ts';
import { parseDuration } from '../commands/option-parsers.ts';
import { ConnectClient } from './connect-client.ts';
import { workerTls } from './worker-tls.ts';

const WORKER_OPTIONS_HEADING = 'Which worker:';
const DEFAULT_URL = 'http://127.0.0.1:8083';

export interface WorkerOptions {
  readonly url?: string;
  readonly timeout: number;
  readonly profile?: string;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
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
  const profile = new Option('--profile <name>', 'certificates for https from ~/.config/millrace/profiles.yaml');
  for (const option of [profile, ...certificateOptions()]) command.addOption(option.helpGroup(WORKER_OPTIONS_HEADING));
  command.optionsGroup('Options:');
  const lines = examples.map((example) => `  ${example}`).join('\n');
  return command.addHelpText('after', `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${lines}`);
}

export async function clientOf(context: CliContext, options: WorkerOptions): Promise<ConnectClient> {
  const { environment, signal } = context;
  const named = options.url ?? environment['MILLRACE_CONNECT_URL'];
  const url = urlOf(named === undefined || named === '' ? DEFAULT_URL : named);
  return new ConnectClient({
    url,
    tls: await workerTls(url, options, environment),
    timeoutMs: options.timeout,
    signal,
  });
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw wrongUsage(`the URL of a worker is like http://127.0.0.1:8083; "${text}" is none`);
}
