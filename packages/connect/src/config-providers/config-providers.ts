/**
 * Where values come from that are not written in a configuration: files of properties, folders of files, environment variables.
 *
 * Invariants: what was read is in no message; with `allowed.paths` nothing outside of these folders is read, by `..` or a symbolic link either.
 * Not here: which references a configuration has (see config-resolver.ts).
 */
import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';

import { MillraceError, messageOf } from '@millrace/base';
import { c, config, type ConfigProperties, type ConfigSpec } from '@millrace/connect-api';

import { parseProperties } from '../herder/properties-file.ts';

export interface ConfigProvider {
  /** What follows the provider's name in a reference, for messages; with a colon: there has to be a path. */
  readonly form: string;
  /** Values of these keys at the path; one that is not there is absent. Throws MILLRACE_CONNECT_CONFIG_REFERENCE. */
  get(path: string, keys: ReadonlySet<string>): Promise<ReadonlyMap<string, string>>;
}

export interface ConfigProviderKind {
  readonly name: string;
  /** The Java class that it stands for. */
  readonly alias: string;
  readonly config: ConfigSpec<unknown>;
  create(properties: ConfigProperties): ConfigProvider;
}

const allowedPaths = c
  .list()
  .default('')
  .validate((paths) => {
    const relative = paths.find((path) => !isAbsolute(path));
    return relative === undefined ? undefined : `Path ${relative} is not absolute`;
  })
  .doc('Folders or files that may be read. Empty: all that the worker may.');

const pathsConfig = config({ 'allowed.paths': allowedPaths });
const variablesConfig = config({
  'allowlist.pattern': c.regex().default('.*').doc('Regular expression that the names of variables have to match.'),
});

const JAVA_PACKAGE = 'org.apache.kafka.common.config.provider';

export function configProviderKinds(
  environment: Readonly<Record<string, string | undefined>>,
): readonly ConfigProviderKind[] {
  return [
    kind('FileConfigProvider', pathsConfig, (settings) => new FileConfigProvider(settings.allowedPaths)),
    kind('DirectoryConfigProvider', pathsConfig, (settings) => new DirectoryConfigProvider(settings.allowedPaths)),
    kind(
      'EnvVarConfigProvider',
      variablesConfig,
      (settings) => new EnvironmentConfigProvider(environment, settings.allowlistPattern),
    ),
  ];
}

function kind<C>(name: string, spec: ConfigSpec<C>, create: (settings: C) => ConfigProvider): ConfigProviderKind {
  return {
    name,
    alias: `${JAVA_PACKAGE}.${name}`,
    config: spec,
    create: (properties) => {
      const { config: settings, issues } = spec.read(properties);
      if (settings === undefined) {
        throw new MillraceError(
          'MILLRACE_CONNECT_CONFIG_PROVIDER',
          `${name}: ${issues.map(({ message }) => message).join('; ')}`,
        );
      }
      return create(settings);
    },
  };
}

/** A file of properties: `${file:/path/to/file:key}`. */
class FileConfigProvider implements ConfigProvider {
  readonly form = '/path/to/file:key';
  readonly #allowed: readonly string[];

  constructor(allowed: readonly string[]) {
    this.#allowed = allowed;
  }

  async get(path: string, keys: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
    const properties = parseProperties(await readAllowed(path, this.#allowed));
    return new Map(Object.entries(properties).filter(([key]) => keys.has(key)));
  }
}

/** A folder with a file for each value: `${directory:/path/to/folder:file}`. The value is all that is in the file. */
class DirectoryConfigProvider implements ConfigProvider {
  readonly form = '/path/to/folder:file';
  readonly #allowed: readonly string[];

  constructor(allowed: readonly string[]) {
    this.#allowed = allowed;
  }

  async get(path: string, keys: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
    const values = new Map<string, string>();
    for (const key of keys) {
      if (key.includes('/') || key.includes(sep) || key === '..') {
        throw unresolved(`${key} is not the name of a file in ${path}: put folders before the last colon`);
      }
      values.set(key, await readAllowed(join(path, key), this.#allowed));
    }
    return values;
  }
}

/** Environment variables of the worker: `${env:NAME}`. */
class EnvironmentConfigProvider implements ConfigProvider {
  readonly form = 'NAME';
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #allowed: RegExp;

  constructor(environment: Readonly<Record<string, string | undefined>>, allowed: RegExp) {
    this.#environment = environment;
    this.#allowed = allowed;
  }

  async get(path: string, keys: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
    if (path !== '') throw unresolved(`an environment variable has no path, but ${path} was given: write \${env:NAME}`);
    const values = new Map<string, string>();
    for (const key of keys) {
      if (!this.#allowed.test(key))
        throw unresolved(`the variable ${key} is not allowed: allowlist.pattern does not match it`);
      const value = this.#environment[key];
      if (value !== undefined) values.set(key, value);
    }
    return values;
  }
}

async function readAllowed(path: string, allowed: readonly string[]): Promise<string> {
  try {
    if (allowed.length > 0) await assertAllowed(path, allowed);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (MillraceError.is(error)) throw error;
    throw unresolved(`${path} cannot be read: ${messageOf(error)}`, error);
  }
}

async function assertAllowed(path: string, allowed: readonly string[]): Promise<void> {
  const message = `${path} may not be read: it is outside of allowed.paths`;
  if (!allowed.some((each) => isInside(normalize(path), normalize(each)))) throw unresolved(message);
  const real = await realpath(path);
  const realAllowed = await Promise.all(allowed.map(async (each) => realpath(each).catch(() => undefined)));
  if (!realAllowed.some((each) => each !== undefined && isInside(real, each)))
    throw unresolved(`${message} by a symbolic link`);
}

function isInside(path: string, folder: string): boolean {
  const base = folder.endsWith(sep) ? folder.slice(0, -1) : folder;
  return path === base || path.startsWith(base + sep);
}

function unresolved(message: string, cause?: unknown): MillraceError {
  return new MillraceError('MILLRACE_CONNECT_CONFIG_REFERENCE', message, cause === undefined ? {} : { cause });
}
