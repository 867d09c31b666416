/**
 * Settings of a connector that do not do what they seem to: names that nothing reads, misspelled ones most likely, and references to config
 * providers that there are not, which stay text. Kafka Connect passes both over in silence; here they bring warnings.
 */
import { nearestName } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';
import { providersIn } from '../config-providers/config-resolver.ts';

export interface KnownSettings {
  /** Every name that is read. */
  readonly keys: ReadonlySet<string>;
  /** Beginnings of names of which any may be read. */
  readonly open: readonly string[];
  /** Names to offer in place of an unknown one. */
  readonly offered: readonly string[];
  /** `config.providers` of the worker. */
  readonly providers: readonly string[];
}

/** Of clients, which say themselves what they do not know. */
const OPEN = ['producer.override.', 'consumer.override.', 'admin.override.'];
const CONVERTER = /^(?<setting>(?:key|value|header)\.converter)\./;

/** A sentence for each, none with a value in it. */
export function misleadingSettings(given: ConfigProperties, known: KnownSettings): readonly string[] {
  const open = [...OPEN, ...known.open, ...topicGroups(given, known)];
  return Object.entries(given).flatMap(([key, text]) => [
    ...(known.keys.has(key) || open.some((beginning) => key.startsWith(beginning))
      ? []
      : [ofWorkersConverter(key, given) ?? unknown(key, known)]),
    ...providersIn(text)
      .filter((provider) => !known.providers.includes(provider))
      .map((provider) => unresolved(key, provider)),
  ]);
}

/** Sources may set any setting of a topic in a group that they name. */
function topicGroups(given: ConfigProperties, { keys }: KnownSettings): string[] {
  if (!keys.has('topic.creation.groups')) return [];
  const groups = (given['topic.creation.groups'] ?? '').split(',').map((group) => group.trim());
  return ['default', ...groups].map((group) => `topic.creation.${group}.`);
}

/** Settings of converters are read together with the class. */
function ofWorkersConverter(key: string, given: ConfigProperties): string | undefined {
  const setting = CONVERTER.exec(key)?.groups?.['setting'];
  if (setting === undefined || given[setting] !== undefined) return undefined;
  return `${key} has no effect without ${setting}: the worker's converter has the worker's settings; set ${setting} to its class, too`;
}

function unknown(key: string, { offered }: KnownSettings): string {
  const [, list, alias] = /^(transforms|predicates)\.([^.]+)\./.exec(key) ?? [];
  const meant = nearestName(key, offered);
  const remedy =
    meant !== undefined
      ? `did you mean ${meant}?`
      : alias !== undefined
        ? `${String(list)} does not name ${alias}, or it has no such setting`
        : 'nothing reads it; see GET /connector-plugins/{plugin}/config for what there is';
  return `${key} is not known and has no effect: ${remedy}`;
}

function unresolved(key: string, provider: string): string {
  return (
    `${key} has a reference to the config provider ${provider}, which the worker does not have, and is taken as it is written: add ` +
    `${provider} to config.providers of every worker`
  );
}
