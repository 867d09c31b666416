/** Runs a tool of node_modules/.bin (PATH is set by the bootstrap) with the given arguments and its exit code. */
import { spawn } from 'node:child_process';

const [tool, ...args] = process.argv.slice(2);
if (tool === undefined) {
  process.stderr.write('millrace setup: exec needs the name of a tool, for example: exec eslint packages/log\n');
  process.exitCode = 2;
} else {
  const child = spawn(tool, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  child.once('error', (error) => {
    process.stderr.write(`millrace setup: cannot run ${tool}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.once('exit', (code, signal) => {
    process.exitCode = signal === null ? code : 1;
  });
  // The supervisor signals the whole group; this process only has to outlive the tool.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
}
