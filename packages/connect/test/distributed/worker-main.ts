/** A distributed worker as a process of its own, for tests that kill it: its settings are the first argument, as JSON. */
import { messageOf, type Logger } from '@millrace/base';
import { startDistributed } from '../../src/run/distributed.ts';

const properties = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;

function tell(message: string, fields?: object): void {
  process.stderr.write(`${message} ${JSON.stringify(fields ?? {})}\n`);
}

const log: Logger = { debug: () => undefined, info: tell, warn: tell, error: tell, child: () => log };

process.on('unhandledRejection', (error) => tell('unhandled rejection', { error: messageOf(error) }));
const worker = await startDistributed({ properties, log });
process.on('SIGTERM', () => {
  void worker[Symbol.asyncDispose]().then(() => process.exit(0));
});
process.stdout.write(`ready ${worker.url}\n`);
