/**
 * References in configurations, such as `${file:/secrets/db.properties:password}`, and the values they stand for.
 *
 * Owns: the config providers that the worker's settings name.
 * Invariants: a reference to a provider that there is becomes a value or an error, never stays; text that only looks like a reference stays.
 *   Values that hold references themselves are not looked into.
 */
import { messageOf, MillraceError } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';

import { configProviderKinds, type ConfigProvider, type ConfigProviderKind } from './config-providers.ts';

const REFERENCE = /\$\{([^}:]*):(?:([^}]*?):)?([^}]*?)\}/g;

/** Which provider is meant by a name alone. */
const BY_NAME: Readonly<Record<string, string>> = {
  file: 'FileConfigProvider',
  dir: 'DirectoryConfigProvider',
  directory: 'DirectoryConfigProvider',
  env: 'EnvVarConfigProvider',
};

export type ConfigResolver = (config: ConfigProperties) => Promise<ConfigProperties>;

export interface ConfigResolverOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads `config.providers`, `config.providers.NAME.class` and `config.providers.NAME.param.…` of the worker's settings. Throws
 * MILLRACE_CONNECT_CONFIG_PROVIDER; what it returns throws MILLRACE_CONNECT_CONFIG_REFERENCE.
 */
export function configResolver(
  workerProperties: ConfigProperties,
  { environment = process.env }: ConfigResolverOptions = {},
): ConfigResolver {
  const kinds = configProviderKinds(environment);
  const names = providerNames(workerProperties);
  const providers = new Map(names.map((name) => [name, providerOf(name, workerProperties, kinds)]));
  return async (config) => (providers.size === 0 ? config : resolved(config, providers));
}

/** As `config.providers` of the worker has them. */
export function providerNames(workerProperties: ConfigProperties): readonly string[] {
  return (workerProperties['config.providers'] ?? '').split(',').flatMap((name) => name.trim() || []);
}

/** Names of the providers that a text refers to, each once. */
export function providersIn(text: string | null): readonly string[] {
  return [...new Set([...(text ?? '').matchAll(REFERENCE)].flatMap(([, provider = '']) => provider || []))];
}

function providerOf(name: string, properties: ConfigProperties, kinds: readonly ConfigProviderKind[]): ConfigProvider {
  const prefix = `config.providers.${name}`;
  const className = properties[`${prefix}.class`]?.trim() ?? BY_NAME[name];
  const found = kinds.find((kind) => kind.name === className || kind.alias === className);
  if (found === undefined) {
    const problem = className === undefined ? `${prefix}.class is missing` : `${prefix}.class names ${className}`;
    throw new MillraceError(
      'MILLRACE_CONNECT_CONFIG_PROVIDER',
      `${problem}: it may be ${kinds.map((kind) => kind.name).join(', ')}`,
    );
  }
  const parameters = Object.entries(properties)
    .filter(([key]) => key.startsWith(`${prefix}.param.`))
    .map(([key, value]) => [key.slice(prefix.length + '.param.'.length), value] as const);
  return found.create(Object.fromEntries(parameters));
}

async function resolved(
  config: ConfigProperties,
  providers: ReadonlyMap<string, ConfigProvider>,
): Promise<ConfigProperties> {
  const values = await valuesOf(config, providers);
  return Object.fromEntries(
    Object.entries(config).map(([key, text]) => [
      key,
      // A null in a stored configuration is no text.
      (text as string | null) === null
        ? text
        : text.replace(REFERENCE, (reference) => values.get(reference) ?? reference),
    ]),
  );
}

/** Each file is read once, for all its keys. Values by the text of their reference. */
async function valuesOf(
  config: ConfigProperties,
  providers: ReadonlyMap<string, ConfigProvider>,
): Promise<ReadonlyMap<string, string>> {
  const wanted = new Map<
    string,
    { readonly provider: ConfigProvider; readonly path: string; readonly keys: Map<string, string[]> }
  >();
  const setting = new Map<string, string>();
  for (const [name, text] of Object.entries(config)) {
    if ((text as string | null) === null) continue;
    for (const [reference, providerName = '', path = '', key = ''] of text.matchAll(REFERENCE)) {
      const provider = providers.get(providerName);
      if (provider === undefined) continue;
      setting.set(reference, name);
      if (key === '' || (path === '' && provider.form.includes(':'))) {
        throw unresolvable(name, reference, `which is not whole: write \${${providerName}:${provider.form}}`);
      }
      const place = JSON.stringify([providerName, path]);
      const at = wanted.get(place) ?? { provider, path, keys: new Map<string, string[]>() };
      at.keys.set(key, [...(at.keys.get(key) ?? []), reference]);
      wanted.set(place, at);
    }
  }
  const values = new Map<string, string>();
  for (const { provider, path, keys } of wanted.values()) {
    const found = await provider.get(path, new Set(keys.keys())).catch((error: unknown) => {
      const [reference = ''] = [...keys.values()].flat();
      throw unresolvable(setting.get(reference) ?? '', reference, `but ${messageOf(error)}`, error);
    });
    for (const [key, references] of keys) {
      const value = found.get(key);
      for (const reference of references) {
        if (value === undefined) {
          throw unresolvable(
            setting.get(reference) ?? '',
            reference,
            `but there is no ${key}${path === '' ? '' : ` in ${path}`}`,
          );
        }
        values.set(reference, value);
      }
    }
  }
  return values;
}

function unresolvable(setting: string, reference: string, problem: string, cause?: unknown): MillraceError {
  return new MillraceError('MILLRACE_CONNECT_CONFIG_REFERENCE', `${setting} refers to ${reference}, ${problem}`, {
    ...(cause === undefined ? {} : { cause }),
  });
}
