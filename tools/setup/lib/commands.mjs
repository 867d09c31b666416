/**
 * What each command runs, as arguments for Node, seen from the root of the workspace.
 *
 * `flags` are the long options that npm would swallow when `--` is forgotten (see swallowed-flags.mjs).
 * `cwd: 'user'` starts the command where the user stands, so that relative paths mean what the user typed;
 * everything else runs at the root.
 */
const SOURCE = '--conditions=@millrace/source';

export const COMMANDS = {
  start: {
    summary: 'run the broker',
    nodeArgs: [SOURCE, 'apps/broker/src/main.ts'],
    cwd: 'user',
    what: 'the broker',
    stopIsSuccess: true,
    flags: ['port', 'host', 'data-dir', 'ops-port', 'ops-host', 'node-id', 'config', 'set', 'log-level', 'repair'],
  },
  demo: {
    summary: 'replay a real data set through the broker and check that nothing was lost',
    // kafkajs computes negative timeouts, of which Node 24 warns.
    nodeArgs: [SOURCE, '--disable-warning=TimeoutNegativeWarning', 'tools/demo/src/main.ts'],
    cwd: 'user',
    what: 'the demo',
    flags: ['events', 'pace'],
  },
  test: {
    summary: 'all tests that need no other toolchain',
    nodeArgs: ['tools/setup/test-all.mjs'],
    cwd: 'root',
    what: 'the test run',
    flags: ['part', 'skip-cache'],
  },
  conformance: {
    summary: 'clients of other projects against the broker',
    nodeArgs: [SOURCE, 'tools/conformance/src/main.ts'],
    cwd: 'user',
    what: 'the conformance run',
    flags: ['target', 'client', 'case', 'results-dir', 'write-docs', 'list'],
  },
  chaos: {
    summary: 'kill -9 of the broker under clients of other projects',
    nodeArgs: [SOURCE, 'tools/conformance/src/chaos/main.ts'],
    cwd: 'user',
    what: 'the chaos run',
    flags: ['kills', 'seed', 'client', 'durability', 'rate', 'results-dir'],
  },
  bench: {
    summary: 'the broker beside Apache Kafka: bench brokers --quick',
    nodeArgs: [SOURCE, 'tools/bench/src/main.ts'],
    cwd: 'root',
    what: 'the benchmark',
    flags: ['quick', 'write', 'only', 'rounds'],
  },
  millrace: {
    summary: 'the command line, from source',
    nodeArgs: [SOURCE, 'apps/cli/src/main.ts'],
    cwd: 'user',
    what: 'millrace',
    flags: ['bootstrap-server', 'partitions', 'replication-factor', 'config', 'port', 'data-dir', 'ops-port', 'json'],
  },
  ci: {
    summary: 'everything that CI checks',
    nodeArgs: ['tools/setup/ci.mjs'],
    cwd: 'root',
    what: 'the CI run',
    flags: ['part'],
  },
  exec: {
    summary: 'any tool of the workspace under the right Node: exec eslint packages/log',
    nodeArgs: ['tools/setup/exec.mjs'],
    cwd: 'user',
    what: 'the tool',
    flags: [],
  },
  setup: { summary: 'only set up', nodeArgs: undefined, what: 'setup', flags: [] },
};

/** The lines that answer an unknown command. */
export function usage(name) {
  const lines = name === undefined ? ['no command given'] : [`there is no command "${name}"`];
  for (const [key, { summary }] of Object.entries(COMMANDS)) lines.push(`  ${key.padEnd(12)} ${summary}`);
  return lines;
}
