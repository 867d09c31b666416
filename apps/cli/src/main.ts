#!/usr/bin/env node
/** The command. Node's version is checked before anything that needs it is loaded. */
import { availableParallelism } from 'node:os';

const NODE_MAJOR_MIN = 24;
const EXIT_INTERRUPTED = 130;

if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) {
  process.stderr.write(
    `millrace: Node ${process.versions.node} is too old, ${String(NODE_MAJOR_MIN)} or newer is needed; see nodejs.org\n`,
  );
  process.exitCode = 1;
} else {
  const argv = process.argv.slice(2);
  const isBroker = argv[0] === 'start';
  if (isBroker) (await import('@millrace/server/lean-process')).becomeLean(availableParallelism());
  const interruption = new AbortController();
  // `millrace consume orders | head -1` is no failure: what runs ends in its order, so that a group is left properly.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    interruption.abort(error);
  });
  // The broker sees to its signals itself.
  if (!isBroker) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  const { runCli } = await import('./run-cli.ts');
  const { streamOutput } = await import('./output.ts');
  const exitCode = await runCli(argv, {
    output: streamOutput(process.stdout),
    errorOutput: streamOutput(process.stderr),
    input: () => process.stdin,
    environment: process.env,
    signal: interruption.signal,
    isWatched: process.stderr.isTTY,
    isOutputWatched: process.stdout.isTTY,
  });
  const isUnread = (interruption.signal.reason as NodeJS.ErrnoException | undefined)?.code === 'EPIPE';
  // A library's stray handle must not keep a broker alive that has closed its data; other commands may still be writing.
  if (isBroker) process.exit(exitCode);
  process.exitCode = isUnread ? 0 : exitCode;

  function onSignal(): void {
    if (interruption.signal.aborted) process.exit(EXIT_INTERRUPTED);
    interruption.abort();
  }
}

export {};
