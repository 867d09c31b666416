import { brokersCommand } from './brokers-command.ts';
import { cleanerCommand } from './cleaner-command.ts';
import { clientsCommand } from './clients-command.ts';
import { connectCommand } from './connect-command.ts';
import { embeddedCommand } from './embedded-command.ts';
import { profileCommand } from './profile-command.ts';
import { recordsCommand } from './records-command.ts';

/** Each command measures one part, and owns one section of docs/performance.md. */
const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  records: recordsCommand,
  brokers: brokersCommand,
  profile: profileCommand,
  embedded: embeddedCommand,
  clients: clientsCommand,
  cleaner: cleanerCommand,
  connect: connectCommand,
};

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) {
  process.stderr.write(`usage: main.ts <${Object.keys(COMMANDS).join(' | ')}> [options]; see tools/bench/README.md\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await command(args).catch((error: NodeJS.ErrnoException) => {
    if (error.code?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
    process.stderr.write(`${name}: ${error.message}; see tools/bench/README.md\n`);
    return 2;
  });
}
