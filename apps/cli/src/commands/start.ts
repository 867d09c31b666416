import { Command } from 'commander';

/** `millrace start`: the broker in this process, with the broker's own flags (it prints its own help). */
export function startCommand(setExitCode: (code: number) => void): Command {
  return new Command('start')
    .summary('run a broker')
    .allowUnknownOption()
    .allowExcessArguments()
    .helpOption(false)
    .action(async (_options: unknown, command: Command) => {
      // The other commands need nothing of the broker and start in half the time without it.
      const { runBroker } = await import('@millrace/server');
      setExitCode(await runBroker(command.args, { commandName: 'millrace start' }));
    });
}
