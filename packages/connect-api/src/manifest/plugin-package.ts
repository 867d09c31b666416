/**
 * Packages of plugins in folders: reads what they offer without running them, and writes their manifest, which runs them once.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import {
  manifestError,
  manifestOf,
  parseManifest,
  PLUGIN_KEYWORD,
  pluginsOf,
  type PluginManifest,
} from './plugin-manifest.ts';
import { withSettingsTables } from './settings-table.ts';

export interface PluginPackage {
  readonly name: string;
  readonly version: string;
  /** Absolute. */
  readonly folder: string;
  /** URL of the module that exports the plugins. */
  readonly entry: string;
  /** Range of the contract's versions that it was written for. */
  readonly api: string;
  /** Absolute path. */
  readonly manifestPath: string;
  /** Absolute path of the file with tables of settings. */
  readonly docsPath: string;
}

interface PackageJson {
  readonly name?: string;
  readonly version?: string;
  readonly keywords?: readonly string[];
  readonly connect?: {
    readonly entry?: string;
    readonly source?: string;
    readonly manifest?: string;
    readonly docs?: string;
    readonly api?: string;
  };
}

/** Undefined when the folder holds no package, or one that is no plugin. Throws when it says it is one and is not whole. */
export async function readPluginPackage(folder: string): Promise<PluginPackage | undefined> {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return undefined;
  const { name, version, keywords, connect } = JSON.parse(await readFile(path, 'utf8')) as PackageJson;
  if (connect === undefined) {
    if (keywords?.includes(PLUGIN_KEYWORD) !== true) return undefined;
    throw manifestError(
      `${path} has the keyword ${PLUGIN_KEYWORD} and lacks "connect": { "entry", "manifest", "api" }`,
    );
  }
  const { entry, source, manifest, api, docs = 'README.md' } = connect;
  if (
    name === undefined ||
    version === undefined ||
    entry === undefined ||
    manifest === undefined ||
    api === undefined
  ) {
    throw manifestError(`${path} needs name, version and "connect": { "entry", "manifest", "api" }`);
  }
  const main = source !== undefined && isRunFromSources() ? source : entry;
  return {
    name,
    version,
    folder: resolve(folder),
    entry: pathToFileURL(resolve(folder, main)).href,
    api,
    manifestPath: resolve(folder, manifest),
    docsPath: resolve(folder, docs),
  };
}

/** Runs no code of the package. Throws when its manifest is missing or of another version of the package. */
export async function readManifest(plugin: PluginPackage): Promise<PluginManifest> {
  let text: string;
  try {
    text = await readFile(plugin.manifestPath, 'utf8');
  } catch (error) {
    throw manifestError(
      `${plugin.manifestPath} is missing: build ${plugin.name}, or run connect-plugin-manifest in its folder`,
      error,
    );
  }
  const manifest = parseManifest(text, plugin.manifestPath);
  if (manifest.package !== plugin.name || manifest.version !== plugin.version) {
    throw manifestError(
      `${plugin.manifestPath} is of ${manifest.package} ${manifest.version}, and the package is ${plugin.name} ${plugin.version}: ` +
        'run connect-plugin-manifest in its folder',
    );
  }
  return manifest;
}

/** The manifest of the package as it is now: loads its entry. */
export async function makeManifest(plugin: PluginPackage): Promise<PluginManifest> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(plugin.entry)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw manifestError(`${plugin.entry} could not be loaded: build the package first`, error);
  }
  return manifestOf(plugin, pluginsOf(module));
}

/** Writes the manifest, and the tables of settings into the package's documentation where that has sections for them. */
export async function writeManifest(plugin: PluginPackage): Promise<PluginManifest> {
  const manifest = await makeManifest(plugin);
  for (const { path, before, now } of await filesOf(plugin, manifest)) {
    if (before !== now) await writeFile(path, now);
  }
  return manifest;
}

/** Paths of the files that {@link writeManifest} would change. */
export async function staleFiles(plugin: PluginPackage): Promise<readonly string[]> {
  const files = await filesOf(plugin, await makeManifest(plugin));
  return files.filter(({ before, now }) => before !== now).map(({ path }) => path);
}

async function filesOf(
  { manifestPath, docsPath }: PluginPackage,
  manifest: PluginManifest,
): Promise<readonly { readonly path: string; readonly before: string; readonly now: string }[]> {
  const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
  const docs = await read(docsPath);
  return [
    { path: manifestPath, before: await read(manifestPath), now: manifestText(manifest) },
    { path: docsPath, before: docs, now: withSettingsTables(docs, manifest, docsPath) },
  ];
}

function manifestText(manifest: PluginManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function isRunFromSources(): boolean {
  return import.meta.url.endsWith('.ts');
}
