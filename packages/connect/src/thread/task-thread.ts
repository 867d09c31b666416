/** The thread of one task, or of one call into a plugin: it runs what it was started for and tells the main thread. */
import { parentPort, workerData } from 'node:worker_threads';
import type { LogFields, Logger } from '@millrace/base';
import { MillraceError } from '@millrace/base';
import type { Position } from '@millrace/connect-api';
import { builtInPlugins } from '../built-in-plugins.ts';
import { runAlterOffsets, runPlan, runTask, runValidation, type CallContext } from '../task/run-task.ts';
import { failureOf } from '../task/task-error.ts';
import type { TaskFailure, TaskMetric, TaskSpec } from '../task/task-host.ts';
import { watchHeap } from './heap-watch.ts';
import { collectWhenIdle } from './idle-collection.ts';
import { memoryError } from './memory-error.ts';
import { PluginMetrics } from './plugin-metrics.ts';
import type { FromThread, LogLine, OffsetsAnswer, ThreadJob, ToThread } from './thread-messages.ts';

const REPORT_INTERVAL_MS = 1_000;

const pluginMetrics = new PluginMetrics();
const stopping = new AbortController();
const asked = new Map<number, PromiseWithResolvers<readonly (Position | undefined)[]>>();
let lastId = 0;

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}

const log: Logger = loggerWith({});

function loggerWith(own: LogFields): Logger {
  const line =
    (level: LogLine['level']) =>
    (message: string, fields: LogFields = {}): void =>
      tell({ kind: 'log', level, message, fields: plain({ ...own, ...fields }) });
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => loggerWith({ ...own, ...fields }),
  };
}

/** What a message can carry; anything else as text. */
function plain(fields: LogFields): LogFields {
  try {
    return structuredClone(fields);
  } catch {
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  }
}

function ask(message: (id: number) => FromThread): Promise<readonly (Position | undefined)[]> {
  lastId++;
  const answer = Promise.withResolvers<readonly (Position | undefined)[]>();
  asked.set(lastId, answer);
  tell(message(lastId));
  return answer.promise;
}

function onAnswer({ id, offsets, failure }: OffsetsAnswer): void {
  const waiting = asked.get(id);
  asked.delete(id);
  if (failure === undefined) waiting?.resolve(offsets ?? []);
  else waiting?.reject(errorOf(failure));
}

function errorOf({ code, message, isRetriable }: TaskFailure): MillraceError {
  return new MillraceError(code === '' ? 'MILLRACE_CONNECT_FAILED' : code, message, { retriable: isRetriable });
}

async function report(metrics: readonly TaskMetric[]): Promise<void> {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const measured = await pluginMetrics.report();
  tell({ kind: 'report', metrics, pluginMetrics: measured, heapBytes: heapUsed, bufferBytes: arrayBuffers });
}

async function task(spec: TaskSpec): Promise<void> {
  const running = runTask(
    spec,
    {
      log,
      pluginMetrics,
      offsets: {
        read: (partitions) => ask((id) => ({ kind: 'read-offsets', id, partitions })),
        write: async (offsets) => void (await ask((id) => ({ kind: 'write-offsets', id, offsets }))),
      },
      onState: (state) => tell({ kind: 'state', state }),
      onTopic: (topic) => tell({ kind: 'topic', topic }),
    },
    builtInPlugins,
  );
  stopping.signal.addEventListener('abort', () => running.stop(), { once: true });
  onPause = (isPaused) => (isPaused ? running.pause() : running.resume());
  const reporting = setInterval(() => void report(running.metrics()), REPORT_INTERVAL_MS);
  try {
    await running.ended;
  } finally {
    clearInterval(reporting);
    await report(running.metrics());
  }
}

let onPause: (isPaused: boolean) => void = () => undefined;

parentPort?.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'pause':
    case 'resume':
      onPause(message.kind === 'pause');
      return;
    case 'stop':
      stopping.abort();
      return;
    case 'offsets':
      onAnswer(message);
      return;
  }
});

async function serve(job: ThreadJob): Promise<void> {
  const context: CallContext = { log, signal: stopping.signal, builtIn: builtInPlugins };
  switch (job.kind) {
    case 'task':
      await task(job.spec);
      break;
    case 'plan':
      for await (const configs of runPlan(job.spec, job.tasksMax, context)) tell({ kind: 'tasks', configs });
      break;
    case 'validate':
      tell({ kind: 'validated', config: await runValidation(job.spec, job.isCheckSkipped, context) });
      break;
    case 'alter-offsets':
      tell({ kind: 'altered', outcome: await runAlterOffsets(job.spec, job.changes, context) });
      break;
  }
}

const job = workerData as ThreadJob;
watchHeap(job.spec.settings.maxHeapMb, () => {
  const name = job.kind === 'task' ? `${job.spec.connector}-${String(job.spec.task)}` : job.spec.connector;
  const failure = failureOf(memoryError(`the heap of ${name} has outgrown its limit`, job.spec.settings.maxHeapMb));
  tell({ kind: 'failed', failure });
  // Before it takes more.
  process.exit(1);
});
collectWhenIdle();
tell({ kind: 'begun' });
serve(job).then(
  () => tell({ kind: 'ended' }),
  (error: unknown) => tell({ kind: 'failed', failure: failureOf(error) }),
);
