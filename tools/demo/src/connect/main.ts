/** `npm run demo:connect`: the exit code is 0 when everything arrived and is equal, 1 when not, 2 for wrong usage. */
import { runConnectDemo } from './connect-demo.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { provideServers } from './services.ts';

/** What has to be built once per machine does not count. */
const TIME_LIMIT_MS = 105_000;
const CLEAN_UP_MS_MAX = 12_000;

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
  const stop = new AbortController();
  try {
    await provideServers((line) => void process.stderr.write(`demo:connect: ${line}\n`));
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
    setTimeout(
      () => stop.abort(new Error(`not done after ${String(TIME_LIMIT_MS / 1_000)} s; giving up`)),
      TIME_LIMIT_MS,
    );
    setTimeout(() => process.exit(1), TIME_LIMIT_MS + CLEAN_UP_MS_MAX);
    return (await runConnectDemo(options, process.stdout, stop.signal)) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`demo:connect: ${messageOf(error)}\n`);
    return 1;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exit(await main(process.argv.slice(2)));
