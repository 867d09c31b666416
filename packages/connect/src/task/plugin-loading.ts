/** From a reference to the plugin itself. Plugin code runs here for the first time, so only inside a task or a call. */
import { messageOf } from '@millrace/base';
import type { Plugin } from '@millrace/connect-api';
import { TaskError } from './task-error.ts';
import type { PluginRef } from './task-host.ts';

/** Throws MILLRACE_CONNECT_PLUGIN_LOAD. */
export async function loadPlugin(ref: PluginRef, builtIn: readonly Plugin[]): Promise<Plugin> {
  if (ref.loaded !== undefined) return ref.loaded;
  const candidates = ref.module === undefined ? builtIn : pluginsIn(await importModule(ref.name, ref.module));
  const found = candidates.find(({ name, aliases }) => name === ref.name || aliases?.includes(ref.name) === true);
  if (found !== undefined) return found;
  const where = ref.module === undefined ? 'the worker' : ref.module;
  const names = candidates.map(({ name }) => name).join(', ') || 'no plugin at all';
  throw new TaskError('MILLRACE_CONNECT_PLUGIN_LOAD', `there is no plugin ${ref.name} in ${where}: it has ${names}`, {
    details: { plugin: ref.name },
  });
}

/** A plugin of the kinds that are wanted, with a message that says which setting is wrong. */
export async function loadPluginOf<Kind extends Plugin['kind']>(
  kinds: readonly Kind[],
  setting: string,
  ref: PluginRef,
  builtIn: readonly Plugin[],
): Promise<Extract<Plugin, { readonly kind: Kind }>> {
  const plugin = await loadPlugin(ref, builtIn);
  if ((kinds as readonly string[]).includes(plugin.kind)) return plugin as Extract<Plugin, { readonly kind: Kind }>;
  const article = plugin.kind.replace('_', ' ');
  throw new TaskError(
    'MILLRACE_CONNECT_INVALID_CONFIG',
    `${setting} names ${plugin.name}, which is a ${article}: name a ${kinds.join(' or ').replace('_', ' ')}`,
  );
}

async function importModule(name: string, url: string): Promise<object> {
  try {
    return (await import(url)) as object;
  } catch (cause) {
    throw new TaskError('MILLRACE_CONNECT_PLUGIN_LOAD', `cannot load plugin ${name} from ${url}: ${messageOf(cause)}`, {
      cause,
      details: { plugin: name },
    });
  }
}

/** Exports of a module that are plugins or arrays of them; also those of a CommonJS module, which come as one object, too. */
function pluginsIn(module: object): readonly Plugin[] {
  const exported: readonly unknown[] = Object.values(module);
  const flat = exported.flatMap((each): readonly unknown[] => {
    if (isPlugin(each) || typeof each !== 'object' || each === null) return [each];
    return Object.values(each) as readonly unknown[];
  });
  return [...new Set(flat)].filter(isPlugin);
}

const KINDS: ReadonlySet<unknown> = new Set<Plugin['kind']>([
  'source',
  'sink',
  'transformation',
  'predicate',
  'converter',
  'header_converter',
]);

function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, name, config } = value as Partial<Plugin>;
  return KINDS.has(kind) && typeof name === 'string' && typeof config === 'object';
}
