import { MillraceError, messageOf } from '@millrace/base';
import { Command, CommanderError } from 'commander';
import { logGroup } from './commands/log.ts';
import { startCommand } from './commands/start.ts';
import { topicsGroup } from './commands/topics.ts';
import { stdoutOutput, type Output } from './output.ts';

const VERSION = '0.1.0';
const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

export interface CliOptions {
  readonly output?: Output;
  readonly errorOutput?: Output;
}

/** Runs one command line (without node and script) and resolves with the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function runCli(argv: readonly string[], options: CliOptions = {}): Promise<number> {
  const output = options.output ?? stdoutOutput;
  const errorOutput = options.errorOutput ?? { line: (text) => void process.stderr.write(`${text}\n`) };
  let exitCode = 0;
  const program = new Command('millrace')
    .description('Kafka-compatible event streaming: run a broker, look after topics and data.')
    .version(VERSION)
    // `millrace start --version` is the broker's to answer.
    .enablePositionalOptions()
    .addCommand(startCommand((code) => (exitCode = code)))
    .addCommand(topicsGroup(output))
    .addCommand(logGroup(output, (code) => (exitCode = code)));
  for (const command of everyCommand(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => output.line(text.trimEnd()),
      writeErr: (text) => errorOutput.line(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: /, 'millrace: ')),
    });
  }

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
    errorOutput.line(`millrace: ${describe(error)}`);
    return MillraceError.is(error) && error.code === 'MILLRACE_CLIENT_INVALID_OPTION' ? EXIT_USAGE : EXIT_FAILURE;
  }
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return `${error.message}: ${error.errors.map(messageOf).join('; ')}`;
  return messageOf(error);
}

function* everyCommand(command: Command): Iterable<Command> {
  yield command;
  for (const child of command.commands) yield* everyCommand(child);
}
