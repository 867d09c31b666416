import { MillraceError, nearestName } from '@millrace/base';
import type { ProcessFlag } from './command-line.ts';

const PREFIX = 'MILLRACE_';
/** Variables with our prefix that are not broker settings: caches and switches of the workspace's tools, and what the command's clients read. */
const FOREIGN = /^MILLRACE_(CACHE|SETUP_|TOOL_|TEST_|SUPERVISOR_|BOOTSTRAP_|(?:BROKERS|PROFILE|PROFILES_FILE)$)/;
/** Variables of the flags that belong to the process. */
const PROCESS_VARIABLES: ReadonlyMap<string, ProcessFlag> = new Map([
  ['MILLRACE_PORT', 'port'],
  ['MILLRACE_HOST', 'host'],
  ['MILLRACE_DATA_DIR', 'data-dir'],
  ['MILLRACE_OPS_PORT', 'ops-port'],
  ['MILLRACE_OPS_HOST', 'ops-host'],
  ['MILLRACE_LOG_LEVEL', 'log-level'],
]);

/**
 * What Kubernetes puts into every pod beside a Service named `millrace` or `millrace-…`. A plain port in `…_PORT` is a setting of ours;
 * there Kubernetes has a URL.
 */
const SERVICE_LINK =
  /^MILLRACE_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/;
const SERVICE_LINK_PORT = /^MILLRACE_(?:[A-Z0-9_]+_)?PORT$/;
const SERVICE_LINK_URL = /^(?:tcp|udp|sctp):\/\//;

export interface EnvironmentSettings {
  readonly settings: ReadonlyMap<string, string>;
  readonly process: ReadonlyMap<ProcessFlag, string>;
}

/**
 * Environment variable of a setting: `log.retention.ms` → `MILLRACE_LOG_RETENTION_MS`; own keys do not double the prefix
 * (`millrace.durability` → `MILLRACE_DURABILITY`).
 */
export function environmentName(key: string): string {
  const bare = key.startsWith('millrace.') ? key.slice('millrace.'.length) : key;
  return PREFIX + bare.toUpperCase().replaceAll(/[.-]/g, '_');
}

/**
 * Settings found in the environment.
 *
 * @throws {MillraceError} MILLRACE_SERVER_UNKNOWN_VARIABLE naming the nearest valid variable
 */
export function settingsFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  knownKeys: ReadonlySet<string>,
): EnvironmentSettings {
  const keyByVariable = new Map<string, string>();
  for (const key of knownKeys) keyByVariable.set(environmentName(key), key);

  const settings = new Map<string, string>();
  const process = new Map<ProcessFlag, string>();
  for (const [variable, value] of Object.entries(environment)) {
    if (value === undefined || !variable.startsWith(PREFIX) || FOREIGN.test(variable)) continue;
    if (SERVICE_LINK_PORT.test(variable) && SERVICE_LINK_URL.test(value)) continue;
    const flag = PROCESS_VARIABLES.get(variable);
    if (flag !== undefined) {
      process.set(flag, value);
      continue;
    }
    const key = keyByVariable.get(variable);
    if (key === undefined) {
      if (SERVICE_LINK.test(variable)) continue;
      // Without the prefix, which would count as likeness.
      const names = [...PROCESS_VARIABLES.keys(), ...keyByVariable.keys()].map((name) => name.slice(PREFIX.length));
      const nearest = nearestName(variable.slice(PREFIX.length), names);
      const hint = nearest === undefined ? 'unset it' : `did you mean ${PREFIX}${nearest}?`;
      throw new MillraceError(
        'MILLRACE_SERVER_UNKNOWN_VARIABLE',
        `environment variable ${variable} names no setting: ${hint}`,
        { details: { variable } },
      );
    }
    settings.set(key, value);
  }
  return { settings, process };
}
