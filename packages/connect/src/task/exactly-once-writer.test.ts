import { silentLogger, systemClock, type Timers } from '@millrace/base';
import { KafkaError, type Producer } from '@millrace/sdk';

import { ExactlyOnceWriter, type TransactionBoundary } from './exactly-once-writer.ts';
import { RecordSender } from './record-sender.ts';
import type { SourcePump } from './source-pump.ts';
import { addRecord, emptyUnit, type SourceUnit } from './source-unit.ts';
import type { TaskEnvironment } from './task-environment.ts';
import { TaskMetrics } from './task-metrics.ts';

const OFFSETS = 'connect-offsets';

/** What a transaction was given, and how it ended. */
class FakeTransaction {
  readonly topics: string[] = [];
  /** What its commits reject with, one after the other. */
  readonly refusals: Error[] = [];
  outcome: 'open' | 'committed' | 'aborted' = 'open';

  async sendAll({ name }: { readonly name: string }, records: Iterable<unknown>): Promise<unknown> {
    // As the client does before a record is in its hands: the transaction itself does not know of it.
    if (name === 'refused') throw new Error('nobody knows the topic');
    this.topics.push(...Array.from(records, () => name));
    if (name === 'unacknowledged') throw new KafkaError('MILLRACE_CLIENT_DELIVERY', 'given up', { retriable: true });
    return [];
  }

  async commit(): Promise<void> {
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw refusal;
    this.outcome = 'committed';
  }

  async abort(): Promise<void> {
    this.outcome = 'aborted';
  }
}

/** Nobody waits. */
const timers: Timers = {
  schedule: (_ms, callback) => {
    const handle = setImmediate(callback);
    return { cancel: () => clearImmediate(handle) };
  },
};

/** A writer whose source gives one record for this topic, and ends: with an error when one is given. */
function create(topic: string, kind: TransactionBoundary['kind'], failure?: Error) {
  const unit = emptyUnit();
  addRecord(unit, topic, { key: null, value: Buffer.from('x') });
  unit.offsets.set({ table: 't' }, { id: 1 });
  const units: SourceUnit[] = [unit];
  const pump = {
    get hasEnded() {
      return units.length === 0;
    },
    take: async () => {
      if (units.length === 0 && failure !== undefined) throw failure;
      return units.shift();
    },
    takeReady: async () => units.shift(),
    release: () => undefined,
  } as unknown as SourcePump;
  const transaction = new FakeTransaction();
  const environment = {
    clock: systemClock,
    timers,
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
    { kind, intervalMs: 60_000 },
    OFFSETS,
  );
  return { run: () => writer.run(pump), transaction, stored };
}

const unanswered = (retriable: boolean): KafkaError =>
  new KafkaError('MILLRACE_CLIENT_BROKER_ERROR', 'no answer', { retriable });

describe('a source that writes exactly once', () => {
  it('never commits offsets of records that the client did not take, at its end neither', async () => {
    const { run, stored, transaction } = create('refused', 'poll');

    await expect(run()).rejects.toThrow('nobody knows the topic');
    expect(stored).toEqual([]);
    expect(transaction.outcome).toBe('aborted');
  });

  it.each(['poll', 'interval'] as const)(
    'leaves no transaction open whose records were not acknowledged, nor at its end (%s)',
    async (kind) => {
      const { run, stored, transaction } = create('unacknowledged', kind);

      await expect(run()).rejects.toMatchObject({ retriable: true });
      expect(stored).toEqual([]);
      expect(transaction.outcome).toBe('aborted');
    },
  );

  it('commits what came before an error of its source, and aborts it when that fails', async () => {
    const kept = create('numbers', 'interval', new Error('the source is broken'));
    await expect(kept.run()).rejects.toThrow('the source is broken');
    expect(kept.transaction.outcome).toBe('committed');

    const lost = create('unacknowledged', 'interval', new Error('the source is broken'));
    await expect(lost.run()).rejects.toThrow('the source is broken');
    expect(lost.transaction.outcome).toBe('aborted');
  });

  it('asks again for the outcome of a commit, whatever the error', async () => {
    const { run, stored, transaction } = create('numbers', 'interval');
    transaction.refusals.push(unanswered(true), unanswered(false), unanswered(true));

    await run();

    expect(transaction.outcome).toBe('committed');
    expect(stored).toEqual([{ partition: { table: 't' }, offset: { id: 1 } }]);
  });

  it('begins anew when the outcome of a commit cannot be had', async () => {
    const { run, stored, transaction } = create('numbers', 'poll');
    transaction.refusals.push(...Array.from({ length: 100 }, () => unanswered(false)));

    await expect(run()).rejects.toMatchObject({ code: 'MILLRACE_CONNECT_TASK_RECORD', retriable: true });
    expect(stored).toEqual([]);
    expect(transaction.refusals.length).toBeGreaterThan(50);
  });

  it('is over when another task has taken over, whatever failed first', async () => {
    const { run, transaction } = create('unacknowledged', 'poll');
    transaction.abort = () => Promise.reject(new KafkaError('MILLRACE_CLIENT_FENCED', 'fenced', { fatal: true }));

    await expect(run()).rejects.toMatchObject({ code: 'MILLRACE_CONNECT_TASK_FENCED', retriable: false });
  });
});
