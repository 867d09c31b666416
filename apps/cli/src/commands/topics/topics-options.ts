import { Command, InvalidArgumentError } from 'commander';
import { TopicAdmin } from '@millrace/sdk';

export interface TopicsOptions {
  readonly bootstrapServer: string;
  readonly json?: true;
}

/** A subcommand of `millrace topics` with the options that all of them share. */
export function topicsCommand(name: string, summary: string): Command {
  return new Command(name)
    .summary(summary)
    .description(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`)
    .option('-b, --bootstrap-server <host:port,...>', 'brokers to ask first', '127.0.0.1:9092')
    .option('--json', 'print JSON');
}

/** Runs `use` with an admin client that is closed afterwards. */
export async function withAdmin<T>(options: TopicsOptions, use: (admin: TopicAdmin) => Promise<T>): Promise<T> {
  await using admin = new TopicAdmin({ brokers: options.bootstrapServer.split(',') });
  return await use(admin);
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1_000_000)
    throw new InvalidArgumentError('it must be a whole number from 1');
  return count;
}

/** Collects repeated `key=value` options. */
export function collectPair(text: string, pairs: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('it must be key=value');
  return new Map(pairs).set(text.slice(0, equals), text.slice(equals + 1));
}

/** Collects a repeated option. */
export function collectName(text: string, names: readonly string[] = []): readonly string[] {
  return [...names, text];
}
