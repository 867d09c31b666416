import { silentLogger, systemClock, systemTimers } from '@millrace/base';
import type { Producer } from '@millrace/sdk';

import { ExactlyOnceWriter } from './exactly-once-writer.ts';
import { RecordSender } from './record-sender.ts';
import type { SourcePump } from './source-pump.ts';
import { addRecord, emptyUnit, type SourceUnit } from './source-unit.ts';
import type { TaskEnvironment } from './task-environment.ts';
import { TaskMetrics } from './task-metrics.ts';

const OFFSETS = 'connect-offsets';

/** What a transaction was given, and how it ended. */
class FakeTransaction {
  readonly topics: string[] = [];
  outcome: 'open' | 'committed' | 'aborted' = 'open';

  async sendAll({ name }: { readonly name: string }, records: Iterable<unknown>): Promise<unknown> {
    // As the client does before a record is in its hands: the transaction itself does not know of it.
    if (name === 'refused') throw new Error('nobody knows the topic');
    this.topics.push(...Array.from(records, () => name));
    return [];
  }

  async commit(): Promise<void> {
    this.outcome = 'committed';
  }

  async abort(): Promise<void> {
    this.outcome = 'aborted';
  }
}

describe('a source that writes exactly once', () => {
  it('never commits offsets of records that the client did not take, at its end neither', async () => {
    const unit = emptyUnit();
    addRecord(unit, 'refused', { key: null, value: Buffer.from('x') });
    unit.offsets.set({ table: 't' }, { id: 1 });
    const units: SourceUnit[] = [unit];
    const pump = {
      get hasEnded() {
        return units.length === 0;
      },
      take: async () => units.shift(),
      takeReady: async () => units.shift(),
      release: () => undefined,
    } as unknown as SourcePump;
    const transaction = new FakeTransaction();
    const environment = {
      clock: systemClock,
      timers: systemTimers,
      metrics: new TaskMetrics('source', systemClock),
      checkpoint: () => undefined,
      spec: { connector: 'c', task: 0 },
    } as unknown as TaskEnvironment;
    const stored: unknown[] = [];
    const writer = new ExactlyOnceWriter(
      {
        environment,
        log: silentLogger,
        prepareTopic: () => Promise.resolve(),
        onDurable: async (offsets) => void stored.push(...offsets),
      },
      { begin: async () => transaction, close: async () => undefined } as unknown as Producer,
      new RecordSender(),
      { kind: 'poll', intervalMs: 1 },
      OFFSETS,
    );

    await expect(writer.run(pump)).rejects.toThrow('nobody knows the topic');
    expect(stored).toEqual([]);
    expect(transaction.outcome).toBe('aborted');
  });
});
