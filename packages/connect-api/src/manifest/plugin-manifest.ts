/**
 * What a package of plugins says of itself without running: made when it is built, read by workers, so that listing and describing plugins
 * runs no code of theirs.
 *
 * In its package.json: keyword `kafka-connect-plugin-js` and
 * `"connect": { "entry": "./dist/index.js", "manifest": "./connect-plugin.json", "api": "^1" }`. `entry` is the module that exports the
 * plugins, by any names or in arrays; `source`, when given, is used instead by a worker that runs from TypeScript sources.
 */
import { MillraceError } from '@millrace/base';

import type { ConfigDefinition } from '../config/config-spec.ts';
import type { Plugin } from '../plugin.ts';

export const PLUGIN_KEYWORD = 'kafka-connect-plugin-js';

/** Version of the contract in this package. Plugins name the range that they were written for, such as `^1`. */
export const CONNECT_API_VERSION = '1.0';

export interface PluginDescription {
  readonly kind: Plugin['kind'];
  readonly name: string;
  readonly version: string;
  readonly aliases: readonly string[];
  readonly definitions: readonly ConfigDefinition[];
  /** Names of settings whose values must never be shown. */
  readonly secretKeys: readonly string[];
}

export interface PluginManifest {
  /** Of this format. */
  readonly manifestVersion: 1;
  /** Name and version of the package. */
  readonly package: string;
  readonly version: string;
  readonly plugins: readonly PluginDescription[];
}

const KINDS: readonly string[] = [
  'source',
  'sink',
  'transformation',
  'predicate',
  'converter',
  'header_converter',
] satisfies readonly Plugin['kind'][];

export function describePlugin(plugin: Plugin): PluginDescription {
  return {
    kind: plugin.kind,
    name: plugin.name,
    version: plugin.version,
    aliases: plugin.aliases ?? [],
    definitions: plugin.config.definitions,
    secretKeys: [...plugin.config.secretKeys],
  };
}

/** Every plugin that a module exports, by any name or in an array, once each, in the order of their names. */
export function pluginsOf(module: Readonly<Record<string, unknown>>): readonly Plugin[] {
  const found = Object.values(module).flatMap((exported) =>
    Array.isArray(exported) ? (exported as unknown[]) : [exported],
  );
  return [...new Set(found.filter(isPlugin))].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

export function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, name, version, config } = value as Readonly<Record<string, unknown>>;
  return (
    typeof kind === 'string' &&
    KINDS.includes(kind) &&
    typeof name === 'string' &&
    typeof version === 'string' &&
    typeof config === 'object' &&
    config !== null &&
    typeof (config as { read?: unknown }).read === 'function'
  );
}

/** Throws when there is nothing to offer, or two plugins of a kind share a name. */
export function manifestOf(
  packageJson: { readonly name: string; readonly version: string },
  plugins: readonly Plugin[],
): PluginManifest {
  if (plugins.length === 0) {
    throw manifestError(
      `${packageJson.name} exports no plugin: export what defineSource, defineSink or another define… returns`,
    );
  }
  const taken = new Map<string, string>();
  for (const plugin of plugins) {
    for (const name of [plugin.name, ...(plugin.aliases ?? [])]) {
      const key = `${plugin.kind} ${name}`;
      const other = taken.get(key);
      if (other !== undefined && other !== plugin.name) {
        throw manifestError(`${packageJson.name} has two plugins that are called ${name}: ${other} and ${plugin.name}`);
      }
      if (other === plugin.name && name === plugin.name)
        throw manifestError(`${packageJson.name} has two plugins that are called ${name}`);
      taken.set(key, plugin.name);
    }
  }
  return {
    manifestVersion: 1,
    package: packageJson.name,
    version: packageJson.version,
    plugins: plugins.map(describePlugin),
  };
}

/** Reads the text of a manifest; throws when it is not one. */
export function parseManifest(text: string, from: string): PluginManifest {
  let manifest: Partial<PluginManifest> | null;
  try {
    manifest = JSON.parse(text) as Partial<PluginManifest> | null;
  } catch (error) {
    throw manifestError(`${from} is not JSON: build the plugin again`, error);
  }
  if (typeof manifest !== 'object' || manifest === null || manifest.manifestVersion !== 1) {
    throw manifestError(
      `${from} is not a manifest of version 1: build the plugin again with this version of @millrace/connect-api`,
    );
  }
  const isWhole =
    typeof manifest.package === 'string' &&
    typeof manifest.version === 'string' &&
    Array.isArray(manifest.plugins) &&
    manifest.plugins.every(isDescription);
  if (!isWhole) throw manifestError(`${from} is not whole: build the plugin again`);
  return manifest as PluginManifest;
}

function isDescription(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, name, version, aliases, definitions, secretKeys } = value as Readonly<Record<string, unknown>>;
  return (
    typeof kind === 'string' &&
    KINDS.includes(kind) &&
    typeof name === 'string' &&
    typeof version === 'string' &&
    [aliases, definitions, secretKeys].every(Array.isArray)
  );
}

/** Whether a plugin that asks for such a range can run here: `^1`, `1`, `1.0`, `^1.0.0`, `1.x`. */
export function isApiSupported(range: string): boolean {
  const [, major, minor] = /^\^?(\d+)(?:\.(\d+|x))?(?:\.(?:\d+|x))?$/.exec(range.trim()) ?? [];
  const [ownMajor, ownMinor] = CONNECT_API_VERSION.split('.');
  if (major !== ownMajor) return false;
  return minor === undefined || minor === 'x' || Number(minor) <= Number(ownMinor);
}

export function manifestError(message: string, cause?: unknown): MillraceError {
  return new MillraceError('MILLRACE_CONNECT_INVALID_MANIFEST', message, { cause });
}
