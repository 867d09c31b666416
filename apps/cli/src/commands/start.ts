import { runBroker } from '@millrace/server';
import { Command } from 'commander';

/** `millrace start`: the broker in this process, with the broker's own flags (it prints its own help). */
export function startCommand(setExitCode: (code: number) => void): Command {
  return new Command('start')
    .summary('run a broker')
    .allowUnknownOption()
    .allowExcessArguments()
    .helpOption(false)
    .action(async (_options: unknown, command: Command) => {
      setExitCode(await runBroker(command.args));
    });
}
