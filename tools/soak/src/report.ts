/** What a run found out, as a section of docs/reliability.md. */
import { markdownTable } from '@millrace/testing';
import { CLIENT_NAMES, type ClientName } from './options.ts';
import type { RoundOutcome } from './soak-round.ts';

export const SECTION = 'soak';

export interface RunSummary {
  readonly outcomes: readonly RoundOutcome[];
  /** Seeds that did not get to their end. */
  readonly failedSeeds: readonly number[];
  readonly date: string;
  readonly command: string;
  readonly minutes: number;
  /** Processor, cores, Node and commit. */
  readonly machine: string;
  readonly broker: { readonly kills: number; readonly killsInStarts: number; readonly startsMs: readonly number[] };
}

const CLIENT_TITLES: Readonly<Record<ClientName, string>> = {
  kafkajs: 'kafkajs 2.2.4',
  java: 'Java kafka-clients 4.3.1',
};

const number = (value: number): string => value.toLocaleString('en-US');

/** The section's text, with what went wrong no less than with what went well. */
export function renderSummary(run: RunSummary): string {
  const { outcomes, failedSeeds, date, command, minutes, machine, broker } = run;
  const anomalies = sum(outcomes, (one) => one.report.anomalyCount);
  const rounds = outcomes.length + failedSeeds.length;
  const verdict =
    anomalies === 0 && failedSeeds.length === 0
      ? '**0 anomalies.**'
      : `**${number(anomalies)} anomalies, ${failedSeeds.length} rounds that did not end** (seeds ${failingSeeds(run).join(', ')}).`;
  const sorted = broker.startsMs.toSorted((a, b) => a - b);
  const starts = `ready again after ${number(Math.round(sorted[sorted.length >> 1] ?? 0))} ms (median), ${number(Math.round(sorted.at(-1) ?? 0))} ms at most`;
  return [
    `${date}, \`${command}\`, ${number(Math.round(minutes))} min, ${rounds} seeds: ${verdict} ${machine}.`,
    clientTable(outcomes),
    faultSentence(
      outcomes,
      `${number(broker.kills)} times, ${number(broker.killsInStarts)} of them while it started (${starts})`,
    ),
  ].join('\n\n');
}

function failingSeeds({ outcomes, failedSeeds }: RunSummary): number[] {
  return [...outcomes.filter((one) => one.report.anomalyCount > 0).map((one) => one.seed), ...failedSeeds];
}

function clientTable(outcomes: readonly RoundOutcome[]): string {
  const rows = CLIENT_NAMES.flatMap((name) => {
    const own = outcomes.filter((one) => one.client === name);
    if (own.length === 0) return [];
    const transactions = (state: keyof RoundOutcome['report']['transactions']): string =>
      number(sum(own, (one) => one.report.transactions[state]));
    return [
      [
        CLIENT_TITLES[name],
        number(own.length),
        number(sum(own, (one) => one.processed)),
        transactions('committed'),
        transactions('aborted'),
        transactions('unknown'),
        transactions('open'),
        number(sum(own, (one) => one.report.anomalyCount)),
      ],
    ];
  });
  const head = [
    'workers',
    'seeds',
    'records processed',
    'committed',
    'aborted',
    'unanswered',
    'abandoned',
    'anomalies',
  ];
  return markdownTable(head, rows);
}

function faultSentence(outcomes: readonly RoundOutcome[], kills: string): string {
  const count = (kind: keyof RoundOutcome['faults']): string => number(sum(outcomes, (one) => one.faults[kind]));
  return [
    `The broker was killed ${kills}, clients ${count('kill client')} times;`,
    `${count('freeze client')} clients were frozen past their timeouts, ${number(sum(outcomes, (one) => one.lostAnswers))} answers lost, all connections cut ${count('cut')} times,`,
    `delayed ${count('delay')} times and silent ${count('silence')} times.`,
  ].join(' ');
}

function sum(outcomes: readonly RoundOutcome[], of: (outcome: RoundOutcome) => number): number {
  return outcomes.reduce((total, one) => total + of(one), 0);
}
