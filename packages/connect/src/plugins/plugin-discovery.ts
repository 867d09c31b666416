/**
 * Finds packages of plugins: those that the worker's own package or the project around it depends on, and those in the folders of
 * `plugin.path`, where each child is a package (or a scope of packages), or the folder itself is one.
 *
 * Invariants: reads package.json files and manifests, runs nothing; a package that is broken is told of and left out, the others are there.
 * Bounds: only what is named in dependencies is looked at, not every package that is installed.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { MillraceError, messageOf, type Logger } from '@millrace/base';
import { isApiSupported, readManifest, readPluginPackage, CONNECT_API_VERSION } from '@millrace/connect-api/manifest';
import type { RegisteredPlugin } from './plugin-registry.ts';

export interface DiscoveryOptions {
  /** Folders of `plugin.path`. */
  readonly pluginPath: readonly string[];
  /** Folders with a package.json whose dependencies may be plugins. */
  readonly projects: readonly string[];
  /** Packages that come along with a program, found from its folder. */
  readonly bundled?: BundledPackages;
  readonly log: Logger;
}

export interface BundledPackages {
  readonly folder: string;
  readonly names: readonly string[];
}

/** Throws MILLRACE_CONNECT_INVALID_CONFIG when a folder of `plugin.path` is not there. */
export async function discoverPlugins({
  pluginPath,
  projects,
  bundled,
  log,
}: DiscoveryOptions): Promise<RegisteredPlugin[]> {
  const folders = new Set<string>();
  for (const name of bundled?.names ?? [])
    for (const folder of installed(bundled?.folder ?? '', name)) folders.add(folder);
  for (const project of projects) for (const folder of await dependencyFolders(project)) folders.add(folder);
  for (const path of pluginPath) for (const folder of await packageFolders(path)) folders.add(folder);
  const found = await Promise.all([...folders].map((folder) => pluginsOfFolder(folder, log)));
  return found.flat();
}

async function pluginsOfFolder(folder: string, log: Logger): Promise<RegisteredPlugin[]> {
  try {
    const pluginPackage = await readPluginPackage(folder);
    if (pluginPackage === undefined) return [];
    const api: unknown = pluginPackage.api;
    if (typeof api !== 'string') {
      log.warn('a package of plugins is left out', {
        folder,
        reason: `"api" of "connect" in its package.json is ${JSON.stringify(api)}: write a range of versions as text, such as "^1"`,
      });
      return [];
    }
    if (!isApiSupported(api)) {
      log.warn('a package of plugins is left out: it is written for another version of the plugin contract', {
        folder,
        needs: api,
        has: CONNECT_API_VERSION,
      });
      return [];
    }
    const { plugins } = await readManifest(pluginPackage);
    return plugins.map((description) => ({
      description,
      className: description.name,
      ref: { name: description.name, module: pluginPackage.entry },
      location: folder,
    }));
  } catch (error) {
    log.warn('a package of plugins is left out', { folder, reason: messageOf(error) });
    return [];
  }
}

/** Folders of the direct dependencies, found as Node finds them. */
async function dependencyFolders(project: string): Promise<string[]> {
  const file = join(project, 'package.json');
  if (!existsSync(file)) return [];
  const { dependencies, optionalDependencies } = JSON.parse(await readFile(file, 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly optionalDependencies?: Readonly<Record<string, string>>;
  };
  return Object.keys({ ...dependencies, ...optionalDependencies }).flatMap((name) => installed(project, name));
}

/** Where Node finds the package from this folder; none when it is not there. */
function installed(from: string, name: string): string[] {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return [candidate];
    if (dirname(folder) === folder) return [];
  }
}

async function packageFolders(path: string): Promise<string[]> {
  const folder = resolve(path);
  if (!existsSync(folder)) {
    throw new MillraceError(
      'MILLRACE_CONNECT_INVALID_CONFIG',
      `plugin.path names ${path}, which does not exist: make the folder or take it out of plugin.path`,
    );
  }
  if (existsSync(join(folder, 'package.json'))) return [folder, ...(await dependencyFolders(folder))];
  const children = (await readdir(folder, { withFileTypes: true })).filter(
    (child) => child.isDirectory() || child.isSymbolicLink(),
  );
  const nested = await Promise.all(
    children.map(async ({ name }) =>
      name.startsWith('@') || name === 'node_modules' ? packageFolders(join(folder, name)) : [join(folder, name)],
    ),
  );
  return nested.flat();
}
