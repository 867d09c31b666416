/** What is wrong with the settings of a worker, told at its start instead of by every connector later. */
import { messageOf, MillraceError, nearestName, type Logger } from '@millrace/base';
import type { ConfigProperties, ConfigSpec, Plugin } from '@millrace/connect-api';
import type { PluginKind, PluginRegistry } from '../plugins/plugin-registry.ts';
import { withPrefix } from '../task/client-settings.ts';

const CONVERTERS: readonly (readonly [key: string, kinds: readonly PluginKind[]])[] = [
  ['key.converter', ['converter']],
  ['value.converter', ['converter']],
  ['header.converter', ['header_converter', 'converter']],
];

/** Throws MILLRACE_CONNECT_INVALID_CONFIG when there is no such converter, or its settings are wrong as far as no code has to be loaded for that. */
export function checkConverters(
  properties: ConfigProperties,
  plugins: PluginRegistry,
  builtIn: readonly Plugin[],
): void {
  const problems = CONVERTERS.flatMap(([key, kinds]) => {
    const name = properties[key];
    if (name === undefined) return [];
    try {
      const { ref } = plugins.find(kinds, name);
      const plugin = ref.module === undefined ? builtIn.find((each) => each.name === ref.name) : undefined;
      const issues = plugin?.config.read(withPrefix(properties, `${key}.`)).issues ?? [];
      return issues.map(({ message }) => `${key}: ${message}`);
    } catch (error) {
      return [`${key}: ${messageOf(error)}`];
    }
  });
  if (problems.length === 0) return;
  throw new MillraceError('MILLRACE_CONNECT_INVALID_CONFIG', problems.join('; '), { details: { problems } });
}

/** Of clients of connectors, which say themselves what they do not know; `admin.listeners` alone is the worker's. */
const CLIENT = /^(?:producer|consumer|admin)\./;

/** Warns of settings that look like misspelled ones. Others may be for clients, which know many. */
export function warnOfMisspelled(
  properties: ConfigProperties,
  specs: readonly ConfigSpec<unknown>[],
  log: Logger,
): void {
  const known = specs.flatMap(({ definitions }) => definitions.map(({ name }) => name));
  for (const key of Object.keys(properties)) {
    const role = CLIENT.exec(key)?.[0] ?? '';
    const offered = known.filter((name) => name.startsWith(role));
    const meant = known.includes(key) ? undefined : nearestName(key, offered);
    if (meant !== undefined) log.warn('a setting is not known', { setting: key, didYouMean: meant });
  }
}
