/**
 * What each command runs, as arguments for Node, seen from the root of the workspace.
 *
 * `flags` are the long options that npm would swallow when `--` is forgotten (see swallowed-flags.mjs), `switches` those
 * of them that take no value, `letters` the short options; `takesWords: false` says that the command has flags only.
 * `cwd: 'user'` starts the command where the user stands, so that relative paths mean what the user typed;
 * everything else runs at the root.
 */
const SOURCE = '--conditions=@millrace/source';

const BROKER_FLAGS = [
  'port',
  'host',
  'data-dir',
  'ops-port',
  'ops-host',
  'node-id',
  'config',
  'set',
  'log-level',
  'repair',
];

/** Of the command line: those without a value, and those with one. */
const CLI_SWITCHES = [
  'validate-only',
  'internal',
  'json',
  'records',
  'from-beginning',
  'exit',
  'idempotent',
  'quiet',
  'all',
  'docs',
  'to-earliest',
  'to-latest',
  'execute',
  'dry-run',
  'force',
  'update',
  'watch',
  'only-failed',
  'without-tasks',
  'reset',
];
const CLI_FLAGS = [
  'bootstrap-server',
  'partitions',
  'replication-factor',
  'delete-config',
  'topic',
  'partition',
  'offset',
  'from',
  'group',
  'count',
  'format',
  'isolation',
  'at',
  'file',
  'key',
  'throughput',
  'linger',
  'compression',
  'acks',
  'unset',
  'append',
  'subtract',
  'state',
  'type',
  'to-offset',
  'to-time',
  'shift-by',
  'from-file',
  'idle',
  'size',
  'keys',
  'batch-bytes',
  'before',
  'start-offset',
  'open-longer-than',
  'url',
  'name',
  'interval',
  'task',
];

/**
 * @typedef {{ summary: string, nodeArgs?: string[], cwd?: 'user' | 'root', what: string, readsInput?: boolean, stopIsSuccess?: boolean,
 *   flags: string[], switches?: string[], letters?: string[], takesWords?: boolean }} Command
 */

export const COMMANDS = {
  start: {
    summary: 'run the broker',
    nodeArgs: [SOURCE, 'apps/broker/src/main.ts'],
    cwd: 'user',
    what: 'the broker',
    stopIsSuccess: true,
    flags: BROKER_FLAGS,
    switches: ['repair'],
    // The broker has none; npm must not hide that.
    letters: ['c', 'p'],
    takesWords: false,
  },
  demo: {
    summary: 'replay a real data set through the broker and check that nothing was lost',
    // kafkajs computes negative timeouts, of which Node 24 warns.
    nodeArgs: [SOURCE, '--disable-warning=TimeoutNegativeWarning', 'tools/demo/src/main.ts'],
    cwd: 'user',
    what: 'the demo',
    flags: ['events', 'pace'],
    takesWords: false,
  },
  connect: {
    summary: 'run a Connect worker with the connectors of this workspace',
    nodeArgs: [SOURCE, 'apps/connect/src/main.ts'],
    cwd: 'user',
    what: 'the Connect worker',
    stopIsSuccess: true,
    flags: ['log-level', 'set'],
  },
  'demo:connect': {
    summary: 'Postgres to topics to S3 and Redis, and back to compare',
    nodeArgs: [SOURCE, 'tools/demo/src/connect/main.ts'],
    cwd: 'user',
    what: 'the demo',
    flags: ['flights', 'pace', 'kill'],
    switches: ['kill'],
    takesWords: false,
  },
  test: {
    summary: 'all tests that need no other toolchain',
    nodeArgs: ['tools/setup/test-all.mjs'],
    cwd: 'root',
    what: 'the test run',
    flags: ['part', 'skip-cache'],
    switches: ['skip-cache'],
  },
  conformance: {
    summary: 'clients of other projects against the broker',
    nodeArgs: [SOURCE, 'tools/conformance/src/main.ts'],
    cwd: 'user',
    what: 'the conformance run',
    // `seeds` of `conformance compaction`.
    flags: ['target', 'client', 'case', 'results-dir', 'write-docs', 'update', 'list', 'seeds'],
    switches: ['write-docs', 'update', 'list'],
  },
  chaos: {
    summary: 'kill -9 of the broker under clients of other projects',
    nodeArgs: [SOURCE, 'tools/conformance/src/chaos/main.ts'],
    cwd: 'user',
    what: 'the chaos run',
    flags: [
      'kills',
      'seed',
      'client',
      'durability',
      'rate',
      'results-dir',
      // Of `chaos groups`.
      'target',
      'members',
      'partitions',
      'wire-members',
      'write',
    ],
    switches: ['write'],
  },
  soak: {
    summary: 'transactions under kills, zombies and lost answers, for hours',
    // kafkajs computes negative timeouts, of which Node 24 warns.
    nodeArgs: [SOURCE, '--disable-warning=TimeoutNegativeWarning', 'tools/soak/src/main.ts'],
    cwd: 'user',
    what: 'the soak run',
    flags: [
      'minutes',
      'seeds',
      'seed',
      'seconds',
      'parallel',
      'workers',
      'client',
      'rate',
      'target',
      'proxy-port',
      'write',
      'results-dir',
      // Of `soak sdk` and `soak connect`.
      'faults',
      'kills',
      'connector',
    ],
    switches: ['write'],
  },
  bench: {
    summary: 'the broker beside Apache Kafka: bench brokers --quick',
    nodeArgs: [SOURCE, 'tools/bench/src/main.ts'],
    cwd: 'root',
    what: 'the benchmark',
    flags: ['quick', 'write', 'only', 'rounds', 'built', 'alone', 'durability'],
    switches: ['quick', 'write', 'built', 'alone'],
  },
  millrace: {
    summary: 'the command line, from source',
    nodeArgs: [SOURCE, 'apps/cli/src/main.ts'],
    cwd: 'user',
    what: 'millrace',
    readsInput: true,
    // Of `start` too; npm calls `--no-records` records.
    flags: [...BROKER_FLAGS, ...CLI_SWITCHES, ...CLI_FLAGS],
    switches: ['repair', ...CLI_SWITCHES],
    letters: ['w', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'k', 'n', 'o', 'p', 'q', 'r', 't', 'z'],
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
