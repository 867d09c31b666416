#!/usr/bin/env node
/** The broker process. Node's version is checked before anything that needs it is loaded. */
import { availableParallelism } from 'node:os';

const NODE_MAJOR_MIN = 24;

async function main(): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) {
    process.stderr.write(
      `millrace: Node ${process.versions.node} is too old, ${String(NODE_MAJOR_MIN)} or newer is needed; "npm start" brings its own\n`,
    );
    process.exitCode = 1;
    return;
  }
  const { becomeLean } = await import('@millrace/server/lean-process');
  becomeLean(availableParallelism());
  const { runBroker } = await import('@millrace/server');
  // exit(), because a library's stray handle must not keep a broker alive that has closed its data.
  process.exit(await runBroker(process.argv.slice(2)));
}

void main();
