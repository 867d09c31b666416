/** docs/performance/profile.md, from condensed profiles alone. Pure. */
import { markdownTable } from '@millrace/testing';
import type { LoadProfile } from './profile-run.ts';
import type { Share, Summary } from './profile-summary.ts';

export interface ProfileContext {
  readonly date: string;
  readonly machine: string;
  readonly command: string;
}

const FUNCTIONS_SHOWN = 20;
const ALLOCATORS_SHOWN = 10;
const AREAS_SHOWN = 10;
const MEGABYTE = 1_000_000;
const MILLION = 1_000_000;

export function reportProfiles(profiles: readonly LoadProfile[], { date, machine, command }: ProfileContext): string {
  return [
    '# Where the time goes',
    `${date}, ${machine}. Command: \`${command}\`.`,
    "The built broker under load by Apache Kafka's tools, after a warm-up, profiled from inside. CPU by thread comes from `/proc` and holds " +
      'everything; the profile holds the main thread, sampled twice a millisecond, and shares are of the time when it was not idle. ' +
      'Allocation is sampled (objects that were collected since are counted, contents of buffers are not). Profiling itself costs ' +
      'some of the throughput. The profiles beside this page open in the developer tools of Chrome once they are unpacked.',
    ...profiles.flatMap(describeLoad),
  ].join('\n\n');
}

/** The section of docs/performance.md that leads to the page. */
export function reportProfileSection(
  profiles: readonly LoadProfile[],
  { date, machine, command }: ProfileContext,
): string {
  return [
    '## Where the time goes',
    `${date}, ${machine}. Command: \`${command}\`. Tables by function, threads and allocations, and the profiles themselves: ` +
      '[performance/profile.md](performance/profile.md).',
    markdownTable(
      ['load', 'main thread busy', 'CPU s/M', 'largest areas of the busy main thread'],
      profiles.map(({ load, records, threads, cpu }) => [
        load.title,
        percent(busyShare(cpu)),
        (sum(threads) / (records / MILLION)).toFixed(2),
        largestAreas(cpu),
      ]),
    ),
  ].join('\n\n');
}

function describeLoad({ load, records, recordsPerSecond, threads, cpu, heap }: LoadProfile): string[] {
  const perMillion = sum(threads) / (records / MILLION);
  return [
    `## ${load.title}`,
    `${Math.round(recordsPerSecond / 1_000)} k records/s, ${perMillion.toFixed(2)} CPU seconds per million records; the main thread was ` +
      `busy for ${percent(busyShare(cpu))} of the time. Most of that went to ${largestAreas(cpu)}.`,
    markdownTable(
      ['thread', 'CPU s', 'share'],
      threads.map(({ label, amount }) => [label, amount.toFixed(2), percent(amount / sum(threads))]),
    ),
    markdownTable(
      ['main thread by area', 'self s', 'share'],
      cpu.areas.slice(0, AREAS_SHOWN).map((area) => [area.label, area.amount.toFixed(2), share(area, cpu)]),
    ),
    markdownTable(
      ['main thread by function', 'self s', 'share'],
      cpu.functions.slice(0, FUNCTIONS_SHOWN).map((each) => [code(each), each.amount.toFixed(2), share(each, cpu)]),
    ),
    markdownTable(
      [`allocation by function (${(heap.total / MEGABYTE).toFixed(0)} MB in all)`, 'MB', 'share'],
      heap.functions
        .slice(0, ALLOCATORS_SHOWN)
        .map((each) => [code(each), (each.amount / MEGABYTE).toFixed(1), share(each, heap)]),
    ),
  ];
}

function largestAreas(summary: Summary): string {
  return summary.areas
    .slice(0, 3)
    .map((area) => `${area.label} (${share(area, summary)})`)
    .join(', ');
}

function busyShare({ total, idle }: Summary): number {
  return total / (total + idle);
}

function code({ label }: Share): string {
  return `\`${label.replaceAll('|', '\\|')}\``;
}

function share({ amount }: Share, { total }: Summary): string {
  return percent(total === 0 ? 0 : amount / total);
}

function sum(shares: readonly Share[]): number {
  return shares.reduce((total, { amount }) => total + amount, 0);
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}
