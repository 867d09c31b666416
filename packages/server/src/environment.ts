import { MillraceError, nearestName } from '@millrace/base';

const PREFIX = 'MILLRACE_';
/** Variables with our prefix that are not broker settings: caches and switches of the workspace's tools. */
const FOREIGN = /^MILLRACE_(CACHE|SETUP_|TOOL_|TEST_|PARENT_)/;

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
): Map<string, string> {
  const keyByVariable = new Map<string, string>();
  for (const key of knownKeys) keyByVariable.set(environmentName(key), key);
  keyByVariable.set('MILLRACE_DATA_DIR', 'log.dir');

  const settings = new Map<string, string>();
  for (const [variable, value] of Object.entries(environment)) {
    if (value === undefined || !variable.startsWith(PREFIX) || FOREIGN.test(variable)) continue;
    const key = keyByVariable.get(variable);
    if (key === undefined) {
      const nearest = nearestName(variable, keyByVariable.keys());
      const hint = nearest === undefined ? 'unset it' : `did you mean ${nearest}?`;
      throw new MillraceError(
        'MILLRACE_SERVER_UNKNOWN_VARIABLE',
        `environment variable ${variable} names no setting: ${hint}`,
        { details: { variable } },
      );
    }
    settings.set(key, value);
  }
  return settings;
}
