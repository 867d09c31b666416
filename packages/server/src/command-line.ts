/**
 * The broker's command line: flags to settings. Long names of its own for what people type daily; any Kafka key works as a flag too.
 */
import { MillraceError, nearestName } from '@millrace/base';

export interface CommandLine {
  readonly kind: 'run' | 'help' | 'version';
  /** Path of a settings file (properties or YAML), as typed. */
  readonly configFile: string | undefined;
  /** Settings by Kafka key, in the order typed. */
  readonly settings: ReadonlyMap<string, string>;
  /** What belongs to this process and is no broker setting, by flag name. */
  readonly process: ReadonlyMap<ProcessFlag, string>;
  /** Cut a corrupt journal where it breaks, after saying what is lost. */
  readonly repair: boolean;
}

/** Thrown for a command line that cannot be understood (exit code 2). */
export class UsageError extends MillraceError {
  override readonly name = 'UsageError';

  constructor(message: string) {
    super('MILLRACE_SERVER_USAGE', message);
  }
}

const PROCESS_FLAGS = ['port', 'host', 'data-dir', 'ops-port', 'ops-host', 'log-level'] as const;
export type ProcessFlag = (typeof PROCESS_FLAGS)[number];

const ALIASES: ReadonlyMap<string, string> = new Map([['node-id', 'node.id']]);
const SWITCHES = ['help', 'version', 'repair'] as const;

export function helpText(commandName: string): string {
  return `usage: ${commandName} [flags]

  --port N            Kafka port (default 9092; 0 picks a free one)
  --host ADDRESS      address to bind and to advertise (default 127.0.0.1)
  --data-dir PATH     where data is kept (default ./data, relative to where you stand)
  --ops-port N        port of /health and /metrics (default 9644; 0 picks a free one)
  --ops-host ADDRESS  address of the ops port (default 127.0.0.1)
  --node-id N         node id of this broker (default 1)
  --config FILE       settings file, .properties or .yaml/.yml, with Kafka's keys
  --set KEY=VALUE     any setting by its Kafka key, repeatable; --KEY VALUE works as well
  --log-level LEVEL   trace, debug, info, warn, error or silent (default info)
  --repair            cut a corrupt journal where it breaks, after listing what is lost
  --version, --help

Settings come from the file, then MILLRACE_… environment variables (log.retention.ms is MILLRACE_LOG_RETENTION_MS),
then flags; the later one wins. Exit codes: 0 clean, 1 failure, 2 wrong usage.
`;
}

/**
 * @param knownKeys every Kafka key that is a setting (so that `--log.retention.ms 1000` works)
 * @throws {UsageError} naming the flag and the nearest valid one
 */
export function parseCommandLine(argv: readonly string[], knownKeys: ReadonlySet<string>): CommandLine {
  const settings = new Map<string, string>();
  const process = new Map<ProcessFlag, string>();
  let configFile: string | undefined;
  let kind: CommandLine['kind'] = 'run';
  let repair = false;

  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    if (!argument.startsWith('--')) {
      throw new UsageError(`unexpected argument "${argument}": every setting is a flag, see --help`);
    }
    const equals = argument.indexOf('=');
    const name = equals < 0 ? argument.slice(2) : argument.slice(2, equals);
    if (isSwitch(name)) {
      if (equals >= 0) throw new UsageError(`--${name} takes no value`);
      if (name === 'repair') repair = true;
      else kind = name;
      continue;
    }
    const key = ALIASES.get(name) ?? name;
    const isOwn = isProcessFlag(name) || name === 'config' || name === 'set';
    if (!isOwn && !knownKeys.has(key)) throw unknownFlag(name, knownKeys);
    let value: string;
    if (equals >= 0) {
      value = argument.slice(equals + 1);
    } else {
      const next = argv[++index];
      if (next === undefined || next.startsWith('--')) throw new UsageError(`--${name} needs a value`);
      value = next;
    }
    if (isProcessFlag(name)) {
      process.set(name, value);
    } else if (name === 'config') {
      configFile = value;
    } else if (name === 'set') {
      const split = value.indexOf('=');
      if (split < 1) throw new UsageError(`--set needs KEY=VALUE, got "${value}"`);
      settings.set(value.slice(0, split).trim(), value.slice(split + 1).trim());
    } else {
      settings.set(key, value);
    }
  }
  return { kind, configFile, settings, process, repair };
}

function isSwitch(name: string): name is (typeof SWITCHES)[number] {
  return (SWITCHES as readonly string[]).includes(name);
}

function isProcessFlag(name: string): name is ProcessFlag {
  return (PROCESS_FLAGS as readonly string[]).includes(name);
}

function unknownFlag(name: string, knownKeys: ReadonlySet<string>): UsageError {
  const nearest = nearestName(name, [...PROCESS_FLAGS, ...ALIASES.keys(), ...SWITCHES, 'config', 'set', ...knownKeys]);
  const hint = nearest === undefined ? 'see --help' : `did you mean --${nearest}?`;
  return new UsageError(`unknown flag --${name}: ${hint}`);
}
