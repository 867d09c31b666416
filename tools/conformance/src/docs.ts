import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CASES } from './cases.ts';
import { CLIENTS } from './client.ts';
import { CLIENT_NAMES, type ClientName } from './options.ts';
import { apiSection } from './docs-apis.ts';
import { semanticsSection } from './docs-semantics.ts';
import { TOOL_DIR } from './paths.ts';
import { count, type TargetResults } from './results.ts';
import type { SemanticsLine } from './semantics.ts';
import { tableRow } from './tables.ts';

/** A place where the two brokers do not do the same, kept by hand. */
export interface Difference {
  readonly what: string;
  readonly millrace: string;
  readonly reference: string;
  readonly reason: string;
  /** Where a reader can see it: clients and cases of the table. */
  readonly seenBy: readonly string[];
}

export function readDifferences(): Difference[] {
  return JSON.parse(readFileSync(join(TOOL_DIR, 'known-differences.json'), 'utf8')) as Difference[];
}

function mark(results: TargetResults | undefined, client: ClientName, name: string): string {
  if (results === undefined) return '?';
  const offered = results.clients[client]?.cases;
  if (offered !== undefined && !offered.includes(name)) return '–';
  const found = results.results.find((one) => one.client === client && one.name === name);
  if (found === undefined) return '?';
  return { passed: 'yes', failed: '**no**', skipped: 'skipped' }[found.status];
}

/** Ours and the reference in one cell: one word when they agree. */
function cell(
  ours: TargetResults | undefined,
  theirs: TargetResults | undefined,
  client: ClientName,
  name: string,
): string {
  const [a, b] = [mark(ours, client, name), mark(theirs, client, name)];
  return a === b ? a : `${a} / ${b}`;
}

/** False when both runs say that the client has no such case. */
function mayOffer(
  ours: TargetResults | undefined,
  theirs: TargetResults | undefined,
  client: ClientName,
  name: string,
): boolean {
  return [ours, theirs].some((results) => mark(results, client, name) !== '–');
}

function runLine(title: string, results: TargetResults | undefined): string {
  if (results === undefined) return `- ${title}: not run`;
  const { passed, failed, skipped } = count(results.results);
  const note = results.note === undefined ? '' : `; ${results.note}`;
  return `- ${title} ${results.version}: ${passed} passed, ${failed} failed, ${skipped} skipped on ${results.date} by \`${results.command}\`${note}`;
}

export function renderDocs(
  ours: TargetResults | undefined,
  theirs: TargetResults | undefined,
  differences: readonly Difference[],
  semantics: readonly SemanticsLine[],
): string {
  const lines = [
    '# Conformance',
    '',
    'Kafka clients that this project did not write, and its own, run against Millrace and against Apache Kafka as the reference.',
    'Written by `npm run conformance -- --target both --write-docs`; how the cases work is in',
    '[tools/conformance](../tools/conformance/README.md).',
    '',
    runLine('Millrace', ours),
    runLine('Apache Kafka', theirs),
    '',
    'A cell holds one word when both brokers agree, else Millrace / Apache Kafka. `–`: the client has no such function, or its program does not try it (sarama was added for its transactions).',
    '',
    '## Clients',
    '',
    tableRow(['client', 'version', 'cases']),
    tableRow(['---', '---', '---']),
  ];
  for (const name of CLIENT_NAMES) {
    const known = ours?.clients[name] ?? theirs?.clients[name];
    lines.push(tableRow([CLIENTS[name].title, known?.version ?? '?', String(known?.cases.length ?? 0)]));
  }
  for (const group of new Set(CASES.map((one) => one.group))) {
    lines.push('', `## ${group.charAt(0).toUpperCase()}${group.slice(1)}`, '');
    const cases = CASES.filter((one) => one.group === group);
    // A column in which nothing could ever stand says nothing.
    const clients = CLIENT_NAMES.filter((client) => cases.some((one) => mayOffer(ours, theirs, client, one.name)));
    lines.push(tableRow(['case', ...clients]), tableRow(['---', ...clients.map(() => '---')]));
    for (const one of cases) {
      lines.push(tableRow([one.name, ...clients.map((client) => cell(ours, theirs, client, one.name))]));
    }
    lines.push('', ...cases.map((one) => `- \`${one.name}\`: ${one.shows}`));
  }
  lines.push('', ...apiSection(ours, theirs), '', ...semanticsSection(semantics));
  lines.push('', '## Known differences', '');
  if (differences.length === 0) lines.push('None.');
  for (const one of differences) {
    lines.push(
      `- **${one.what}** Millrace: ${one.millrace} Apache Kafka: ${one.reference} Why: ${one.reason} Seen by: ${one.seenBy.join(', ')}.`,
    );
  }
  return `${lines.join('\n')}\n`;
}
