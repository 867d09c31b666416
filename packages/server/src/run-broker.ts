/**
 * The broker as a process: settings from all sources, broker and ops port up, one ready line, a clean end on a signal.
 *
 * Invariants: stdout gets the ready line and nothing else; a fatal storage error ends the process with 1 and nothing is acknowledged after it.
 * Bounds: a clean stop takes at most `CLOSE_MS_MAX`; after that the process ends anyway (recovery makes good for it).
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MillraceError, messageOf, type Logger } from '@millrace/base';
import { BROKER_CONFIG_KEYS, createBroker, type Broker } from '@millrace/broker';
import { HELP, parseCommandLine, UsageError, type CommandLine, type ProcessFlag } from './command-line.ts';
import { settingsFromEnvironment } from './environment.ts';
import { OpsServer } from './ops-server.ts';
import { createPinoLogger, LOG_LEVELS } from './pino-logger.ts';
import { PrometheusMetrics } from './prometheus-metrics.ts';
import { parseSettingsFile } from './settings-file.ts';

const VERSION = '0.1.0';
const EXIT_CLEAN = 0;
const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
const CLOSE_MS_MAX = 1_800;
const DEFAULTS: Readonly<Record<ProcessFlag, string>> = {
  port: '9092',
  host: '127.0.0.1',
  'data-dir': './data',
  'ops-port': '9644',
  'ops-host': '127.0.0.1',
  'log-level': 'info',
};

/** Codes that mean "you asked for something that cannot be": exit 2. */
const USAGE_CODES = /^MILLRACE_(SERVER_(USAGE|UNKNOWN_VARIABLE|CONFIG_FILE)|BROKER_CONFIG)/;

/** Runs until a signal or a fatal error; resolves with the exit code. */
export async function runBroker(argv: readonly string[]): Promise<number> {
  const stop = listenForSignals();
  let logger: Logger | undefined;
  try {
    const line = parseCommandLine(argv, BROKER_CONFIG_KEYS);
    if (line.kind !== 'run') {
      process.stdout.write(line.kind === 'help' ? HELP : `${VERSION}\n`);
      return EXIT_CLEAN;
    }
    const settings = await collectSettings(line);
    logger = createPinoLogger(settings.logLevel);
    return await serve(settings, line.repair, logger, stop);
  } catch (error) {
    // One plain line for a person; the structured log has the stack.
    process.stderr.write(`millrace: ${messageOf(error)}\n`);
    if (!MillraceError.is(error)) logger?.error('the broker failed', { error });
    return MillraceError.is(error) && USAGE_CODES.test(error.code) ? EXIT_USAGE : EXIT_FAILURE;
  } finally {
    stop.release();
  }
}

interface Settings {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly opsPort: number;
  readonly opsHost: string;
  readonly logLevel: string;
  readonly config: Readonly<Record<string, string>>;
}

/** File, then environment, then flags: the later one wins. */
async function collectSettings(line: CommandLine): Promise<Settings> {
  const fromFile = line.configFile === undefined ? new Map<string, string>() : await readSettingsFile(line.configFile);
  const environment = settingsFromEnvironment(process.env, BROKER_CONFIG_KEYS);
  const config = new Map([...fromFile, ...environment.settings, ...line.settings]);
  const processSettings = new Map([...environment.process, ...line.process]);
  const valueOf = (flag: ProcessFlag): string => processSettings.get(flag) ?? DEFAULTS[flag];
  const logLevel = valueOf('log-level');
  if (!(LOG_LEVELS as readonly string[]).includes(logLevel)) {
    throw new UsageError(`--log-level ${logLevel} is not one of ${LOG_LEVELS.join(', ')}`);
  }
  if (config.has('listeners') && (processSettings.has('port') || processSettings.has('host'))) {
    throw new UsageError('--port and --host say the same as the setting listeners: give one or the other');
  }
  const logDirs = config.get('log.dirs') ?? config.get('log.dir');
  return {
    port: parsePort('port', valueOf('port')),
    host: valueOf('host'),
    dataDir: resolve(processSettings.get('data-dir') ?? logDirs ?? DEFAULTS['data-dir']),
    opsPort: parsePort('ops-port', valueOf('ops-port')),
    opsHost: valueOf('ops-host'),
    logLevel,
    config: Object.fromEntries(config),
  };
}

async function readSettingsFile(path: string): Promise<Map<string, string>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new MillraceError('MILLRACE_SERVER_CONFIG_FILE', `cannot read settings from ${path}: ${messageOf(cause)}`, {
      cause,
    });
  }
  return parseSettingsFile(path, text);
}

function parsePort(flag: ProcessFlag, text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || text.trim() === '') {
    throw new UsageError(`--${flag} ${text} is not a port: give a whole number from 0 (a free one) to 65535`);
  }
  return port;
}

async function serve(settings: Settings, repair: boolean, logger: Logger, stop: StopSignal): Promise<number> {
  const metrics = new PrometheusMetrics();
  let broker: Broker | undefined;
  let fatal: Error | undefined;
  const ops = new OpsServer({
    host: settings.opsHost,
    port: settings.opsPort,
    metrics,
    notReadyReason: () => {
      if (fatal !== undefined) return `storage failed: ${fatal.message}`;
      if (stop.received !== undefined) return 'stopping';
      return broker === undefined ? 'starting' : undefined;
    },
  });
  try {
    [broker] = await Promise.all([
      createBroker({
        config: settings.config,
        ...('listeners' in settings.config ? {} : { host: settings.host, port: settings.port }),
        dataDir: settings.dataDir,
        repair,
        logger,
        metrics,
      }),
      ops.start(),
    ]);
    const failed = new Promise<void>((resolveFailed) => {
      broker?.onFatal((error) => {
        fatal = error;
        resolveFailed();
      });
    });
    const { host, port } = broker.address;
    const opsAddress = `${printableHost(settings.opsHost)}:${String(ops.port)}`;
    process.stdout.write(
      `millrace ready kafka=${printableHost(host)}:${String(port)} ops=${opsAddress} data=${settings.dataDir}\n`,
    );
    await Promise.race([stop.promise, failed]);
  } finally {
    await closeWithin(CLOSE_MS_MAX, [broker?.close(), ops.close()], logger);
  }
  if (fatal !== undefined) {
    process.stderr.write(`millrace: stopped because nothing could be promised any more: ${messageOf(fatal)}\n`);
    return EXIT_FAILURE;
  }
  logger.info('stopped', { signal: stop.received });
  return EXIT_CLEAN;
}

function printableHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

async function closeWithin(
  timeoutMs: number,
  closing: readonly (Promise<void> | undefined)[],
  logger: Logger,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolveLate) => {
    timer = setTimeout(() => resolveLate('late'), timeoutMs);
  });
  const outcome = await Promise.race([Promise.allSettled(closing), late]);
  clearTimeout(timer);
  if (outcome === 'late') logger.warn('closing took too long; the next start recovers from the journal', { timeoutMs });
  else
    for (const result of outcome)
      if (result.status === 'rejected') logger.error('closing failed', { error: result.reason as unknown });
}

interface StopSignal {
  readonly promise: Promise<void>;
  readonly received: NodeJS.Signals | undefined;
  release(): void;
}

/** Installed before anything is opened, so that a signal during start-up ends in an orderly way as well. */
function listenForSignals(): StopSignal {
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];
  let received: NodeJS.Signals | undefined;
  const { promise, resolve: resolveStop } = Promise.withResolvers<void>();
  const onSignal = (signal: NodeJS.Signals): void => {
    received = signal;
    resolveStop();
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
