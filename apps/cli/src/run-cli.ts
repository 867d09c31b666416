import { MillraceError, messageOf } from '@millrace/base';
import { Command, CommanderError } from 'commander';
import type { CliContext } from './cli-context.ts';
import { isInterruption } from './cluster/cluster-command.ts';
import { clusterInfoCommand } from './commands/cluster.ts';
import { completionCommand } from './commands/completion.ts';
import { configsGroup } from './commands/configs.ts';
import { connectGroup } from './commands/connect.ts';
import { consumeCommand } from './commands/consume.ts';
import { groupsGroup } from './commands/groups.ts';
import { logGroup } from './commands/log.ts';
import { offsetsCommand } from './commands/offsets.ts';
import { perfGroup } from './commands/perf.ts';
import { produceCommand } from './commands/produce.ts';
import { startCommand } from './commands/start.ts';
import { topicsGroup } from './commands/topics.ts';
import { transactionsGroup } from './commands/transactions.ts';

const VERSION = '0.1.0';
const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
const EXIT_CODES = '\nExit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted before it was done.';
/** As shells tell of a program that an interrupt ended. */
const EXIT_INTERRUPTED = 130;

/**
 * Runs one command line (without node and script) and resolves with the exit code: 0 done, 1 failed, 2 wrong usage,
 * 130 interrupted before it was done.
 */
export async function runCli(argv: readonly string[], context: Omit<CliContext, 'setExitCode'>): Promise<number> {
  const { errorOutput } = context;
  let exitCode = 0;
  const setExitCode = (code: number): void => void (exitCode = code);
  const program = createProgram({ ...context, setExitCode });

  // Between two attempts nothing else may keep the process alive.
  const alive = setInterval(() => undefined, 2 ** 30);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      // commander has printed help, version or the complaint already, except for errors thrown by actions.
      if (error.code === 'commander.invalidArgument' && !error.message.startsWith('error:'))
        errorOutput.line(`millrace: ${error.message}`);
      return error.exitCode === 0 ? 0 : EXIT_USAGE;
    }
    if (isInterruption(error, context.signal)) {
      errorOutput.line('millrace: interrupted');
      return EXIT_INTERRUPTED;
    }
    errorOutput.line(`millrace: ${describe(error)}`);
    return MillraceError.is(error) && error.code === 'MILLRACE_CLIENT_INVALID_OPTION' ? EXIT_USAGE : EXIT_FAILURE;
  } finally {
    clearInterval(alive);
  }
}

/** Every command, ready to parse. */
export function createProgram(context: CliContext): Command {
  const { output, errorOutput } = context;
  const setExitCode = (code: number): void => context.setExitCode(code);
  const program = new Command('millrace')
    .description('Kafka-compatible event streaming: run a broker, look after topics and data.')
    .version(VERSION)
    // `millrace start --version` is the broker's to answer.
    .enablePositionalOptions()
    .addCommand(startCommand(setExitCode))
    .addCommand(produceCommand(context))
    .addCommand(consumeCommand(context))
    .addCommand(topicsGroup(context))
    .addCommand(groupsGroup(context))
    .addCommand(configsGroup(context))
    .addCommand(offsetsCommand(context))
    .addCommand(transactionsGroup(context))
    .addCommand(clusterInfoCommand(context))
    .addCommand(connectGroup(context))
    .addCommand(perfGroup(context))
    .addCommand(logGroup(output, setExitCode))
    .addCommand(completionCommand(context))
    .addHelpText('after', EXIT_CODES);
  for (const command of everyCommand(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => output.line(text.trimEnd()),
      writeErr: (text) => errorOutput.line(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: /, 'millrace: ')),
    });
  }
  return program;
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return `${error.message}: ${error.errors.map(messageOf).join('; ')}`;
  return messageOf(error);
}

export function* everyCommand(command: Command): Iterable<Command> {
  yield command;
  for (const child of command.commands) yield* everyCommand(child);
}
