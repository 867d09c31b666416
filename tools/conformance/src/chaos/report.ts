import type { CaseResult } from '../results.ts';
import type { ChaosOutcome } from './chaos-run.ts';
import type { AnomalyKind, Verdict } from './checker.ts';

/** The lines of a run: one for each client, one for what reads along, one for the log, one for the broker. */
export function resultsOf(outcome: ChaosOutcome, verdict: Verdict, ms: number): CaseResult[] {
  const line = (client: string, name: string, isGood: boolean, detail: string): CaseResult => {
    return { client, name, status: isGood ? 'passed' : 'failed', ms, detail };
  };
  const { history, producers, readers, startsMs } = outcome;
  const sum = (kinds: readonly AnomalyKind[], owner?: string): number =>
    kinds.reduce((total, kind) => total + verdict.count(kind, owner), 0);
  const owned = ['lost', 'moved', 'doubled', 'reordered'] as const;

  const clients = producers.map(({ name, version, acknowledged, failures }) => {
    const rounds = new Set(acknowledged.map((one) => one.round)).size;
    const counts = owned.map((kind) => `${verdict.count(kind, name)} ${kind}`);
    const isGood = sum(owned, name) === 0 && failures.length === 0 && acknowledged.length > 0;
    const detail = `${name} ${version}: ${acknowledged.length} acknowledged in ${rounds} lives of the broker, ${counts.join(', ')}`;
    return line(name, 'exactly-once', isGood, [detail, ...failures.slice(0, 3)].join('; '));
  });
  const [follower] = readers;
  const troubles = readers.flatMap((one) => one.failures.slice(0, 3).map((what) => `${one.name}: ${what}`));
  const isSteady = verdict.count('vanished') === 0 && troubles.length === 0 && history.followed.length > 0;
  const read = `${history.followed.length} records read along by ${follower?.version}, ${verdict.count('vanished')} vanished`;
  const unowned = sum(owned) - producers.reduce((total, { name }) => total + sum(owned, name), 0);
  const known = new Set(producers.map((one) => one.name));
  const foreign = history.stored.filter((one) => !known.has(one.key.slice(0, one.key.lastIndexOf('-')))).length;
  const isWhole = verdict.count('missing') === 0 && unowned === 0 && foreign === 0;
  const log = `${history.stored.length} records, ${verdict.count('missing')} offsets missing, ${foreign} records of nobody`;
  const sorted = startsMs.toSorted((left, right) => left - right).map(Math.round);
  const broker = [
    `killed ${history.killedAtMs.length} times (${outcome.killsInStarts} while it started), stopped by SIGTERM in the end;`,
    `ready after ${sorted[sorted.length >> 1]} ms (median of ${sorted.length}), ${sorted.at(-1)} ms (longest)`,
  ].join(' ');
  return [
    ...clients,
    line('reader', 'nothing-vanishes', isSteady, [read, ...troubles].join('; ')),
    line('log', 'no-gaps', isWhole, log),
    line('broker', 'starts-again', true, broker),
  ];
}
