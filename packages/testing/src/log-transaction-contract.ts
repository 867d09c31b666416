/**
 * What every log engine has to do about transactions, told in cases like those of `log-engine-contract.ts`.
 */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type {
  AbortedTransaction,
  AppendAccepted,
  AppendOptions,
  AppendOutcome,
  EndMarker,
  LogConfig,
  LogEngine,
  PartitionId,
  PartitionLog,
} from '@millrace/log';
import {
  batchAttributes,
  batchLastOffset,
  batchPositions,
  batchProducerEpoch,
  batchProducerId,
  decodeBatch,
  decodeEndTxnMarker,
  ErrorCode,
  isControl,
} from '@millrace/protocol';
import {
  accepted,
  appendDurably,
  buildBatch,
  CONTRACT_LOG_CONFIG,
  readToEnd,
  refused,
  valuesOf,
  type LogEngineCase,
  type LogEngineHarness,
} from './log-engine-contract.ts';

const TOPIC = 'dHJhbnNhY3Rpb25zLXRvcA';
const FIRST: PartitionId = { topicId: TOPIC, partition: 0 };
const DAY_MS = 86_400_000;

const cases: LogEngineCase[] = [];

function contract(name: string, run: (harness: LogEngineHarness) => Promise<void>): void {
  cases.push({
    name,
    async run(createHarness) {
      await using harness = await createHarness();
      await run(harness);
    },
  });
}

function open(engine: LogEngine, config: Partial<LogConfig> = {}): Promise<PartitionLog> {
  return engine.openPartition(FIRST, { config: { ...CONTRACT_LOG_CONFIG, ...config }, leaderEpoch: 1 });
}

/** A producer as its client and coordinator have it. */
class Producer {
  readonly id: number;
  epoch = 0;
  nextSequence = 0;

  constructor(id: number) {
    this.id = id;
  }

  /** A batch of the transaction; the sequence goes on when it is taken. */
  send(log: PartitionLog, values: readonly string[], options: Partial<AppendOptions> = {}): AppendOutcome {
    const outcome = log.append(this.batch(values), { origin: 'client', mayOpenTransaction: true, ...options });
    if (outcome.errorCode === 0) this.nextSequence += values.length;
    return outcome;
  }

  batch(values: readonly string[], baseSequence = this.nextSequence): Buffer {
    return buildBatch({
      values,
      producerId: this.id,
      producerEpoch: this.epoch,
      baseSequence,
      isTransactional: true,
    });
  }

  async sendDurably(log: PartitionLog, ...values: readonly string[]): Promise<AppendAccepted> {
    const outcome = accepted(this.send(log, values));
    strictEqual(await outcome.durable, ErrorCode.NONE);
    return outcome;
  }

  marker(outcome: 'commit' | 'abort', changes: Partial<EndMarker> = {}): EndMarker {
    return {
      producerId: this.id,
      producerEpoch: this.epoch + 1,
      coordinatorEpoch: 0,
      outcome,
      transactionVersion: 2,
      ...changes,
    };
  }

  /** As transaction version 2 has it: the marker bears the next epoch, with which sequences begin anew. */
  end(log: PartitionLog, outcome: 'commit' | 'abort'): AppendAccepted {
    const ended = accepted(log.appendEndMarker(this.marker(outcome)));
    this.epoch++;
    this.nextSequence = 0;
    return ended;
  }

  async endDurably(log: PartitionLog, outcome: 'commit' | 'abort'): Promise<AppendAccepted> {
    const ended = this.end(log, outcome);
    strictEqual(await ended.durable, ErrorCode.NONE);
    return ended;
  }
}

interface CommittedRead {
  /** Base offsets of control batches included. */
  readonly values: readonly string[];
  readonly aborted: readonly AbortedTransaction[];
  readonly endOffset: number;
}

