/** The process of a task: runs it as a run in memory does, with the topics and offsets in the process of the test. */
import { messageOf } from '@millrace/base';
import { plainValue, type OutRecord, type SinkConnector, type SourceConnector } from '@millrace/connect-api';
import { pluginsOf } from '@millrace/connect-api/manifest';

import type { SinkPorts, SourcePorts } from '../run/ports.ts';
import { SinkRun } from '../run/sink-run.ts';
import { SourceRun } from '../run/source-run.ts';
import type { FromTask, StartMessage, ToTask } from './messages.ts';

const MEMORY_EVERY_MS = 100;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const waiting = new Map<number, Waiting>();
let lastId = 0;
let run: SourceRun | SinkRun | undefined;
/** It may be told to end before its plugin is loaded. */
let isStopping = false;

process.on('message', (message: ToTask) => {
  if (message.type === 'answer') {
    const caller = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) caller?.resolve(message.value);
    else caller?.reject(new Error(message.error));
  } else if (message.type === 'stop') {
    isStopping = true;
    void run?.stop().catch(() => undefined);
  } else {
    void start(message).then(
      () => end({ type: 'ended' }),
      (error: unknown) => end({ type: 'ended', error: messageOf(error) }),
    );
  }
});
// The test is gone.
process.on('disconnect', () => process.exit(1));
setInterval(() => say({ type: 'memory', rssBytes: process.memoryUsage.rss() }), MEMORY_EVERY_MS).unref();

async function start({ kind, module, plugin: name, properties, options }: StartMessage): Promise<void> {
  const plugin = pluginsOf((await import(module)) as Readonly<Record<string, unknown>>).find(
    (candidate) => candidate.kind === kind && candidate.name === name,
  );
  if (plugin === undefined) throw new Error(`${module} exports no ${kind} that is called ${name}`);
  if (kind === 'source') {
    run = SourceRun.start(plugin as SourceConnector, properties, { ...options, ports: sourcePorts() });
  } else {
    run = SinkRun.start(plugin as SinkConnector, properties, { ...options, ports: sinkPorts() });
  }
  const { logs } = run;
  logs.push = (...lines) => {
    for (const line of lines) say({ type: 'log', line: { ...line, fields: structuredCloneable(line.fields) } });
    return 0;
  };
  if (isStopping) void run.stop().catch(() => undefined);
  await run.ended();
}

function sourcePorts(): SourcePorts {
  return {
    readOffsets: (partitions) => call('readOffsets', partitions),
    append: (records) => call('append', records.map(plain)),
    store: (offsets) => call('store', offsets),
    commit: (records, offsets) => call('commit', records.map(plain), offsets),
    deadLetter: (raw, reason) => call('deadLetter', raw, reason),
  };
}

function sinkPorts(): SinkPorts {
  return {
    assignment: () => call('assignment'),
    fetch: (positions, countMax, signal) => callUntil(signal, 'fetch', positions, countMax),
    commit: (offsets) => call('commit', offsets),
    deadLetter: (record, reason) => call('deadLetter', record, reason),
  };
}

/** Prepared values hold functions, which cannot be sent. */
function plain(record: OutRecord): OutRecord {
  return { ...record, key: plainValue(record.key), value: plainValue(record.value) };
}

function structuredCloneable<T extends object>(fields: T): T {
  try {
    return structuredClone(fields);
  } catch {
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)])) as T;
  }
}

function call<T>(method: string, ...args: readonly unknown[]): Promise<T> {
  const id = ++lastId;
  return new Promise<T>((resolve, reject) => {
    waiting.set(id, { resolve: resolve, reject });
    say({ type: 'call', id, method, args });
  });
}

async function callUntil<T>(signal: AbortSignal, method: string, ...args: readonly unknown[]): Promise<T> {
  const answer = call<T>(method, ...args);
  const id = lastId;
  const cancel = (): void => say({ type: 'cancel', id });
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel);
  try {
    return await answer;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

function say(message: FromTask): void {
  if (process.connected) process.send?.(message);
}

function end(message: FromTask): void {
  process.send?.(message, () => process.exit(0));
}
