/**
 * The worker as a process: settings from files, one ready line, a clean end on a signal.
 *
 * Invariants: stdout gets the ready line and nothing else; a signal is obeyed at any time, also while the worker starts.
 * Bounds: tasks end within `task.shutdown.graceful.timeout.ms`; a second signal ends the process at once.
 */
import { LOG_LEVELS, MillraceError, messageOf, systemClock, type Logger, type LogLevel } from '@millrace/base';
import { BUILT_IN_VERSION } from '../built-in-version.ts';
import { readConnectorFile, readPropertiesFile } from '../herder/properties-file.ts';
import type { BundledPackages } from '../plugins/plugin-discovery.ts';
import type { ConnectProcess } from './connect-process.ts';
import { startDistributed } from './distributed.ts';
import { jsonLogger } from './json-logger.ts';
import { startStandalone } from './standalone.ts';
import { collectWhenIdle } from '../thread/idle-collection.ts';

const EXIT_CLEAN = 0;
const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

/** What the user has written down wrong: exit 2. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  'MILLRACE_CONNECT_USAGE',
  'MILLRACE_CONNECT_CONFIG_FILE',
  'MILLRACE_CONNECT_INVALID_CONFIG',
]);

const USAGE = `Usage: millrace-connect standalone WORKER.properties [CONNECTOR.properties|CONNECTOR.json …] [options]
       millrace-connect distributed WORKER.properties [options]

Runs a Connect worker. Settings are those of Kafka Connect; REST listens at "listeners", by default http://:8083.

Options:
  --log-level LEVEL   ${LOG_LEVELS.join(', ')} (default info); lines are JSON on stderr
  --set KEY=VALUE     a setting of the worker, over its file; may be repeated
  --version           print the version
  --help              print this
`;

export interface RunConnectOptions {
  /** Folders of packages whose dependencies may be plugins. */
  readonly projects?: readonly string[];
  /** Packages of plugins that come along with the program. */
  readonly bundled?: BundledPackages;
}

interface CommandLine {
  readonly mode: 'standalone' | 'distributed';
  readonly files: readonly string[];
  readonly overrides: Readonly<Record<string, string>>;
  readonly logLevel: LogLevel;
}

/** Runs until a signal; resolves with the exit code. */
export async function runConnect(argv: readonly string[], options: RunConnectOptions = {}): Promise<number> {
  // A reader that goes away must not take the worker along.
  process.stdout.on('error', () => undefined);
  if (argv.includes('--help') || argv.length === 0) {
    process.stdout.write(USAGE);
    return argv.length === 0 ? EXIT_USAGE : EXIT_CLEAN;
  }
  if (argv.includes('--version')) {
    process.stdout.write(`${BUILT_IN_VERSION}\n`);
    return EXIT_CLEAN;
  }
  const stop = stopSignal();
  try {
    const line = parseCommandLine(argv);
    const log = jsonLogger(
      line.logLevel,
      (text) => void process.stderr.write(text),
      () => systemClock.nowMs(),
    );
    endOnBugs(log);
    const starting = start(line, options, log);
    const worker = await Promise.race([starting, stop.promise.then(() => undefined)]);
    if (worker !== undefined) {
      collectWhenIdle();
      process.stdout.write(`millrace-connect ready mode=${line.mode} rest=${worker.url}\n`);
      await stop.promise;
    }
    log.info('stopping', { signal: stop.received });
    // One that still starts is closed as soon as it stands; one that could not start has closed itself.
    const started = await starting.catch(() => undefined);
    await started?.[Symbol.asyncDispose]();
    return EXIT_CLEAN;
  } catch (error) {
    const problems: unknown = MillraceError.is(error) ? error.details['problems'] : undefined;
    const lines = Array.isArray(problems) ? problems.map(String) : [messageOf(error)];
    for (const text of lines) process.stderr.write(`millrace-connect: ${text}\n`);
    return MillraceError.is(error) && USAGE_CODES.has(error.code) ? EXIT_USAGE : EXIT_FAILURE;
  } finally {
    stop.release();
  }
}

async function start(
  { mode, files, overrides }: CommandLine,
  options: RunConnectOptions,
  log: Logger,
): Promise<ConnectProcess> {
  const [workerFile = '', ...connectorFiles] = files;
  const properties = { ...(await readPropertiesFile(workerFile)), ...overrides };
  log.info('starting', { mode, version: BUILT_IN_VERSION, node: process.version });
  if (mode === 'distributed') return startDistributed({ properties, log, ...options });
  const connectors = await Promise.all(connectorFiles.map(readConnectorFile));
  return startStandalone({ properties, log, ...options, connectors });
}

function parseCommandLine(argv: readonly string[]): CommandLine {
  const [mode, ...rest] = argv;
  if (mode !== 'standalone' && mode !== 'distributed')
    throw usage(`"${mode ?? ''}" is neither standalone nor distributed`);
  const files: string[] = [];
  const overrides: Record<string, string> = {};
  let logLevel: LogLevel = 'info';
  for (let index = 0; index < rest.length; index++) {
    const [argument = '', value] = [rest[index], rest[index + 1]];
    if (argument === '--log-level') {
      const level = LOG_LEVELS.find((each) => each === value);
      if (level === undefined) throw usage(`--log-level is "${value ?? ''}": use one of ${LOG_LEVELS.join(', ')}`);
      logLevel = level;
      index++;
    } else if (argument === '--set') {
      const [, key = '', text = ''] = /^([^=]+)=(.*)$/s.exec(value ?? '') ?? [];
      if (key === '') throw usage('--set wants KEY=VALUE');
      overrides[key] = text;
      index++;
    } else if (argument.startsWith('-')) throw usage(`there is no option ${argument}`);
    else files.push(argument);
  }
  if (files.length === 0) throw usage('the file with the settings of the worker is missing');
  if (mode === 'distributed' && files.length > 1) {
    throw usage('a distributed worker gets its connectors over REST: name the file with its settings only');
  }
  return { mode, files, overrides, logLevel };
}

function usage(problem: string): MillraceError {
  return new MillraceError('MILLRACE_CONNECT_USAGE', `${problem}; see millrace-connect --help`);
}

/** A broken invariant must not be served: the process ends, with a log line that tools can read. */
function endOnBugs(log: Logger): void {
  process.on('uncaughtException', (error) => {
    log.error('the worker ends because of a bug in it', { error });
    process.exit(EXIT_FAILURE);
  });
}

interface StopSignal {
  readonly promise: Promise<void>;
  readonly received: NodeJS.Signals | undefined;
  release(): void;
}

function stopSignal(): StopSignal {
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];
  const { promise, resolve } = Promise.withResolvers<void>();
  let received: NodeJS.Signals | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (received !== undefined) process.exit(EXIT_FAILURE);
    received = signal;
    resolve();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    promise,
    get received() {
      return received;
    },
    release: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
