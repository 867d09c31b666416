/** Commands that talk to a cluster: the options that all of them share, and clients made from those. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { KafkaError, kafka, type Admin, type Kafka } from '@millrace/sdk';
import type { CliContext } from '../cli-context.ts';
import { parseDuration } from '../commands/option-parsers.ts';
import { resolveConnection } from './connection.ts';

export const CLUSTER_OPTIONS_HEADING = 'Which cluster, and how to reach it:';

export interface ClusterOptions {
  readonly bootstrapServer?: string;
  readonly profile?: string;
  readonly clientId?: string;
  readonly timeout: number;
  readonly tls?: true;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsServerName?: string;
  readonly tlsInsecure?: true;
  readonly sasl?: (typeof SASL_MECHANISMS)[number];
  readonly user?: string;
  readonly passwordFile?: string;
  readonly tokenFile?: string;
  readonly json?: true;
}

export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'] as const;

/** A command with the options that name a cluster. */
export function clusterCommand(name: string, summary: string, examples: readonly string[]): Command {
  const command = new Command(name)
    .summary(summary)
    .description(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`)
    .option('--json', 'print JSON, one value a line');
  command.optionsGroup(CLUSTER_OPTIONS_HEADING);
  for (const option of clusterOptions()) command.addOption(option.helpGroup(CLUSTER_OPTIONS_HEADING));
  command.optionsGroup('Options:');
  const lines = examples.map((example) => `  ${example}`).join('\n');
  return command.addHelpText('after', `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${lines}`);
}

function clusterOptions(): Option[] {
  return [
    new Option('-b, --bootstrap-server <host:port,...>', 'brokers to ask first (default: 127.0.0.1:9092)'),
    new Option('--profile <name>', 'settings from ~/.config/millrace/profiles.yaml'),
    new Option('--client-id <id>', "this client's name in the brokers' logs and quotas"),
    new Option('--timeout <time>', 'for one operation with its retries')
      .default(30_000, '30s')
      .argParser(parseDuration),
    new Option('--tls', 'use TLS'),
    ...certificateOptions(),
    new Option('--tls-server-name <name>', 'expect this name in the certificate of brokers'),
    new Option('--tls-insecure', 'accept any certificate: for tests'),
    new Option('--sasl <mechanism>', 'log in').choices(SASL_MECHANISMS),
    new Option('--user <name>', 'user to log in as'),
    new Option('--password-file <file>', 'file that holds the password'),
    new Option('--token-file <file>', 'file that holds the token, for oauthbearer; read anew for each login'),
  ];
}

/** For workers of Connect, too. */
export function certificateOptions(): Option[] {
  return [
    new Option('--tls-ca <file>', 'trust these authorities (PEM) instead of the well-known ones'),
    new Option('--tls-cert <file>', "this client's certificate (PEM), for mutual TLS"),
    new Option('--tls-key <file>', 'the key of that certificate (PEM)'),
  ];
}

/** Runs `use` with a client of the cluster that is closed afterwards. Fails at once when no broker can be reached. */
export async function withKafka<T>(
  context: CliContext,
  options: ClusterOptions,
  use: (kafka: Kafka, admin: Admin) => Promise<T>,
): Promise<T> {
  const connection = await resolveConnection(options, context.environment);
  await using client = kafka(connection);
  const admin = client.admin({ timeoutMs: options.timeout });
  // A wrong address or password shows here, instead of being tried again until the time is over.
  await admin.describeApiVersions({ retry: false, timeoutMs: options.timeout, signal: context.signal });
  return await use(client, admin);
}

/** Runs `use` with an admin client that is closed afterwards. */
export function withAdmin<T>(
  context: CliContext,
  options: ClusterOptions,
  use: (admin: Admin) => Promise<T>,
): Promise<T> {
  return withKafka(context, options, (_kafka, admin) => use(admin));
}

/** For combinations that no single option's parser can judge. */
export function wrongUsage(message: string): InvalidArgumentError {
  return new InvalidArgumentError(message);
}

/** Tells of every failure, after all that went well was told; one by itself is thrown as it is. */
export function throwFailures(failures: readonly unknown[], what: string): void {
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, what);
}

/** Whether `error` is what a command threw because its signal told it to end. */
export function isInterruption(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  return error === signal.reason || (KafkaError.is(error) && error.code === 'MILLRACE_CLIENT_ABORTED');
}
