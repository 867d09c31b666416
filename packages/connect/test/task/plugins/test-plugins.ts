/** Small connectors for tests of tasks. They run in threads, so all they know comes in their settings. */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  defineSink,
  defineSource,
  defineTransform,
  type ConfigProperties,
  type ConfigSpec,
  type InRecord,
  type OutRecord,
  type Position,
  type SinkContext,
  type SourceBatch,
  type SourceContext,
} from '@millrace/connect-api';

/** Takes every setting as it is. */
const anySettings: ConfigSpec<ConfigProperties> = {
  definitions: [],
  secretKeys: new Set(),
  read: (properties) =>
    properties['invalid'] === undefined
      ? { config: properties, issues: [], values: [], warnings: [] }
      : { config: undefined, issues: [{ key: 'invalid', message: 'must not be set' }], values: [], warnings: [] },
};

class PassingError extends Error {
  readonly retriable = true;
}

/** True the first time it is asked for this name: a file remembers. */
function isFirstTime(folder: string | undefined, name: string): boolean {
  const path = `${folder ?? '.'}/once-${name}`;
  if (existsSync(path)) return false;
  writeFileSync(path, '');
  return true;
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * Counts from the stored offset to `count`, `batch.size` numbers at a time, then waits.
 * `fail.at`: throws before that number, once, what may pass; `break.at`: always, what does not. `loop.at`, `leak.at`, `burst.at`, `exit.at`: as they say.
 */
export const countingSource = defineSource<ConfigProperties, Position, { readonly next: number }>({
  name: 'CountingSource',
  version: '1.0.0',
  aliases: ['org.example.CountingSource'],
  config: anySettings,
  delivery: () => ({ exactlyOnce: true, ownTransactions: true }),
  check: async (config) => {
    if (config['check'] === 'hangs') await new Promise(() => undefined);
    return config['check'] === undefined ? [] : [{ key: 'check', message: `is ${config['check']}` }];
  },
  plan: async function* (config, { tasksMax }) {
    if (config['plan'] === 'throws') throw new Error('no plan today');
    if (config['plan'] === 'loops') for (;;);
    yield Array.from({ length: tasksMax }, (_, part) => ({ part: String(part) }));
    if (config['plan'] === 'again') yield [{ part: 'only' }];
  },
  task: async (task, config, context) => ({
    read: (signal) => count({ ...config, ...task }, context, signal),
    durable: (offsets) => {
      for (const { offset } of offsets) note(config, `durable ${String(offset.next)}`);
    },
    [Symbol.asyncDispose]: async () => note(config, 'disposed'),
  }),
  alterOffsets: async (_config, changes) => {
    if (changes.some(({ offset }) => offset !== null && typeof offset['next'] !== 'number')) {
      throw new Error('an offset has next');
    }
    return 'done';
  },
});

function note(config: ConfigProperties, line: string): void {
  if (config['folder'] !== undefined) appendFileSync(`${config['folder']}/notes`, `${line}\n`);
}

async function* count(
  config: ConfigProperties,
  context: SourceContext<Position, { readonly next: number }>,
  signal: AbortSignal,
): AsyncGenerator<SourceBatch<Position, { readonly next: number }>, void> {
  const setting = (key: string): number => Number(config[key] ?? Infinity);
  const partition = { source: config['part'] ?? 'all' };
  const batchSize = Number(config['batch.size'] ?? '10');
  let next = (await context.offset(partition))?.next ?? 0;
  note(config, `start ${String(next)}`);
  const gauge = { value: next };
  context.metrics.gauge('millrace_connect_test_position', 'Where the counting source is.', () => gauge.value);
  while (!signal.aborted && next < Number(config['count'] ?? '100')) {
    if (next >= setting('fail.at') && isFirstTime(config['folder'], 'fail')) throw new PassingError('not now');
    if (next >= setting('break.at')) throw new Error('the source is broken');
    if (next >= setting('loop.at')) for (;;);
    if (next >= setting('leak.at')) await leak();
    if (next >= setting('burst.at')) burst();
    if (next >= setting('exit.at')) process.exit(3);
    if (next >= setting('reject.at')) {
      void Promise.reject(new Error('nobody waits for this'));
      await whenAborted(signal);
    }
    if (next >= setting('letter.at') && isFirstTime(config['folder'], 'letter')) {
      await context.deadLetter(Buffer.from('raw'), new TypeError('not to be read'));
    }
    const records: OutRecord[] = [];
    for (; records.length < batchSize; next++) {
      records.push({ topic: config['topic'] ?? 'numbers', key: String(next), value: `value ${String(next)}` });
    }
    gauge.value = next;
    if (config['pace.ms'] !== undefined) await delay(Number(config['pace.ms']));
    const transaction = next % Number(config['transaction.size'] ?? Infinity) === 0 ? 'end' : undefined;
    const isAborted = setting('abort.at') < next && next <= setting('abort.at') + batchSize;
    yield {
      records,
      partition,
      offset: { next },
      ...(isAborted ? { transaction: 'abort' } : transaction === undefined ? {} : { transaction }),
    };
  }
  await whenAborted(signal);
  if (config['deaf'] === 'true') await new Promise(() => undefined);
}

/** As the parsing of a text that is too large: in one piece, for which V8 ends a process and not a thread. */
function burst(): never {
  const kept: unknown[] = [];
  for (;;) kept.push(new Array(45_000_000).fill(0.5));
}

/** As caches leak: a little with each turn. */
async function leak(): Promise<never> {
  const kept: unknown[] = [];
  for (;;) {
    for (let count = 0; count < 10; count++) kept.push(new Array(10_000).fill(kept.length));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/**
 * Appends `partition offset value` lines to `folder`/out, at once or (with `buffer`) at each flush.
 * `fail.at`: a write with that offset fails twice with what may pass. `poison`: records with that value are reported. `revoke.fails`: flushes
 * before partitions go fail `once` or `always`, with what may pass.
 */
export const fileSink = defineSink<ConfigProperties>({
  name: 'FileSink',
  version: '1.0.0',
  config: anySettings,
  task: async (_task, config, context) => {
    const held: string[] = [];
    const out = (lines: readonly string[]): void => {
      if (lines.length > 0) appendFileSync(`${config['folder'] ?? '.'}/out`, lines.map((line) => `${line}\n`).join(''));
    };
    return {
      assigned: async (partitions) => {
        note(
          config,
          `assigned ${partitions
            .map(({ partition }) => partition)
            .sort()
            .join(',')}`,
        );
        if (config['begin.at'] === undefined) return undefined;
        return partitions.map((at) => ({ ...at, offset: Number(config['begin.at']) }));
      },
      write: async (records) => {
        if (config['pace.ms'] !== undefined) await delay(Number(config['pace.ms']));
        failWhenDue(records, config);
        control(records, config, context);
        for (const record of records) {
          if (config['poison'] !== undefined && record.value === config['poison']) {
            await context.report(record, new RangeError('poisonous'));
            continue;
          }
          held.push(`${String(record.partition)} ${String(record.offset)} ${String(record.value)}`);
        }
        if (config['buffer'] === undefined) out(held.splice(0));
        if (config['commit.soon'] === 'true') context.commitSoon();
      },
      flush: async (reason) => {
        note(config, `flush ${reason}`);
        if (config['flush.fails'] === 'true' && isFirstTime(config['folder'], 'flush'))
          throw new PassingError('not now');
        if (reason === 'revoke' && config['revoke.fails'] === 'once' && isFirstTime(config['folder'], 'revoke'))
          throw new PassingError('not now');
        if (reason === 'revoke' && config['revoke.fails'] === 'always') throw new PassingError('not before they go');
        out(held.splice(0));
      },
      revoked: async (partitions, lost) => {
        const going = partitions.map(({ partition }) => String(partition)).sort();
        note(config, `revoked ${going.join(',')} ${String(lost)}`);
        if (!lost) return;
        const kept = held.filter((line) => !going.includes(line.slice(0, line.indexOf(' '))));
        held.splice(0, held.length, ...kept);
      },
      [Symbol.asyncDispose]: async () => note(config, 'disposed'),
    };
  },
});

/** `seek.at`: goes back to the beginning, once; `pause.at`: pauses its partition until the next flush. */
function control(records: readonly InRecord[], config: ConfigProperties, context: SinkContext): void {
  for (const { topic, partition, offset } of records) {
    if (String(offset) === config['seek.at'] && isFirstTime(config['folder'], 'seek')) {
      context.seek([{ topic, partition, offset: 0 }]);
    }
    if (String(offset) === config['pause.at']) {
      note(config, `pauses ${String(partition)}`);
      context.pause([{ topic, partition }]);
      setTimeout(() => {
        note(config, `resumes ${String(partition)}`);
        context.resume([{ topic, partition }]);
      }, 300);
    }
  }
}

function failWhenDue(records: readonly InRecord[], config: ConfigProperties): void {
  const due = records.some(({ offset }) => String(offset) === config['fail.at']);
  if (due && (isFirstTime(config['folder'], 'first') || isFirstTime(config['folder'], 'second'))) {
    note(config, `failed ${records.map(({ offset }) => offset).join(',')}`);
    throw new PassingError('the target is away');
  }
  if (records.some(({ offset }) => String(offset) === config['break.at'])) throw new Error('the target is broken');
}

/** Refuses values that contain `refuse`; drops those that contain `drop`. */
export const picky = defineTransform<ConfigProperties>({
  name: 'Picky',
  version: '1.0.0',
  config: anySettings,
  create: (config) => (record) => {
    const value = String(record.value);
    if (config['refuse'] !== undefined && value.endsWith(config['refuse'])) throw new TypeError(`refused ${value}`);
    return config['drop'] !== undefined && value.endsWith(config['drop']) ? null : record;
  },
});
