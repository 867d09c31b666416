/** Runs tasks of the source as a worker does, with offsets that outlive them. */
import { noMetrics, silentLogger, systemClock, systemTimers, type Logger } from '@millrace/base';
import {
  plainValue,
  positionKey,
  type ConfigProperties,
  type OutRecord,
  type SourceOffset,
} from '@millrace/connect-api';
import { s3Source } from '../src/index.ts';

export class SourceDriver {
  readonly records: OutRecord[] = [];
  readonly dead: { readonly raw: Buffer; readonly error: unknown }[] = [];
  readonly stored = new Map<string, SourceOffset['offset']>();
  readonly warnings: string[] = [];
  batches = 0;

  get values(): unknown[] {
    return this.records.map(({ value }) => plainValue(value));
  }

  /** Reads until `isEnough`, asked after each batch; what was read then is stored with its offset. */
  async run(
    properties: ConfigProperties,
    isEnough: (driver: SourceDriver) => boolean,
    { taskIndex = 0, taskCount = 1, signal: stop = AbortSignal.timeout(20_000) } = {},
  ): Promise<void> {
    const { config, issues } = s3Source.config.read(properties);
    if (config === undefined) throw new Error(JSON.stringify(issues));
    const log: Logger = { ...silentLogger, warn: (message) => this.warnings.push(message), child: () => log };
    const task = await s3Source.task({ 'task.index': String(taskIndex), 'task.count': String(taskCount) }, config, {
      connector: 's3',
      task: taskIndex,
      log,
      metrics: noMetrics,
      clock: systemClock,
      timers: systemTimers,
      signal: stop,
      offset: async (partition) => this.stored.get(positionKey(partition)) as never,
      offsets: async (partitions) => partitions.map((one) => this.stored.get(positionKey(one)) as never),
      deadLetter: async (raw, error) => {
        this.dead.push({ raw: Buffer.from(raw), error });
      },
    });
    try {
      for await (const { records, partition, offset } of task.read(stop)) {
        this.batches += 1;
        this.records.push(...records);
        this.stored.set(positionKey(partition), offset);
        if (isEnough(this)) return;
      }
      throw new Error(`there was not enough: ${this.records.length} records, ${this.dead.length} dead letters`);
    } finally {
      await task[Symbol.asyncDispose]();
    }
  }
}

export const untilRecords =
  (count: number) =>
  ({ records }: SourceDriver): boolean =>
    records.length >= count;
