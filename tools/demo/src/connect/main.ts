/** `npm run demo:connect`: the exit code is 0 when everything arrived and is equal, 1 when not, 2 for wrong usage. */
import { runConnectDemo } from './connect-demo.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { provideServers } from './services.ts';

/** What has to be built once per machine does not count. */
const TIME_LIMIT_MS = 115_000;
const INTERRUPTED = 130;

async function main(argv: readonly string[]): Promise<number> {
  let options: Options | undefined;
  try {
    options = parseOptions(argv);
  } catch (error) {
    process.stderr.write(`demo:connect: ${messageOf(error)}\n${USAGE}\n`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  try {
    await provideServers((line) => void process.stderr.write(`demo:connect: ${line}\n`));
    setTimeout(() => {
      process.stderr.write(`demo:connect: not done after ${String(TIME_LIMIT_MS / 1_000)} s; giving up\n`);
      process.exit(1);
    }, TIME_LIMIT_MS).unref();
    // Processes of ours are ended when this one exits, not when a signal ends it.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(INTERRUPTED));
    return (await runConnectDemo(options, process.stdout)) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`demo:connect: ${messageOf(error)}\n`);
    return 1;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exitCode = await main(process.argv.slice(2));
