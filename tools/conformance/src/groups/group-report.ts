/** The table of docs/reliability.md: pauses by client and phase, ours beside Apache Kafka's where both were run. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { markdownTable, replaceSection } from '@millrace/testing';
import { REPO_ROOT } from '../paths.ts';
import type { Overlap } from './group-history.ts';
import { GROUP_CLIENTS, type GroupClientName } from './group-options.ts';
import type { PhaseOutcome } from './group-run.ts';

const DOCUMENT = join(REPO_ROOT, 'docs', 'reliability.md');
const SECTION = 'groups';

export interface ClientOutcome {
  readonly client: GroupClientName;
  readonly version: string;
  readonly phases: readonly PhaseOutcome[];
  readonly overlaps: readonly Overlap[];
  /** Overlaps with a member that had been put out and had not heard. */
  readonly stale: number;
  readonly skipped: readonly { readonly partition: number; readonly offset: number }[];
  readonly losses: number;
  readonly read: number;
  readonly repeated: number;
}

/** What a run leaves in its folder of results. */
export interface SavedOutcome {
  readonly date: string;
  /** Its version. */
  readonly broker: string;
  readonly outcome: ClientOutcome;
}

const TITLES: Readonly<Record<GroupClientName, string>> = {
  wire: 'bare protocol, eager: three processes of',
  java: 'Java, cooperative',
  librdkafka: 'librdkafka, cooperative',
  sarama: 'sarama, eager',
  kafkajs: 'kafkajs, eager',
  platformatic: '@platformatic/kafka, eager',
  sdk: 'our SDK, cooperative',
};

const PHASES = [
  'join at once',
  'one rebalance after the other',
  'two come while two go',
  'a third killed',
  'broker killed in a rebalance',
];

/** Writes the section from what the last runs of each client left in the folder. */
export async function writeGroupsSection(outDir: string): Promise<void> {
  const read = (kind: string): SavedOutcome[] =>
    GROUP_CLIENTS.map((client) => join(outDir, `${kind}-${client}.json`))
      .filter((file) => existsSync(file))
      .map((file) => JSON.parse(readFileSync(file, 'utf8')) as SavedOutcome);
  const text = renderGroups(read('millrace'), read('reference'));
  const page = replaceSection(readFileSync(DOCUMENT, 'utf8'), SECTION, text);
  writeFileSync(DOCUMENT, await format(page, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' }));
  console.log(`# wrote ${DOCUMENT}`);
}

export function renderGroups(ours: readonly SavedOutcome[], reference: readonly SavedOutcome[]): string {
  const tableOf = (saved: readonly SavedOutcome[]): string =>
    markdownTable(
      ['client', ...PHASES, 'two owners', 'skipped'],
      saved.map(({ outcome }) => [
        `${TITLES[outcome.client]} ${outcome.version}`,
        ...PHASES.map((name) => pauseOf(outcome.phases.find((phase) => phase.name === name))),
        String(outcome.overlaps.length),
        String(outcome.skipped.length),
      ]),
    );
  const [cpu] = cpus();
  const [first] = ours;
  const [kafka] = reference;
  return [
    `Millrace, ${first?.date ?? 'not run'}; ${cpus().length} cores of ${cpu?.model ?? 'unknown'}, Node ${process.versions.node}:`,
    tableOf(ours),
    ...(kafka === undefined
      ? []
      : [`Apache Kafka ${kafka.broker}, ${kafka.date}, on the same machine:`, tableOf(reference)]),
  ].join('\n\n');
}

function pauseOf(phase: PhaseOutcome | undefined): string {
  if (phase === undefined) return '-';
  const sorted = phase.pausesMs.toSorted((left, right) => left - right);
  const seconds = (ms: number | undefined): string => ((ms ?? 0) / 1_000).toFixed(1);
  return `${seconds(sorted[sorted.length >> 1])} / ${seconds(sorted.at(-1))}`;
}
