#!/usr/bin/env node
/** The Connect worker's process. Node's version is checked before anything that needs it is loaded. */
import { availableParallelism } from 'node:os';

const NODE_MAJOR_MIN = 24;
/** Come along with the worker; others are found in `plugin.path`, and among the dependencies of the folder it is started in. */
const CONNECTORS = ['@millrace/connector-postgres', '@millrace/connector-redis', '@millrace/connector-s3'];

/** Of each task's thread: most of what it reads is garbage with the next batch. */
const YOUNG_SPACE_MB = 2;

async function main(): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) {
    process.stderr.write(
      `millrace-connect: Node ${process.versions.node} is too old, ${String(NODE_MAJOR_MIN)} or newer is needed\n`,
    );
    process.exitCode = 1;
    return;
  }
  const { becomeLean } = await import('@millrace/connect/lean-process');
  becomeLean(availableParallelism(), YOUNG_SPACE_MB);
  const { fileURLToPath } = await import('node:url');
  const { runConnect } = await import('@millrace/connect');
  const bundled = { folder: fileURLToPath(new URL('..', import.meta.url)), names: CONNECTORS };
  // exit(), because a plugin's stray handle must not keep a worker alive that has stopped.
  process.exit(await runConnect(process.argv.slice(2), { bundled, projects: [process.cwd()] }));
}

void main();