/** One read under read_committed. */
async function readOnce(log: PartitionLog, offset: number, maxBytes = 64 * 1024): Promise<CommittedRead> {
  const outcome = await log.read({ offset, maxBytes, atLeastOneBatch: true, isolation: 'read_committed' });
  strictEqual(outcome.errorCode, ErrorCode.NONE);
  const values: string[] = [];
  let endOffset = offset;
  for (const slice of outcome.slices) {
    for (const position of batchPositions(slice)) {
      endOffset = batchLastOffset(slice, position) + 1;
      const isMarker = isControl(batchAttributes(slice, position));
      for (const record of decodeBatch(slice, position)) values.push(isMarker ? 'marker' : String(record.value));
    }
  }
  return { values, aborted: outcome.abortedTransactions ?? [], endOffset };
}

/** Everything that is stable from `offset` on, in as many reads as it takes: one may end where memory begins. */
async function readStable(log: PartitionLog, offset: number): Promise<CommittedRead> {
  const values: string[] = [];
  const aborted = new Map<string, AbortedTransaction>();
  let endOffset = offset;
  while (endOffset < log.lastStableOffset) {
    const read = await readOnce(log, endOffset);
    ok(read.endOffset > endOffset, `nothing at ${endOffset} below the last stable offset ${log.lastStableOffset}`);
    values.push(...read.values);
    for (const each of read.aborted) aborted.set(`${each.producerId} ${each.firstOffset}`, each);
    ({ endOffset } = read);
  }
  return { values, aborted: [...aborted.values()], endOffset };
}

/** Values that a consumer under read_committed gets: it skips what the list says was aborted. */
async function consume(log: PartitionLog, maxBytes = 64 * 1024): Promise<string[]> {
  const values: string[] = [];
  for (let offset = log.logStartOffset; offset < log.lastStableOffset;) {
    const outcome = await log.read({ offset, maxBytes, atLeastOneBatch: true, isolation: 'read_committed' });
    strictEqual(outcome.errorCode, ErrorCode.NONE);
    ok(outcome.slices.length > 0, `nothing at ${offset} below the last stable offset ${log.lastStableOffset}`);
    const waiting = [...(outcome.abortedTransactions ?? [])];
    deepStrictEqual(
      waiting,
      waiting.toSorted((a, b) => a.firstOffset - b.firstOffset),
    );
    const aborting = new Set<number>();
    for (const slice of outcome.slices) {
      for (const position of batchPositions(slice)) {
        const producerId = batchProducerId(slice, position);
        const lastOffset = batchLastOffset(slice, position);
        while (waiting[0] !== undefined && waiting[0].firstOffset <= lastOffset) {
          aborting.add(waiting[0].producerId);
          waiting.shift();
        }
        const batch = decodeBatch(slice, position);
        if (isControl(batchAttributes(slice, position))) {
          if (decodeEndTxnMarker(batch.keyAt(0), batch.valueAt(0))?.type === 'abort') aborting.delete(producerId);
        } else if (!(batch.isTransactional && aborting.has(producerId))) {
          for (const record of batch) if (record.offset >= offset) values.push(String(record.value));
        }
        offset = lastOffset + 1;
      }
    }
  }
  return values;
}

function ends(log: PartitionLog): number[] {
  return [log.lastStableOffset, log.highWatermark, log.logEndOffset];
}

// Markers.

contract('ends a transaction with a control batch that takes one offset', async ({ engine, time }) => {
  const log = await open(engine);
  const producer = new Producer(7);
  await producer.sendDurably(log, 'a', 'b');

  const ended = await producer.endDurably(log, 'commit');

  deepStrictEqual([ended.baseOffset, ended.lastOffset, ended.isDuplicate], [2, 2, false]);
  deepStrictEqual(ends(log), [3, 3, 3]);
  const { slices } = await log.read({ offset: 2, maxBytes: 1000, atLeastOneBatch: true, isolation: 'read_committed' });
  const slice = slices[0]!;
  const batch = decodeBatch(slice);
  deepStrictEqual([batchProducerId(slice, 0), batchProducerEpoch(slice, 0), batch.count], [7, 1, 1]);
  deepStrictEqual(decodeEndTxnMarker(batch.keyAt(0), batch.valueAt(0)), { type: 'commit', coordinatorEpoch: 0 });
  strictEqual(batch.timestampAt(0), time.nowMs());
});

