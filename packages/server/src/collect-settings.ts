/**
 * What the broker is to run with, put together from file, environment and flags.
 *
 * Invariants: the later source wins, also where two names say the same (`--data-dir` and `log.dirs`); every entry's origin is kept,
 *   so that a wrong one can be found.
 * Not here: what a broker setting may hold (@millrace/broker).
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LOG_LEVELS, MillraceError, messageOf, type LogLevel } from '@millrace/base';
import { BROKER_CONFIG_KEYS } from '@millrace/broker';
import { UsageError, type CommandLine, type ProcessFlag } from './command-line.ts';
import { environmentName, settingsFromEnvironment } from './environment.ts';
import { parseSettingsFile } from './settings-file.ts';

export interface Settings {
  readonly port: number;
  readonly host: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly opsPort: number;
  readonly opsHost: string;
  readonly logLevel: LogLevel;
  /** By Kafka key. Has `listeners` only when somebody set it; then `port` and `host` mean nothing. */
  readonly config: ReadonlyMap<string, string>;
  /** Where each entry of `config` came from. */
  readonly origins: ReadonlyMap<string, string>;
}

const DEFAULTS: Readonly<Record<ProcessFlag, string>> = {
  port: '9092',
  host: '127.0.0.1',
  'data-dir': './data',
  'ops-port': '9644',
  'ops-host': '127.0.0.1',
  'log-level': 'info',
};

/** Flags of the process that are broker settings as well, so that a file can hold them and clients are shown what holds. */
const KEYS_OF_FLAGS: ReadonlyMap<ProcessFlag, string> = new Map([
  ['ops-port', 'millrace.ops.port'],
  ['ops-host', 'millrace.ops.host'],
  ['log-level', 'millrace.log.level'],
]);

const PORT_MAX = 65_535;

/** One source of settings; the weakest comes first. */
interface Layer {
  readonly settings: ReadonlyMap<string, string>;
  readonly process: ReadonlyMap<ProcessFlag, string>;
  /** How the source spells a setting of the broker, or a flag of the process. */
  readonly originOf: (key: string) => string;
  readonly flagName: (flag: ProcessFlag) => string;
}

/**
 * @throws {UsageError} for values of the process's own flags that cannot be
 * @throws {MillraceError} MILLRACE_SERVER_CONFIG_FILE, MILLRACE_SERVER_UNKNOWN_VARIABLE
 */
export async function collectSettings(
  line: CommandLine,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Settings> {
  const { configFile } = line;
  const layers: Layer[] = [
    {
      settings: configFile === undefined ? new Map() : await readSettingsFile(configFile),
      process: new Map(),
      originOf: () => `file ${configFile ?? ''}`,
      flagName: asFlag,
    },
    {
      ...settingsFromEnvironment(environment, BROKER_CONFIG_KEYS),
      originOf: (key) => `environment variable ${environmentName(key)}`,
      flagName: environmentName,
    },
    { settings: line.settings, process: line.process, originOf: () => 'command line', flagName: asFlag },
  ];
  const config = new Map<string, string>();
  const origins = new Map<string, string>();
  const process = new Map<ProcessFlag, FlagValue>();
  let dataDir = DEFAULTS['data-dir'];
  for (const layer of layers) {
    for (const [key, value] of layer.settings) {
      config.set(key, value);
      origins.set(key, layer.originOf(key));
    }
    for (const [flag, key] of KEYS_OF_FLAGS) {
      const text = layer.settings.get(key);
      if (text !== undefined) process.set(flag, { text, name: key });
    }
    for (const [flag, text] of layer.process) {
      const name = layer.flagName(flag);
      process.set(flag, { text, name });
      const key = KEYS_OF_FLAGS.get(flag);
      if (key === undefined) continue;
      config.set(key, text);
      origins.set(key, name);
    }
    dataDir = dataDirIn(layer) ?? dataDir;
  }
  const listening = process.get('port') ?? process.get('host');
  if (config.has('listeners') && listening !== undefined) {
    const origin = origins.get('listeners') ?? '';
    throw new UsageError(`${listening.name} says the same as the setting listeners (${origin}): give one or the other`);
  }
  const valueOf = (flag: ProcessFlag): FlagValue => process.get(flag) ?? { text: DEFAULTS[flag], name: asFlag(flag) };
  return {
    port: parsePort(valueOf('port')),
    host: requireText(valueOf('host')),
    dataDir: resolve(dataDir),
    opsPort: parsePort(valueOf('ops-port')),
    opsHost: requireText(valueOf('ops-host')),
    logLevel: parseLogLevel(valueOf('log-level')),
    config,
    origins,
  };
}

/** The folder that a source names, by our word or by Kafka's. */
function dataDirIn({ settings, process, originOf, flagName }: Layer): string | undefined {
  const own = process.get('data-dir');
  if (own !== undefined) return requireText({ text: own, name: flagName('data-dir') });
  const key = settings.has('log.dirs') ? 'log.dirs' : 'log.dir';
  const value = settings.get(key)?.trim();
  if (value === undefined) return undefined;
  if (value === '' || (key === 'log.dirs' && value.includes(','))) {
    throw new UsageError(`${key} "${value}" (${originOf(key)}): name exactly one folder, there is one journal`);
  }
  return value;
}

interface FlagValue {
  readonly text: string;
  /** As the user spelled it. */
  readonly name: string;
}

function asFlag(flag: ProcessFlag): string {
  return `--${flag}`;
}

function requireText({ text, name }: FlagValue): string {
  if (text.trim() === '') throw new UsageError(`${name} is empty: give a value or leave it out`);
  return text;
}

function parsePort({ text, name }: FlagValue): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : PORT_MAX + 1;
  if (port > PORT_MAX) {
    throw new UsageError(`${name} "${text}" is not a port: give a whole number from 0 (a free one) to ${PORT_MAX}`);
  }
  return port;
}

function parseLogLevel({ text, name }: FlagValue): LogLevel {
  const level = LOG_LEVELS.find((each) => each === text);
  if (level === undefined) throw new UsageError(`${name} "${text}" is not one of ${LOG_LEVELS.join(', ')}`);
  return level;
}

async function readSettingsFile(path: string): Promise<Map<string, string>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new MillraceError('MILLRACE_SERVER_CONFIG_FILE', `cannot read settings from ${path}: ${reasonOf(cause)}`, {
      cause,
      details: { path },
    });
  }
  return parseSettingsFile(path, text);
}

function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'it is a directory';
    case 'EACCES':
      return 'no permission';
    default:
      return messageOf(error);
  }
}
