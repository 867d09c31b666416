/**
 * The way in: every script of the root package.json starts here, on whatever Node (20 or newer) the machine has.
 *
 * Owns: the order "right flags → right dependencies → right Node → the command".
 * Invariants: nothing is written to stdout (it belongs to the command); when everything is in place nothing is printed
 * at all. No dependency outside this folder, no syntax that Node 20 does not know.
 * Not here: what each command runs (lib/commands.mjs), how it is supervised (lib/launch.mjs).
 */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

async function main(argv) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) {
    say(`Node ${process.versions.node} is too old to set this project up; install Node 20 or newer (24 is best)`);
    return 1;
  }
  // Loaded late: on a Node that is too old these files would only produce a syntax error instead of the line above.
  const { COMMANDS, usage } = await import('./lib/commands.mjs');
  const { explainSwallowedFlags } = await import('./lib/swallowed-flags.mjs');
  const { SetupError, ensureReady } = await import('./lib/ready.mjs');
  const { launch } = await import('./lib/launch.mjs');

  const [name, ...args] = argv;
  const command = name === undefined ? undefined : COMMANDS[name];
  if (command === undefined) {
    for (const line of usage(name)) say(line);
    return 2;
  }
  const explanation = explainSwallowedFlags({ name, command, args, env: process.env });
  if (explanation !== undefined) {
    for (const line of explanation) say(line);
    return 2;
  }
  try {
    const { nodePath } = await ensureReady({ root, say });
    return await launch({ root, nodePath, command, args, say });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    return 1;
  }
}

function say(line) {
  process.stderr.write(`millrace setup: ${line}\n`);
}

// process.exitCode rather than exit(): stderr may be a pipe that is still draining.
process.exitCode = await main(process.argv.slice(2));
