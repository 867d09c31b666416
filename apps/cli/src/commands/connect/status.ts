import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { CliContext } from '../../cli-context.ts';
import { isInterruption, wrongUsage } from '../../cluster/cluster-command.ts';
import {
  connectorPath,
  type ConnectClient,
  type ConnectorStatus,
  type RunStatus,
} from '../../connect/connect-client.ts';
import { clientOf, workerCommand, type WorkerOptions } from '../../connect/connect-command.ts';
import { progressOf, type TaskProgress } from '../../connect/task-progress.ts';
import { printTable } from '../../output.ts';
import { bar, grouped } from '../../progress.ts';
import { parseDuration } from '../option-parsers.ts';

interface StatusOptions extends WorkerOptions {
  readonly watch?: true;
  readonly interval: number;
}

/** Home, and erase what is below: the table is drawn over the one before. */
const REDRAW = '\u001B[H\u001B[J';

export function connectorStatusCommand(context: CliContext): Command {
  return workerCommand('status', 'show what connectors and their tasks do', [
    'millrace connect status',
    'millrace connect status orders-cdc --watch     # with records a second and progress of the snapshot',
  ])
    .argument('[connector...]', 'all when none is named')
    .option('-w, --watch', 'show it again and again, with progress, until interrupted')
    .option('--interval <time>', 'between two looks of --watch', parseDuration, 1_000)
    .action(async (names: string[], options: StatusOptions) => {
      const client = await clientOf(context, options);
      if (!options.watch) return print(context, options, await statusesOf(client, names));
      if (options.json && context.isOutputWatched)
        throw wrongUsage('--watch --json is for programs: pipe it somewhere');
      try {
        await watch(context, options, client, names);
      } catch (error) {
        // That is how it ends.
        if (!isInterruption(error, context.signal)) throw error;
      }
    });
}

async function statusesOf(client: ConnectClient, names: readonly string[]): Promise<ConnectorStatus[]> {
  if (names.length > 0) {
    return Promise.all(names.map((name) => client.call<ConnectorStatus>('GET', connectorPath(name, '/status'))));
  }
  const all = await client.call<Record<string, { readonly status: ConnectorStatus }>>(
    'GET',
    '/connectors?expand=status',
  );
  return Object.values(all).map(({ status }) => status);
}

type Progresses = ReadonlyMap<string, ReadonlyMap<number, TaskProgress>>;

async function watch(
  context: CliContext,
  options: StatusOptions,
  client: ConnectClient,
  names: readonly string[],
): Promise<void> {
  let before: { readonly progresses: Progresses; readonly atMs: number } | undefined;
  while (!context.signal.aborted) {
    const statuses = await statusesOf(client, names);
    const metrics = await metricsOf(client, context.signal);
    const progresses: Progresses = new Map(statuses.map(({ name }) => [name, progressOf(metrics, name)]));
    const atMs = performance.now();
    if (context.isOutputWatched) void context.output.write(Buffer.from(REDRAW));
    print(context, options, statuses, {
      of: (name, task) => progresses.get(name)?.get(task),
      perSecond(name, task) {
        const [now, earlier] = [progresses.get(name)?.get(task), before?.progresses.get(name)?.get(task)];
        if (now === undefined || earlier === undefined || before === undefined) return undefined;
        return Math.max(0, now.records - earlier.records) / ((atMs - before.atMs) / 1000);
      },
    });
    before = { progresses, atMs };
    // Only an interrupt ends it early, which the loop looks at.
    await sleep(options.interval, undefined, { signal: context.signal }).catch(() => undefined);
  }
}

/** Kafka Connect's own worker has no such page. */
async function metricsOf(client: ConnectClient, signal: AbortSignal): Promise<string> {
  try {
    return await client.text('GET', '/metrics');
  } catch (error) {
    if (isInterruption(error, signal)) throw error;
    return '';
  }
}

interface Watched {
  of(connector: string, task: number): TaskProgress | undefined;
  perSecond(connector: string, task: number): number | undefined;
}

function print(
  context: CliContext,
  options: StatusOptions,
  statuses: readonly ConnectorStatus[],
  watched?: Watched,
): void {
  const { output } = context;
  if (options.json) {
    for (const status of statuses) {
      const tasks = status.tasks.map((task) => ({ ...task, ...watched?.of(status.name, task.id) }));
      output.line(JSON.stringify({ ...status, tasks }));
    }
    return;
  }
  const header = ['CONNECTOR', 'TASK', 'STATE', 'WORKER', ...(watched === undefined ? [] : ['RECORDS/S', 'PROGRESS'])];
  const rows = statuses.flatMap(({ name, type, connector, tasks }) => [
    [name, type, stateOf(connector), connector.worker_id],
    ...tasks.map((task) => [
      '',
      String(task.id),
      stateOf(task),
      task.worker_id,
      ...(watched === undefined ? [] : progressCells(watched, name, task.id)),
    ]),
  ]);
  printTable(output, header, rows);
  for (const { name, connector, tasks } of statuses) {
    for (const { what, trace } of [
      { what: name, trace: connector.trace },
      ...tasks.map((task) => ({ what: `${name}, task ${String(task.id)}`, trace: task.trace })),
    ]) {
      if (trace !== undefined && trace !== '') output.line(`\n${what}:\n${trace.trimEnd()}`);
    }
  }
  const hasFailed = statuses.some(({ connector, tasks }) =>
    [connector, ...tasks].some(({ state }) => state === 'FAILED'),
  );
  context.setExitCode(hasFailed && watched === undefined ? 1 : 0);
}

function stateOf({ state, restarts = 0 }: RunStatus): string {
  return restarts > 0 ? `${state} (restarted ${String(restarts)}x)` : state;
}

function progressCells(watched: Watched, connector: string, task: number): string[] {
  const perSecond = watched.perSecond(connector, task);
  const { records, snapshot } = watched.of(connector, task) ?? {};
  const rate = perSecond === undefined ? '-' : grouped(perSecond);
  if (snapshot !== undefined && snapshot.doneRows < snapshot.expectedRows) {
    const { doneRows, expectedRows } = snapshot;
    return [rate, `snapshot ${bar(doneRows, expectedRows)}${grouped(doneRows)} of about ${grouped(expectedRows)} rows`];
  }
  return [rate, records === undefined ? '-' : `${grouped(records)} records`];
}
