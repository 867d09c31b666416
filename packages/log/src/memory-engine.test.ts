import type { AppendAccepted, LogEngine, PartitionLog } from './log-engine.ts';
import { createMemoryLogEngine } from './memory-engine.ts';
import { buildBatch, LOG_CONFIG, ManualTime, readAll, silentLogger, valuesOf } from '../test/log-fixtures.ts';

const ID = { topicId: 'dG9waWMtb25lLXRvcGljMQ', partition: 0 };

describe('memory engine', () => {
  let time: ManualTime;
  let engine: LogEngine;
  let log: PartitionLog;

  beforeEach(async () => {
    time = new ManualTime();
    engine = createMemoryLogEngine({ clock: time, timers: time, logger: silentLogger });
    await engine.start();
    log = await engine.openPartition(ID, { config: LOG_CONFIG, leaderEpoch: 3 });
  });

  it('shows a batch only once its group is durable', async () => {
    const outcome = log.append(buildBatch(time, { values: ['a', 'b'] }), { origin: 'client' }) as AppendAccepted;

    expect(outcome).toMatchObject({ errorCode: 0, baseOffset: 0, lastOffset: 1, isDuplicate: false });
    expect([log.logEndOffset, log.highWatermark]).toEqual([2, 0]);
    expect(valuesOf(await readAll(log))).toEqual([]);

    await expect(outcome.durable).resolves.toBe(0);

    expect(log.highWatermark).toBe(2);
    expect(valuesOf(await readAll(log))).toEqual(['a', 'b']);
  });

  it('keeps its data over close and start', async () => {
    await (log.append(buildBatch(time, { values: ['kept'] }), { origin: 'client' }) as AppendAccepted).durable;

    await engine.close();
    await engine.start();
    const reopened = await engine.openPartition(ID, { config: LOG_CONFIG, leaderEpoch: 4 });

    expect(valuesOf(await readAll(reopened))).toEqual(['kept']);
    expect(reopened.leaderEpoch).toBe(4);
  });
});
