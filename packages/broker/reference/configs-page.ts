/** The page of settings, from the tables by which the broker reads, checks and describes them. */
import { BROKER_KEYS } from '../src/config/broker-keys.ts';
import type { ConfigDefinition } from '../src/config/config-definition.ts';
import { FOREIGN_KEYS, type ForeignKey } from '../src/config/foreign-keys.ts';
import { BROKER_FALLBACKS, TOPIC_KEYS, type TopicKey } from '../src/config/topic-keys.ts';
import { code, GENERATED, row, tableOf } from './markdown.ts';

export function configsPage(): string {
  const brokerRows = rowsOf(BROKER_KEYS, (_, { update }) => update);
  const topicRows = rowsOf(TOPIC_KEYS, (name) =>
    BROKER_FALLBACKS[name as TopicKey].map((fallback) => code(fallback.name)).join(', '),
  );
  return [
    '# Settings',
    '',
    GENERATED,
    '',
    'Keys are those of Apache Kafka; own ones begin with `millrace.`. A broker reads them from a file (`--config`), from the environment',
    '(`log.retention.ms` is `MILLRACE_LOG_RETENTION_MS`) and from flags (`--log.retention.ms 3600000`); the later one wins. An unknown key',
    'is an error that names the nearest valid one. `kafka-configs` and every admin client read and change the settings of topics, and those',
    'broker settings that are not read-only.',
    '',
    '"No effect" means that the setting is checked, stored and shown, and changes nothing; the reason stands there.',
    '',
    '## Topics',
    '',
    'A topic without a setting of its own takes the broker setting named last in its row; the first one that is set counts.',
    '',
    ...tableOf(['key', 'type', 'default', 'allowed', 'meaning', 'broker setting'], topicRows),
    '',
    '## Brokers',
    '',
    'Read-only settings are taken at the start; cluster-wide ones can be changed while the broker runs.',
    '',
    ...tableOf(['key', 'type', 'default', 'allowed', 'meaning', 'changes'], brokerRows),
    '',
    "## Kafka's settings that mean nothing here",
    '',
    'Taken, with a note in the log at the start:',
    '',
    ...foreign('accepted'),
    '',
    'Refused, because the broker would not do what was asked for (values that ask for nothing are taken, where given):',
    '',
    ...foreign('refused'),
    '',
  ].join('\n');
}

function rowsOf(
  table: Readonly<Record<string, ConfigDefinition>>,
  last: (name: string, definition: ConfigDefinition) => string,
): string[] {
  return Object.entries(table)
    .filter(([, { isInternal }]) => !isInternal)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, definition]) => {
      const { type, defaultText, validText, documentation, noEffect } = definition;
      const meaning = noEffect === null ? documentation : `${documentation} **No effect:** ${noEffect}`;
      const shownDefault = defaultText === null ? 'unset' : defaultText === '' ? 'empty' : code(defaultText);
      return row(code(name), type, shownDefault, validText ?? '', meaning, last(name, definition));
    });
}

/** By reason, as many keys share one. */
function foreign(kind: ForeignKey['kind']): string[] {
  const byReason = new Map<string, string[]>();
  for (const [name, key] of FOREIGN_KEYS) {
    if (key.kind !== kind) continue;
    const harmless = key.harmless.length === 0 ? '' : ` (${key.harmless.map(shownValue).join(', ')})`;
    byReason.set(key.reason, [...(byReason.get(key.reason) ?? []), `${code(name)}${harmless}`]);
  }
  return [...byReason].map(([reason, names]) => `- ${reason}: ${names.join(', ')}.`);
}

function shownValue(text: string): string {
  return text === '' ? 'empty' : code(text);
}
