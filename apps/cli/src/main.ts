#!/usr/bin/env node
/** The command. Node's version is checked before anything that needs it is loaded. */
const NODE_MAJOR_MIN = 24;

if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) {
  process.stderr.write(
    `millrace: Node ${process.versions.node} is too old, ${String(NODE_MAJOR_MIN)} or newer is needed; see nodejs.org\n`,
  );
  process.exitCode = 1;
} else {
  // `millrace topics list | head -1` is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const argv = process.argv.slice(2);
  if (argv[0] === 'start') (await import('@millrace/server/lean-process')).becomeLean();
  const { runCli } = await import('./run-cli.ts');
  const exitCode = await runCli(argv);
  // A library's stray handle must not keep a broker alive that has closed its data; other commands may still be writing.
  if (argv[0] === 'start') process.exit(exitCode);
  process.exitCode = exitCode;
}

export {};
