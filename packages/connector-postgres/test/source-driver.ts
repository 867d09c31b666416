/** Drives a source task as the runtime does, without Kafka: keeps its records and offsets, and can be stopped anywhere. */
import {
  createDeferred,
  noMetrics,
  silentLogger,
  systemClock,
  systemTimers,
  type LogFields,
  type Logger,
} from '@millrace/base';
import {
  plainValue,
  positionKey,
  type OutRecord,
  type Position,
  type SourceBatch,
  type SourceConnector,
  type SourceTask,
  type TaskConfig,
} from '@millrace/connect-api';

export interface LoggedLine {
  readonly message: string;
  readonly fields: LogFields;
}

export interface KeptRecord {
  readonly topic: string;
  readonly key: unknown;
  readonly value: unknown;
  readonly record: OutRecord;
}

/** What outlives a task: Kafka and the offset store. */
export class Kept {
  readonly records: KeptRecord[] = [];
  readonly offsets = new Map<string, Position>();
  readonly deadLetters: { readonly raw: string; readonly error: unknown }[] = [];
  batches = 0;

  of(topic: string): KeptRecord[] {
    return this.records.filter((record) => record.topic === topic);
  }
}

/** The JSON of a rendered value. */
export function jsonOf(value: unknown): unknown {
  if (value === null || value === undefined) return value;
  const { json } = value as { readonly json?: Uint8Array };
  return json === undefined ? plainValue(value) : JSON.parse(Buffer.from(json).toString());
}

export class SourceDriver implements AsyncDisposable {
  readonly kept: Kept;
  /** What the task logged, of level info and above. */
  readonly logged: readonly LoggedLine[];
  readonly #task: SourceTask;
  readonly #abort = new AbortController();
  readonly #done: Promise<unknown>;
  #watchers: (() => void)[] = [];
  #failure: unknown;

  private constructor(
    task: SourceTask,
    kept: Kept,
    logged: readonly LoggedLine[],
    onBatch: (batch: SourceBatch) => Promise<boolean> | boolean,
  ) {
    this.#task = task;
    this.kept = kept;
    this.logged = logged;
    this.#done = this.#run(onBatch).catch((error: unknown) => {
      this.#failure = error;
      for (const watcher of this.#watchers) watcher();
    });
  }

  /** @param onBatch whether the batch is kept; false stops as if the process was killed before it was */
  static async start<C>(
    connector: SourceConnector<C>,
    properties: Readonly<Record<string, string>>,
    kept: Kept = new Kept(),
    onBatch: (batch: SourceBatch) => Promise<boolean> | boolean = () => true,
  ): Promise<SourceDriver> {
    const { config, issues } = connector.config.read(properties);
    if (config === undefined) throw new Error(JSON.stringify(issues));
    const offset = (partition: Position): Promise<Position | undefined> =>
      Promise.resolve(kept.offsets.get(positionKey(partition)));
    const logged: LoggedLine[] = [];
    const task = await connector.task(await firstTask(connector, config), config, {
      connector: 'under-test',
      task: 0,
      log: logInto(logged),
      metrics: noMetrics,
      clock: systemClock,
      timers: systemTimers,
      signal: new AbortController().signal,
      offset,
      offsets: (partitions) => Promise.all(partitions.map(offset)),
      deadLetter: async (raw, error) => void kept.deadLetters.push({ raw: Buffer.from(raw).toString(), error }),
    });
    return new SourceDriver(task, kept, logged, onBatch);
  }

  /** Resolves when what is kept fulfils the condition. */
  async until(condition: (kept: Kept) => boolean, what = 'the condition', timeoutMs = 20_000): Promise<void> {
    const late = setTimeout(() => {
      this.#failure ??= new Error(`${what}: not within ${timeoutMs} ms; ${this.kept.records.length} records`);
      for (const watcher of this.#watchers) watcher();
    }, timeoutMs);
    try {
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure as Error;
        if (condition(this.kept)) return;
        const next = createDeferred<void>();
        this.#watchers.push(() => next.resolve());
        await next.promise;
      }
    } finally {
      clearTimeout(late);
    }
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#done;
    await this.#task[Symbol.asyncDispose]();
  }

  /** What ended it. */
  async failure(): Promise<unknown> {
    await this.#done;
    return this.#failure;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #run(onBatch: (batch: SourceBatch) => Promise<boolean> | boolean): Promise<void> {
    for await (const batch of this.#task.read(this.#abort.signal)) {
      if (!(await onBatch(batch))) {
        this.#abort.abort();
        return;
      }
      for (const record of batch.records) {
        const { topic, key, value } = record;
        this.kept.records.push({ topic, key: jsonOf(key), value: jsonOf(value), record });
      }
      this.kept.batches += 1;
      this.kept.offsets.set(positionKey(batch.partition), JSON.parse(JSON.stringify(batch.offset)) as Position);
      await this.#task.durable?.([batch]);
      const watchers = this.#watchers;
      this.#watchers = [];
      for (const watcher of watchers) watcher();
    }
  }
}

function logInto(lines: LoggedLine[]): Logger {
  const note = (message: string, fields: LogFields = {}): void => {
    lines.push({ message, fields });
    if (process.env['SOURCE_LOG'] !== undefined) console.log(message, fields);
  };
  return { ...silentLogger, info: note, warn: note, error: note };
}

/** Of the connector's first plan. */
async function firstTask<C>(connector: SourceConnector<C>, config: C): Promise<TaskConfig> {
  const abort = new AbortController();
  const context = { connector: 'under-test', log: silentLogger, clock: systemClock, tasksMax: 1 };
  for await (const [first] of connector.plan(config, context, abort.signal)) {
    abort.abort();
    return first ?? {};
  }
  throw new Error('the connector plans no task');
}
