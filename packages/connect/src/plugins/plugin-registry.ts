/**
 * The plugins that a worker offers: its own, and those of packages, which it knows by their manifests.
 *
 * Owns: the table of plugins by name, alias and version.
 * Invariants: no code of a package runs to list, describe or find a plugin; several versions of one plugin stand side by side, and a
 *   connector that asks for none gets the newest.
 * Not here: finding packages (plugin-discovery.ts), loading plugins (../task/plugin-loading.ts).
 */
import { nearestName } from '@millrace/base';
import type { Plugin } from '@millrace/connect-api';
import { describePlugin, type PluginDescription } from '@millrace/connect-api/manifest';
import { HerderError } from '../herder/herder-error.ts';
import type { PluginRef } from '../task/task-host.ts';
import { compareVersions, isInRange } from './version-range.ts';

export type PluginKind = Plugin['kind'];

export interface RegisteredPlugin {
  readonly description: PluginDescription;
  /** As lists show it: plugins that are the same as Kafka's own have the names of Kafka's classes. */
  readonly className: string;
  readonly ref: PluginRef;
  /** Folder of its package; `built-in` for those of the worker. */
  readonly location: string;
}

export const BUILT_IN = 'built-in';
const KAFKA_CLASS = 'org.apache.kafka.connect.';
const CONNECTORS: readonly PluginKind[] = ['source', 'sink'];
/** As Kafka lists them. */
const KIND_ORDER: readonly PluginKind[] = [
  'sink',
  'source',
  'transformation',
  'predicate',
  'converter',
  'header_converter',
];

export class PluginRegistry {
  readonly #plugins: readonly RegisteredPlugin[];

  constructor(plugins: readonly RegisteredPlugin[]) {
    this.#plugins = plugins.toSorted(
      (a, b) =>
        KIND_ORDER.indexOf(a.description.kind) - KIND_ORDER.indexOf(b.description.kind) ||
        (a.className < b.className ? -1 : a.className > b.className ? 1 : 0) ||
        compareVersions(b.description.version, a.description.version),
    );
  }

  /** By kind, then by class, newest version first. */
  list(kinds?: readonly PluginKind[]): readonly RegisteredPlugin[] {
    return kinds === undefined
      ? this.#plugins
      : this.#plugins.filter(({ description }) => kinds.includes(description.kind));
  }

  /** Versions of the plugin that has this name, newest first; none when there is no such plugin. */
  versionsOf(kinds: readonly PluginKind[] | undefined, name: string): readonly RegisteredPlugin[] {
    const matches = this.list(kinds).filter((plugin) => isNamed(plugin, name));
    const exact = matches.filter(({ description: { name: own, aliases } }) => own === name || aliases.includes(name));
    return exact.length > 0 ? exact : matches;
  }

  /**
   * The newest version of the plugin, or the newest in a range such as `1.2.3`, `^1.2` or `[1.0,2.0)`.
   * Throws MILLRACE_CONNECT_BAD_REQUEST when there is none, with the names that there are.
   */
  find(kinds: readonly PluginKind[], name: string, range?: string): RegisteredPlugin {
    const versions = this.versionsOf(kinds, name);
    const [newest] = versions;
    if (newest === undefined) throw unknownPlugin(kinds, name, this.list(kinds));
    if (range === undefined || range === '') return newest;
    const found = versions.find(({ description }) => isInRange(description.version, range));
    if (found !== undefined) return found;
    throw new HerderError(
      'MILLRACE_CONNECT_BAD_REQUEST',
      `no version of ${name} is in the range ${range}: there is ${versions.map(({ description }) => description.version).join(', ')}`,
    );
  }

  findConnector(name: string, range?: string): RegisteredPlugin {
    return this.find(CONNECTORS, name, range);
  }
}

export function builtInPlugin(plugin: Plugin): RegisteredPlugin {
  const description = describePlugin(plugin);
  return {
    description,
    className: description.aliases.find((alias) => alias.startsWith(KAFKA_CLASS)) ?? description.name,
    ref: { name: plugin.name },
    location: BUILT_IN,
  };
}

/** By its name, an alias, either without its package, or without `Connector` at its end. */
function isNamed({ description: { name, aliases } }: RegisteredPlugin, wanted: string): boolean {
  return [name, ...aliases].some((full) => {
    if (full === wanted) return true;
    const simple = full.slice(full.lastIndexOf('.') + 1);
    return simple === wanted || simple.replace(/Connector$/, '') === wanted || withoutKind(simple) === wanted;
  });
}

function withoutKind(simple: string): string {
  return simple.replace(/(?:Header)?Converter$/, '');
}

function unknownPlugin(
  kinds: readonly PluginKind[],
  name: string,
  available: readonly RegisteredPlugin[],
): HerderError {
  const names = [...new Set(available.map(({ description }) => description.name))];
  const meant = nearestName(name.slice(name.lastIndexOf('.') + 1), [
    ...names,
    ...names.map((each) => each.replace(/Connector$/, '')),
  ]);
  const kind = kinds.includes('source') ? 'connector' : (kinds[0] ?? 'plugin').replace('_', ' ');
  return new HerderError(
    'MILLRACE_CONNECT_BAD_REQUEST',
    `Failed to find any ${kind} class which name matches ${name}${meant === undefined ? '' : `, did you mean ${meant}`}. ` +
      `Available are: ${names.join(', ')}. Put the package of another one into a folder of plugin.path and restart the worker`,
  );
}
