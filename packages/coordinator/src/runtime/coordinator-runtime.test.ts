import { noMetrics, silentLogger } from '@millrace/base';
import { createMemoryLogEngine } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import { OFFSETS_LOG_CONFIG } from '../../test/coordinator-fixture.ts';
import { ManualTime } from '../../test/manual-time.ts';
import { CoordinatorRuntime } from './coordinator-runtime.ts';
import type { CoordinatorShard, RecordCodec } from './coordinator-shard.ts';
import { createRuntimeMetrics } from './runtime-metrics.ts';
import type { Step } from './step.ts';

/** The smallest state machine: numbers by name. */
class Counters implements CoordinatorShard<string> {
  readonly seen: string[] = [];
  closedWith = 0;

  replay(record: string): void {
    this.seen.push(record);
  }

  *onLoaded(): Generator<void, void, undefined> {
    // Nothing to begin.
  }

  nextDeadlineMs(): number {
    return Infinity;
  }

  onTime(): void {
    throw new Error('there are no deadlines');
  }

  *liveRecords(): Generator<string, void, undefined> {
    yield* this.seen;
  }

  *upkeep(step: Step<string>): Generator<void, void, undefined> {
    this.write('kept up', step);
    yield;
    if (this.seen.includes('fragile')) throw new Error('upkeep went wrong');
  }

  close(errorCode: number): void {
    this.closedWith = errorCode;
  }

  write(record: string, step: Step<string>): void {
    step.records.push(record);
    this.replay(record);
  }
}

const codec: RecordCodec<string> = {
  encodeKey: (record) => {
    if (record === 'unwritable') throw new Error('cannot be encoded');
    return Buffer.from(record);
  },
  encodeValue: () => Buffer.alloc(0),
  decode: (key) => String(key),
};

async function start() {
  const time = new ManualTime();
  const engine = createMemoryLogEngine({ clock: time, timers: time, logger: silentLogger });
  const id = { topicId: 'AAAAAAAAAAAAAAAAAAAAbw', partition: 0 };
  const log = await engine.openPartition(id, { config: OFFSETS_LOG_CONFIG, leaderEpoch: 0 });
  const runtime = new CoordinatorRuntime<Counters, string>({
    createShard: () => new Counters(),
    codec,
    clock: time,
    timers: time,
    logger: silentLogger,
    metrics: createRuntimeMetrics(noMetrics, 'test'),
    appendTimeoutMs: () => 5_000,
    upkeepIntervalMs: () => 60_000,
  });
  await runtime.load(0, log);
  const ask = (operation: (shard: Counters, step: Step<string>) => void): Promise<string[] | number> =>
    runtime.ask<string[] | number>(
      0,
      (shard, step, waiter) => {
        operation(shard, step);
        step.answer(waiter, [...shard.seen]);
      },
      (errorCode) => errorCode,
    );
  return { time, runtime, ask };
}

describe('an operation that throws', () => {
  it.each([
    [
      'halfway',
      (shard: Counters, step: Step<string>) => {
        shard.write('half', step);
        throw new Error('halfway');
      },
    ],
    ['when its records are encoded', (shard: Counters, step: Step<string>) => shard.write('unwritable', step)],
  ])('%s is answered UNKNOWN_SERVER_ERROR, and nothing of it stays', async (_, operation) => {
    const { time, ask } = await start();
    await ask((shard, step) => shard.write('good', step));

    expect(await ask(operation)).toBe(ErrorCode.UNKNOWN_SERVER_ERROR);
    expect(await ask(() => undefined)).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    await time.advance(100);

    expect(await ask(() => undefined)).toEqual(['good']);
  });
});

describe('upkeep', () => {
  it('runs at its interval, and its records are in the log', async () => {
    const { time, runtime, ask } = await start();

    await time.advance(125_000);

    expect(await ask(() => undefined)).toEqual(['kept up', 'kept up']);
    await runtime.close();
  });

  it('that goes wrong does not end the partition', async () => {
    const { time, ask } = await start();
    await ask((shard, step) => shard.write('fragile', step));

    await time.advance(61_000);

    expect(await ask(() => undefined)).toEqual(['fragile']);
  });
});

describe('sliced work over all shards', () => {
  it('is durable when it resolves', async () => {
    const { runtime, ask } = await start();

    await runtime.runSlicedOnAll(function* (shard, step) {
      shard.write('one', step);
      yield;
      shard.write('two', step);
    });

    expect(await ask(() => undefined)).toEqual(['one', 'two']);
  });
});
