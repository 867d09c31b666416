/**
 * The broker as a process: broker and ops port up, one ready line, a clean end on a signal.
 *
 * Invariants: stdout gets the ready line and nothing else; a fatal storage error ends the process with 1 and nothing is acknowledged
 *   after it; a signal is obeyed at any time, also while the broker starts.
 * Bounds: a clean stop takes at most `CLOSE_MS_MAX`; after that the process ends anyway (recovery makes good for it).
 * Not here: where settings come from (collect-settings.ts).
 */
import { MillraceError, messageOf, type Logger } from '@millrace/base';
import {
  BROKER_CONFIG_KEYS,
  BROKER_VERSION,
  checkBrokerConfig,
  createBroker,
  type Broker,
  type BrokerOptions,
} from '@millrace/broker';
import { collectSettings, type Settings } from './collect-settings.ts';
import { helpText, parseCommandLine } from './command-line.ts';
import { dropStartGarbage } from './lean-process.ts';
import { OpsServer } from './ops-server.ts';
import { createPinoLogger } from './pino-logger.ts';
import { PrometheusMetrics } from './prometheus-metrics.ts';

const EXIT_CLEAN = 0;
const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
const CLOSE_MS_MAX = 1_800;

/** Codes that mean "you asked for something that cannot be": exit 2. */
const USAGE_CODES = /^MILLRACE_(SERVER_(USAGE|UNKNOWN_VARIABLE|CONFIG_FILE)|BROKER_CONFIG)/;

export interface RunBrokerOptions {
  /** How the user called it, for the help text. */
  readonly commandName?: string;
}

/** Runs until a signal or a fatal error; resolves with the exit code. */
export async function runBroker(argv: readonly string[], options: RunBrokerOptions = {}): Promise<number> {
  // A reader that goes away must not take the broker along.
  process.stdout.on('error', () => undefined);
  const stop = listenForSignals();
  let logger: Logger | undefined;
  try {
    const line = parseCommandLine(argv, BROKER_CONFIG_KEYS);
    if (line.kind !== 'run') {
      process.stdout.write(
        line.kind === 'help' ? helpText(options.commandName ?? 'millrace-broker') : `${BROKER_VERSION}\n`,
      );
      return EXIT_CLEAN;
    }
    const settings = await collectSettings(line, process.env);
    logger = createPinoLogger(settings.logLevel);
    endOnBugs(logger);
    const brokerOptions = {
      config: Object.fromEntries(settings.config),
      configOrigins: settings.origins,
      ...(settings.config.has('listeners') ? {} : { host: settings.host, port: settings.port }),
      dataDir: settings.dataDir,
      repair: line.repair,
      logger,
    };
    // Before anything is bound: what is wrong with the settings matters more than a port in use.
    checkBrokerConfig(brokerOptions);
    logger.info('starting', { version: BROKER_VERSION, node: process.version, dataDir: settings.dataDir });
    return await serve(settings, brokerOptions, logger, stop);
  } catch (error) {
    tell(error);
    // The structured log has the stack of what nobody foresaw.
    if (!MillraceError.is(error)) logger?.error('the broker failed', { error });
    return MillraceError.is(error) && USAGE_CODES.test(error.code) ? EXIT_USAGE : EXIT_FAILURE;
  } finally {
    stop.release();
  }
}

/** For a person: one plain line for each thing that is wrong. */
function tell(error: unknown): void {
  const problems: unknown = MillraceError.is(error) ? error.details['problems'] : undefined;
  const lines = Array.isArray(problems) ? problems.map(String) : [messageOf(error)];
  for (const line of lines) process.stderr.write(`millrace: ${line}\n`);
}

async function serve(
  settings: Settings,
  brokerOptions: BrokerOptions,
  logger: Logger,
  stop: StopSignal,
): Promise<number> {
  const metrics = new PrometheusMetrics();
  let broker: Broker | undefined;
  let fatal: Error | undefined;
  let isCleanlyClosed: boolean;
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
  // The ops port comes first: one in use is told before a long recovery, during which it says that the broker lives.
  const starting = ops.start().then(() => createBroker({ ...brokerOptions, metrics }));
  try {
    const started = await Promise.race([starting, stop.promise.then(() => undefined)]);
    if (started !== undefined) {
      broker = started;
      dropStartGarbage();
      const failed = new Promise<void>((resolveFailed) => {
        started.onFatal((error) => {
          fatal = error;
          resolveFailed();
        });
      });
      process.stdout.write(readyLine(started, ops, settings));
      await Promise.race([stop.promise, failed]);
    }
  } finally {
    // A broker that still starts is closed as soon as it stands; one that could not start has closed itself.
    const closingBroker = starting.then(
      (each) => each.close(),
      () => undefined,
    );
    isCleanlyClosed = await closeWithin(CLOSE_MS_MAX, [closingBroker, ops.close()], logger);
  }
  if (fatal !== undefined) {
    process.stderr.write(`millrace: stopped because nothing could be promised any more: ${messageOf(fatal)}\n`);
    return EXIT_FAILURE;
  }
  logger.info('stopped', { signal: stop.received });
  return isCleanlyClosed ? EXIT_CLEAN : EXIT_FAILURE;
}

function readyLine(broker: Broker, ops: OpsServer, settings: Settings): string {
  const { host, port } = broker.address;
  const kafka = `${printableHost(host)}:${port}`;
  return `millrace ready kafka=${kafka} ops=${printableHost(settings.opsHost)}:${ops.port} data=${settings.dataDir}\n`;
}

/** As it stands in front of a port; empty means every address. */
function printableHost(host: string): string {
  if (host === '') return '0.0.0.0';
  return host.includes(':') ? `[${host}]` : host;
}

/** False when something could not be closed. What merely takes too long is left behind: recovery makes good for it. */
async function closeWithin(timeoutMs: number, closing: readonly Promise<void>[], logger: Logger): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolveLate) => {
    timer = setTimeout(() => resolveLate('late'), timeoutMs);
  });
  const outcome = await Promise.race([Promise.allSettled(closing), late]);
  clearTimeout(timer);
  if (outcome === 'late') {
    logger.warn('closing took too long; the next start recovers from the journal', { timeoutMs });
    return true;
  }
  const failures = outcome.filter((result) => result.status === 'rejected');
  for (const { reason } of failures) logger.error('closing failed', { error: reason as unknown });
  return failures.length === 0;
}

/** A broken invariant must not be served: the process ends, with a log line that tools can read. */
function endOnBugs(logger: Logger): void {
  process.on('uncaughtException', (error) => {
    logger.error('the broker ends because of a bug in it', { error });
    process.stderr.write(
      `millrace: ended because of a bug: ${messageOf(error)}; please report it with the log above\n`,
    );
    process.exit(EXIT_FAILURE);
  });
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