contract(
  'shows records of a transaction to everybody and counts them as stable only once it ended',
  async ({ engine }) => {
    const log = await open(engine);
    const producer = new Producer(7);
    await appendDurably(log, { values: ['before'] });
    await producer.sendDurably(log, 'in');
    await appendDurably(log, { values: ['after'] });

    deepStrictEqual(ends(log), [1, 3, 3]);
    deepStrictEqual(valuesOf(await readToEnd(log)), ['before', 'in', 'after']);
    deepStrictEqual(await consume(log), ['before']);
    deepStrictEqual((await readOnce(log, 1)).values, []);
    strictEqual(log.readableBytes(1, 'read_committed'), 0);
    ok(log.readableBytes(0, 'read_committed') < log.readableBytes(0, 'read_uncommitted'));

    const ended = producer.end(log, 'commit');
    deepStrictEqual(ends(log), [1, 3, 4]);
    await ended.durable;

    deepStrictEqual(ends(log), [4, 4, 4]);
    deepStrictEqual(await consume(log), ['before', 'in', 'after']);
  },
);

contract('keeps the last stable offset at the first of several open transactions', async ({ engine }) => {
  const log = await open(engine);
  const [one, two] = [new Producer(1), new Producer(2)];
  await one.sendDurably(log, 'a');
  await two.sendDurably(log, 'b');
  await one.sendDurably(log, 'c');

  strictEqual(log.lastStableOffset, 0);
  await one.endDurably(log, 'abort');
  strictEqual(log.lastStableOffset, 1);
  await one.sendDurably(log, 'd');
  await two.endDurably(log, 'commit');
  strictEqual(log.lastStableOffset, 4);
  deepStrictEqual(
    log
      .openTransactions()
      .map(({ producerId, firstOffset, producerEpoch }) => [producerId, firstOffset, producerEpoch]),
    [[1, 4, 1]],
  );
});

contract('tells listeners when the last stable offset moved', async ({ engine }) => {
  const log = await open(engine);
  const producer = new Producer(7);
  await producer.sendDurably(log, 'a');
  const seen: number[] = [];
  log.onAdvance(() => seen.push(log.lastStableOffset));

  await producer.endDurably(log, 'commit');

  deepStrictEqual(seen, [2]);
});

contract(
  'writes a marker for a producer that has nothing open, which changes nothing for readers',
  async ({ engine }) => {
    const log = await open(engine);
    const producer = new Producer(7);

    await producer.endDurably(log, 'abort');
    await appendDurably(log, { values: ['a'] });

    deepStrictEqual(await readStable(log, 0), { values: ['marker', 'a'], aborted: [], endOffset: 2 });
  },
);

// Epochs.

contract('refuses a marker that is older than its producer', async ({ engine }) => {
  const log = await open(engine);
  const producer = new Producer(7);
  producer.epoch = 3;
  await producer.sendDurably(log, 'a');
  const end = (changes: Partial<EndMarker>): number => log.appendEndMarker(producer.marker('abort', changes)).errorCode;

  strictEqual(end({ producerEpoch: 2, transactionVersion: 0 }), ErrorCode.INVALID_PRODUCER_EPOCH);
  strictEqual(end({ producerEpoch: 2 }), ErrorCode.INVALID_PRODUCER_EPOCH);
  // Under version 2 a marker bears a higher epoch than the batches that it ends.
  strictEqual(end({ producerEpoch: 3 }), ErrorCode.INVALID_PRODUCER_EPOCH);
  deepStrictEqual([log.logEndOffset, log.lastStableOffset], [1, 0]);
  strictEqual(end({ producerEpoch: 3, transactionVersion: 1 }), ErrorCode.NONE);
});

contract(
  'takes a marker of version 2 again, as long as it cannot be meant for a later transaction',
  async ({ engine }) => {
    const log = await open(engine);
    const producer = new Producer(7);
    await producer.sendDurably(log, 'a');
    const marker = producer.marker('commit');
    await producer.endDurably(log, 'commit');

    await accepted(log.appendEndMarker(marker)).durable;
    await producer.sendDurably(log, 'b');

    strictEqual(refused(log.appendEndMarker(marker)).errorCode, ErrorCode.INVALID_PRODUCER_EPOCH);
    strictEqual(log.openTransaction(7)?.firstOffset, 3);
  },
);

