/**
 * The settings of a plugin as a table in Markdown, between `<!-- settings of NAME -->` and `<!-- end of settings -->` in a file that people
 * write: what is between is made anew with the manifest.
 */
import type { ConfigDefinition } from '../config/config-spec.ts';
import { manifestError, type PluginManifest } from './plugin-manifest.ts';

const SECTION = /(<!-- settings of (\S+) -->\n)[^]*?(<!-- end of settings -->)/g;

/** The text with the tables of today; the same when it has no such section. Throws when it names a plugin that is not there. */
export function withSettingsTables(text: string, { plugins }: PluginManifest, from: string): string {
  return text.replace(SECTION, (_all, start: string, name: string, end: string) => {
    const plugin = plugins.find((candidate) => candidate.name === name);
    if (plugin === undefined) {
      throw manifestError(`${from} has a section for the settings of ${name}, and there is no such plugin: remove it`);
    }
    return `${start}\n${settingsTable(plugin.definitions)}\n${end}`;
  });
}

/** Columns are as wide as what is in them. */
export function settingsTable(definitions: readonly ConfigDefinition[]): string {
  const rows = [
    ['setting', 'type', 'default', 'what it does'],
    ...definitions.map(({ name, type, required, defaultValue, documentation }) => [
      `\`${name}\``,
      type.toLowerCase(),
      required ? '**required**' : defaultValue === null || defaultValue === '' ? '' : `\`${defaultValue}\``,
      documentation.replaceAll(/\s*\n\s*/g, ' '),
    ]),
  ].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |\n`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('');
}
