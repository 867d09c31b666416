#!/usr/bin/env node
/** The Connect worker's process. Node's version is checked before anything that needs it is loaded. */
const NODE_MAJOR_MIN = 24;

async function main(): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) {
    process.stderr.write(
      `millrace-connect: Node ${process.versions.node} is too old, ${String(NODE_MAJOR_MIN)} or newer is needed\n`,
    );
    process.exitCode = 1;
    return;
  }
  const { fileURLToPath } = await import('node:url');
  const { runConnect } = await import('@millrace/connect');
  // The connectors that come along are dependencies of this package; others are those of the folder that it is started in.
  const projects = [fileURLToPath(new URL('..', import.meta.url)), process.cwd()];
  // exit(), because a plugin's stray handle must not keep a worker alive that has stopped.
  process.exit(await runConnect(process.argv.slice(2), { projects }));
}

void main();