contract('refuses a marker from a coordinator that has a successor', async ({ engine }) => {
  const log = await open(engine);
  const producer = new Producer(7);
  await producer.sendDurably(log, 'a');
  accepted(log.appendEndMarker(producer.marker('commit', { coordinatorEpoch: 5 })));
  producer.epoch++;
  producer.nextSequence = 0;
  await producer.sendDurably(log, 'b');

  const stale = refused(log.appendEndMarker(producer.marker('commit', { coordinatorEpoch: 4 })));
  strictEqual(stale.errorCode, ErrorCode.TRANSACTION_COORDINATOR_FENCED);
  strictEqual(log.activeProducers()[0]?.coordinatorEpoch, 5);
  accepted(log.appendEndMarker(producer.marker('commit', { coordinatorEpoch: 6 })));
});

contract('refuses late batches of a transaction that ended with a higher epoch', async ({ engine }) => {
  const log = await open(engine);
  const producer = new Producer(7);
  await producer.sendDurably(log, 'a');
  const late = producer.batch(['late']);
  await producer.endDurably(log, 'commit');

  const refusal = refused(log.append(late, { origin: 'client', mayOpenTransaction: true }));

  strictEqual(refusal.errorCode, ErrorCode.INVALID_PRODUCER_EPOCH);
  strictEqual(log.logEndOffset, 2);
  await producer.sendDurably(log, 'next');
});

contract('goes on with the sequence after a marker of the same epoch', async ({ engine }) => {
  const log = await open(engine);
  const producer = new Producer(7);
  await producer.sendDurably(log, 'a');
  await accepted(log.appendEndMarker(producer.marker('commit', { producerEpoch: 0, transactionVersion: 0 }))).durable;

  const again = accepted(log.append(producer.batch(['a'], 0), { origin: 'client' }));
  deepStrictEqual([again.isDuplicate, again.baseOffset], [true, 0]);
  await producer.sendDurably(log, 'b');
  deepStrictEqual(ends(log), [2, 3, 3]);
});

// Who may begin one.

contract('lets a client begin a transaction only with the consent of the coordinator', async ({ engine }) => {
  const log = await open(engine);
  const producer = new Producer(7);

  const early = refused(producer.send(log, ['a'], { mayOpenTransaction: false }));
  strictEqual(early.errorCode, ErrorCode.INVALID_TXN_STATE);
  await producer.sendDurably(log, 'a');
  // It is open: nobody is asked again.
  accepted(producer.send(log, ['b'], { mayOpenTransaction: false }));
  await producer.endDurably(log, 'commit');
  strictEqual(refused(producer.send(log, ['c'], { mayOpenTransaction: false })).errorCode, ErrorCode.INVALID_TXN_STATE);
  strictEqual(log.logEndOffset, 3);
});

contract('does not let batches of a new epoch join an open transaction of an old one', async ({ engine }) => {
  const log = await open(engine);
  const producer = new Producer(7);
  await producer.sendDurably(log, 'a');
  producer.epoch++;
  producer.nextSequence = 0;

  strictEqual(refused(producer.send(log, ['b'])).errorCode, ErrorCode.INVALID_TXN_STATE);
  accepted(log.appendEndMarker(producer.marker('abort', { producerEpoch: 1 })));
  await producer.sendDurably(log, 'b');
});

contract('refuses a batch of no transaction from a producer that has one open', async ({ engine }) => {
  const log = await open(engine);
  const producer = new Producer(7);
  await producer.sendDurably(log, 'a');
  const outside = buildBatch({ values: ['b'], producerId: 7, producerEpoch: 0, baseSequence: 1 });

  strictEqual(refused(log.append(outside, { origin: 'client' })).errorCode, ErrorCode.INVALID_TXN_STATE);
  await producer.endDurably(log, 'commit');
});

contract('wants an unknown producer to begin at sequence 0 where epochs rise with transactions', async ({ engine }) => {
  const log = await open(engine);
  const producer = new Producer(7);
  producer.nextSequence = 4;

  const gap = refused(producer.send(log, ['a'], { transactionVersion: 2 }));
  strictEqual(gap.errorCode, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  accepted(producer.send(log, ['a'], { transactionVersion: 1 }));
});

contract('does not take a repeated batch for one that was aborted by force under its own epoch', async ({ engine }) => {
  const log = await open(engine);
  const producer = new Producer(7);
  const rising = { transactionVersion: 2 };
  accepted(producer.send(log, ['lost'], rising));
  accepted(log.appendEndMarker(producer.marker('abort', { producerEpoch: producer.epoch, transactionVersion: 0 })));

  const later = refused(
    log.append(producer.batch(['b'], 1), { origin: 'client', mayOpenTransaction: true, ...rising }),
  );
  strictEqual(later.errorCode, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  producer.nextSequence = 0;
  const repeated = accepted(producer.send(log, ['lost'], rising));
  deepStrictEqual([repeated.isDuplicate, repeated.baseOffset], [false, 2]);
  const again = accepted(log.append(producer.batch(['lost'], 0), { origin: 'client' }));
  deepStrictEqual([again.isDuplicate, again.baseOffset], [true, 2]);
  accepted(producer.send(log, ['b'], rising));
  await producer.end(log, 'commit').durable;
  strictEqual(log.lastStableOffset, 5);
});

contract('takes transactional batches without sequence from coordinators alone', async ({ engine }) => {
  const log = await open(engine);
  const producer = new Producer(7);
  const batch = (value: string): Buffer =>
    buildBatch({ values: [value], producerId: 7, producerEpoch: producer.epoch, isTransactional: true });

  strictEqual(
    refused(log.append(batch('a'), { origin: 'client', mayOpenTransaction: true })).errorCode,
    ErrorCode.INVALID_RECORD,
  );
  accepted(log.append(batch('a'), { origin: 'coordinator' }));
  accepted(log.append(batch('b'), { origin: 'coordinator' }));
  strictEqual(log.openTransaction(7)?.firstOffset, 0);
  const old = batch('c');
  await producer.endDurably(log, 'abort');
  strictEqual(refused(log.append(old, { origin: 'coordinator' })).errorCode, ErrorCode.INVALID_PRODUCER_EPOCH);
  deepStrictEqual(await readStable(log, 0), {
    values: ['a', 'b', 'marker'],
    aborted: [{ producerId: 7, firstOffset: 0 }],
    endOffset: 3,
  });
});

contract('refuses control batches whoever appends them', async ({ engine }) => {
  const log = await open(engine);
  const control = buildBatch({
    values: ['a'],
    producerId: 7,
    producerEpoch: 0,
    isTransactional: true,
    isControl: true,
  });

  strictEqual(refused(log.append(control, { origin: 'client' })).errorCode, ErrorCode.INVALID_RECORD);
  strictEqual(refused(log.append(control, { origin: 'coordinator' })).errorCode, ErrorCode.INVALID_RECORD);
});

// What was aborted.

contract('names the aborted transactions of exactly what was read', async (harness) => {
  const check = async (log: PartitionLog): Promise<void> => {
    const one = { producerId: 1, firstOffset: 0 };
    const two = { producerId: 2, firstOffset: 1 };
    deepStrictEqual((await readStable(log, 0)).aborted, [one, two]);
    // The marker of the first stands at 2, that of the second at 5.
    deepStrictEqual((await readStable(log, 2)).aborted, [one, two]);
    deepStrictEqual((await readStable(log, 3)).aborted, [two]);
    deepStrictEqual((await readStable(log, 5)).aborted, [two]);
    deepStrictEqual((await readStable(log, 6)).aborted, []);
    deepStrictEqual((await readOnce(log, 0, 1)).aborted, [one]);
    deepStrictEqual((await readOnce(log, 0, 1)).endOffset, 1);
    deepStrictEqual(await consume(log), ['plain', 'committed', 'again']);
    deepStrictEqual(await consume(log, 1), ['plain', 'committed', 'again']);
  };
  const log = await open(harness.engine);
  const [one, two] = [new Producer(1), new Producer(2)];
  await one.sendDurably(log, 'x');
  await two.sendDurably(log, 'y');
  await one.endDurably(log, 'abort');
  await appendDurably(log, { values: ['plain'] });
  await one.sendDurably(log, 'committed');
  await two.endDurably(log, 'abort');
  await one.endDurably(log, 'commit');
  await one.sendDurably(log, 'again');
  await one.endDurably(log, 'commit');

  await check(log);
  await check(await open(await harness.reopen()));
});

contract('gives readers under read_uncommitted no list', async ({ engine }) => {
  const log = await open(engine);
  const producer = new Producer(7);
  await producer.sendDurably(log, 'a');
  await producer.endDurably(log, 'abort');

  const options = { offset: 0, maxBytes: 1000, atLeastOneBatch: true } as const;
  strictEqual((await log.read({ ...options, isolation: 'read_uncommitted' })).abortedTransactions, null);
  const committed = await log.read({ ...options, isolation: 'read_committed' });
  deepStrictEqual(committed.abortedTransactions, [{ producerId: 7, firstOffset: 0 }]);
});

contract('finds aborted transactions over many segments, and over restarts', async (harness) => {
  const settings = { segmentBytes: 400 };
  let log = await open(harness.engine, settings);
  const committed: string[] = [];
  const [long, producer] = [new Producer(9), new Producer(1)];
  for (let round = 0; round < 4; round++) {
    await long.sendDurably(log, `long ${round}`);
    for (let index = 0; index < 8; index++) {
      const value = `${round}/${index}`;
      const outcome = index % 3 === 0 ? 'abort' : 'commit';
      await producer.sendDurably(log, value);
      await producer.endDurably(log, outcome);
      if (outcome === 'commit') committed.push(value);
    }
    await long.endDurably(log, round === 2 ? 'commit' : 'abort');
    if (round === 2) committed.push('long 2');
    if (round % 2 === 1) log = await open(await harness.reopen(), settings);
    for (const maxBytes of [1, 300, 64 * 1024]) {
      deepStrictEqual((await consume(log, maxBytes)).toSorted(), committed.toSorted());
    }
  }
  // Its aborted record lies many segments before its marker.
  const [first] = (await readOnce(log, 0, 1)).aborted;
  deepStrictEqual(first, { producerId: 9, firstOffset: 0 });
});

// Restarts, expiration, deletion.

contract('remembers open transactions over a restart, and ends them then', async (harness) => {
  let log = await open(harness.engine);
  const producer = new Producer(7);
  const startedMs = harness.time.nowMs();
  await appendDurably(log, { values: ['before'] });
  await producer.sendDurably(log, 'a');

  log = await open(await harness.reopen());
  deepStrictEqual(log.openTransactions(), [{ producerId: 7, producerEpoch: 0, firstOffset: 1, startedMs }]);
  deepStrictEqual(ends(log), [1, 2, 2]);
  await producer.sendDurably(log, 'b');
  await producer.endDurably(log, 'abort');

  log = await open(await harness.reopen());
  deepStrictEqual([log.openTransactions(), ends(log)], [[], [4, 4, 4]]);
  deepStrictEqual(await consume(log), ['before']);
  strictEqual(log.append(producer.batch(['c'], 0), { origin: 'client' }).errorCode, ErrorCode.INVALID_TXN_STATE);
  deepStrictEqual(
    log
      .activeProducers()
      .map(({ producerId, producerEpoch, coordinatorEpoch }) => [producerId, producerEpoch, coordinatorEpoch]),
    [[7, 1, 0]],
  );
});

contract('does not let a producer expire that has a transaction open', async ({ engine, time }) => {
  const log = await open(engine);
  const [silent, gone] = [new Producer(7), new Producer(8)];
  await silent.sendDurably(log, 'a');
  await gone.sendDurably(log, 'b');
  await gone.endDurably(log, 'commit');

  time.advance(2 * DAY_MS);
  await engine.enforceRetention();

  deepStrictEqual(
    log
      .activeProducers()
      .map(({ producerId, currentTransactionStartOffset }) => [producerId, currentTransactionStartOffset]),
    [[7, 0]],
  );
  strictEqual(log.lastStableOffset, 0);
  await silent.sendDurably(log, 'c');
  await silent.endDurably(log, 'commit');
  strictEqual(log.lastStableOffset, log.highWatermark);
});

contract(
  'moves the last stable offset with the log start when an open transaction loses its first records',
  async (harness) => {
    let log = await open(harness.engine);
    const producer = new Producer(7);
    for (const value of ['a', 'b', 'c']) await producer.sendDurably(log, value);

    await log.advanceLogStart(2);

    deepStrictEqual([log.lastStableOffset, log.highWatermark], [2, 3]);
    log = await open(await harness.reopen());
    deepStrictEqual([log.logStartOffset, log.lastStableOffset, log.highWatermark], [2, 2, 3]);
    await producer.endDurably(log, 'abort');
    strictEqual(log.lastStableOffset, 4);
    deepStrictEqual((await readStable(log, 2)).aborted, [{ producerId: 7, firstOffset: 0 }]);
    await log.advanceLogStart(4);
    deepStrictEqual(ends(log), [4, 4, 4]);
  },
);

contract('forgets aborted transactions with the segments that hold their markers', async (harness) => {
  const settings = { segmentBytes: 400, retentionBytes: 0 };
  let log = await open(harness.engine, settings);
  const producer = new Producer(7);
  for (let index = 0; index < 12; index++) {
    await producer.sendDurably(log, `${index}`);
    await producer.endDurably(log, 'abort');
  }
  await harness.engine.enforceRetention();

  ok(log.logStartOffset > 0);
  deepStrictEqual(await consume(log), []);
  log = await open(await harness.reopen(), settings);
  deepStrictEqual(await consume(log), []);
  await producer.sendDurably(log, 'kept');
  await producer.endDurably(log, 'commit');
  deepStrictEqual(await consume(log), ['kept']);
});

contract('finds records by time only where they are stable for the reader', async ({ engine, time }) => {
  const log = await open(engine);
  const producer = new Producer(7);
  const nowMs = time.nowMs();
  await appendDurably(log, { values: ['a'], timestampsMs: [nowMs] });
  await producer.sendDurably(log, 'b');

  strictEqual((await log.findOffsetByTimestamp(nowMs, 'read_committed'))?.offset, 0);
  await log.advanceLogStart(1);
  strictEqual(await log.findOffsetByTimestamp(nowMs, 'read_committed'), undefined);
  strictEqual((await log.findOffsetByTimestamp(nowMs, 'read_uncommitted'))?.offset, 1);
  await producer.endDurably(log, 'abort');
  strictEqual((await log.findOffsetByTimestamp(nowMs, 'read_committed'))?.offset, 1);
});

contract('keeps transactions over changes of durability', async (harness) => {
  const settings = (durability: LogConfig['durability']): LogConfig => ({ ...CONTRACT_LOG_CONFIG, durability });
  let log = await open(harness.engine, { durability: 'os' });
  const [one, two] = [new Producer(1), new Producer(2)];
  await one.sendDurably(log, 'a');
  await two.sendDurably(log, 'b');
  await two.endDurably(log, 'abort');

  await log.updateConfig(settings('fsync'));
  await two.sendDurably(log, 'c');
  log = await open(await harness.reopen());
  await one.endDurably(log, 'commit');
  await log.updateConfig(settings('os'));
  await two.endDurably(log, 'commit');
  log = await open(await harness.reopen(), { durability: 'os' });

  deepStrictEqual([ends(log), log.openTransactions()], [[6, 6, 6], []]);
  deepStrictEqual(await consume(log), ['a', 'c']);
});

export const LOG_TRANSACTION_CONTRACT: readonly LogEngineCase[] = cases;
