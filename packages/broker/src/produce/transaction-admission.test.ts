import type { PartitionAdmission, TopicPartitionRef } from '@millrace/coordinator';
import type { OpenTransaction, PartitionLog } from '@millrace/log';
import { ErrorCode, RecordBatchWriter } from '@millrace/protocol';
import { createProduceRequest, type ProduceRequest } from '@millrace/protocol/messages/00-produce';
import { loadBrokerConfig } from '../config/broker-config.ts';
import type { PartitionLocation } from '../services.ts';
import { TransactionAdmission, transactionalRequestProblem, type Candidate } from './transaction-admission.ts';

const TRANSACTIONAL_ID = 'orders';
const [PRODUCER_ID, EPOCH] = [7, 3];
const NEWEST = 13;

function batch(options: { producerId?: number; producerEpoch?: number; isTransactional?: boolean } = {}): Buffer {
  const { producerId = PRODUCER_ID, producerEpoch = EPOCH, isTransactional = true } = options;
  const writer = new RecordBatchWriter();
  writer.append(null, 'value', 1_000);
  return writer.finish({ producerId, producerEpoch, baseSequence: 0, isTransactional });
}

/** The parts of a log that admission looks at. */
class FakeLog {
  readonly config = { durability: 'fsync' as 'fsync' | 'os' };
  open: OpenTransaction | undefined;
  logEndOffset = 0;
  highWatermark = 0;
  readonly #listeners = new Set<() => void>();

  openTransaction(producerId: number): OpenTransaction | undefined {
    return this.open?.producerId === producerId ? this.open : undefined;
  }

  onAdvance(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  advance(): void {
    this.highWatermark = this.logEndOffset;
    for (const listener of [...this.#listeners]) listener();
  }

  close(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

describe('TransactionAdmission', () => {
  let asked: PartitionAdmission[];
  let answers: Map<number, number>;
  let stateLog: FakeLog;
  let isStateOwned: boolean;

  beforeEach(() => {
    asked = [];
    answers = new Map();
    stateLog = new FakeLog();
    isStateOwned = true;
  });

  const admission = (apiVersion = NEWEST, config: Readonly<Record<string, string>> = {}): TransactionAdmission =>
    new TransactionAdmission(
      {
        config: loadBrokerConfig(new Map(Object.entries(config))),
        partitions: {
          locateByName: () =>
            (isStateOwned ? { kind: 'owned', log: stateLog } : { kind: 'unknown' }) as unknown as PartitionLocation,
          locateById: () => ({ kind: 'unknown' }),
          settled: () => Promise.resolve(),
        },
        transactions: {
          partitionFor: () => 0,
          admit: (wanted) => {
            asked.push(wanted);
            stateLog.logEndOffset++;
            return wanted.partitions.map(({ partition }) => answers.get(partition) ?? 0);
          },
        },
      },
      TRANSACTIONAL_ID,
      apiVersion,
    );

  const candidate = (partition: number, log = new FakeLog(), bytes = batch()): Candidate => ({
    log: log as unknown as PartitionLog,
    place: { topic: 'topic', partition },
    batch: bytes,
  });
  const placesAsked = (): TopicPartitionRef[] => asked.flatMap(({ partitions }) => [...partitions]);

  it('adds the partitions of a request together, and lets their batches begin the transaction', () => {
    const subject = admission();
    const candidates = [candidate(0), candidate(1)];
    subject.ask(candidates);

    expect(asked).toEqual([
      {
        transactionalId: TRANSACTIONAL_ID,
        producerId: PRODUCER_ID,
        producerEpoch: EPOCH,
        mode: 'add',
        partitions: [
          { topic: 'topic', partition: 0 },
          { topic: 'topic', partition: 1 },
        ],
      },
    ]);
    for (const one of candidates) {
      expect(subject.admissionOf(one)).toMatchObject({ errorCode: 0, mayOpenTransaction: true });
    }
    expect(asked).toHaveLength(1);
  });

  it('does not ask where the producer has its transaction open under the same epoch', () => {
    const log = new FakeLog();
    log.open = { producerId: PRODUCER_ID, producerEpoch: EPOCH, firstOffset: 0, startedMs: 0 };
    expect(admission().admissionOf(candidate(0, log))).toMatchObject({ errorCode: 0, mayOpenTransaction: false });
    expect(asked).toEqual([]);

    log.open = { ...log.open, producerEpoch: EPOCH - 1 };
    expect(admission().admissionOf(candidate(0, log))).toMatchObject({ errorCode: 0, mayOpenTransaction: true });
    expect(placesAsked()).toEqual([{ topic: 'topic', partition: 0 }]);
  });

  it('does not ask for batches outside transactions, nor for what is no batch of a producer', () => {
    const subject = admission();
    const harmless = [
      candidate(0, new FakeLog(), batch({ isTransactional: false })),
      candidate(0, new FakeLog(), batch({ producerId: -1, producerEpoch: -1 })),
      candidate(0, new FakeLog(), Buffer.alloc(3)),
    ];
    subject.ask(harmless);
    for (const one of harmless) expect(subject.admissionOf(one).errorCode).toBe(0);
    expect(asked).toEqual([]);
  });

  it('asks anew in a later turn', () => {
    const subject = admission();
    const one = candidate(0);
    subject.ask([one]);
    subject.endTurn();
    answers.set(0, ErrorCode.INVALID_PRODUCER_EPOCH);
    expect(subject.admissionOf(one).errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    answers.delete(0);
    expect(subject.admissionOf(one).errorCode).toBe(0);
    expect(asked).toHaveLength(3);
  });

  it('only verifies for clients that add partitions themselves', () => {
    expect(admission(11).admissionOf(candidate(4))).toMatchObject({ errorCode: 0, mayOpenTransaction: true });
    expect(asked).toMatchObject([{ mode: 'verify', partitions: [{ partition: 4 }] }]);
  });

  it('lets old clients begin without verification when it is turned off, but never new ones', () => {
    const config = { 'transaction.partition.verification.enable': 'false' };
    expect(admission(11, config).admissionOf(candidate(0))).toMatchObject({ errorCode: 0, mayOpenTransaction: true });
    expect(asked).toEqual([]);
    admission(12, config).admissionOf(candidate(0));
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['TRANSACTION_ABORTABLE', 10, 'INVALID_TXN_STATE'],
    ['TRANSACTION_ABORTABLE', 11, 'TRANSACTION_ABORTABLE'],
    ['TRANSACTION_ABORTABLE', 12, 'TRANSACTION_ABORTABLE'],
    ['CONCURRENT_TRANSACTIONS', 11, 'NOT_ENOUGH_REPLICAS'],
    ['CONCURRENT_TRANSACTIONS', 12, 'CONCURRENT_TRANSACTIONS'],
    ['COORDINATOR_LOAD_IN_PROGRESS', 11, 'NOT_ENOUGH_REPLICAS'],
    ['COORDINATOR_LOAD_IN_PROGRESS', 12, 'NOT_ENOUGH_REPLICAS'],
    ['NOT_COORDINATOR', 12, 'NOT_ENOUGH_REPLICAS'],
    ['PRODUCER_FENCED', 12, 'INVALID_PRODUCER_EPOCH'],
    ['INVALID_PRODUCER_EPOCH', 9, 'INVALID_PRODUCER_EPOCH'],
    ['INVALID_PRODUCER_ID_MAPPING', 12, 'INVALID_PRODUCER_ID_MAPPING'],
    ['UNKNOWN_TOPIC_OR_PARTITION', 12, 'UNKNOWN_TOPIC_OR_PARTITION'],
  ] as const)('answers %s of the coordinator in Produce %i as %s', (said, apiVersion, answered) => {
    answers.set(0, ErrorCode[said]);
    const { errorCode, errorMessage, mayOpenTransaction } = admission(apiVersion).admissionOf(candidate(0));
    expect(errorCode).toBe(ErrorCode[answered]);
    expect(errorMessage).toContain(TRANSACTIONAL_ID);
    expect(mayOpenTransaction).toBe(false);
  });

  describe('of a log that is not journalled', () => {
    const osLog = (): FakeLog => {
      const log = new FakeLog();
      log.config.durability = 'os';
      return log;
    };

    it("keeps the acknowledgement back until the coordinator's record is durable", async () => {
      const { recorded } = admission().admissionOf(candidate(0, osLog()));
      const order: string[] = [];
      const seen = recorded?.then((errorCode) => order.push(`recorded ${errorCode}`));
      await new Promise((resolve) => setImmediate(resolve));
      order.push('still waiting');
      stateLog.advance();
      await seen;
      expect(order).toEqual(['still waiting', 'recorded 0']);
    });

    it('fails when the coordinator went away meanwhile', async () => {
      const { recorded } = admission().admissionOf(candidate(0, osLog()));
      isStateOwned = false;
      stateLog.close();
      expect(await recorded).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    });

    it('waits for nothing in a journalled log, and for nothing that was only verified', () => {
      expect(admission().admissionOf(candidate(0)).recorded).toBeUndefined();
      expect(admission(11).admissionOf(candidate(0, osLog())).recorded).toBeUndefined();
    });
  });
});

describe('transactionalRequestProblem', () => {
  const request = (transactionalId: string | null, batches: readonly (Buffer | null)[]): ProduceRequest =>
    createProduceRequest({
      transactionalId,
      topicData: [{ name: 'topic', topicId: '', partitionData: batches.map((records, index) => ({ index, records })) }],
    });

  it('lets ordinary requests and transactional ones of one producer through', () => {
    const plain = batch({ isTransactional: false });
    expect(transactionalRequestProblem(request(null, [plain, null, Buffer.alloc(9)]))).toBe(0);
    expect(transactionalRequestProblem(request(TRANSACTIONAL_ID, [batch(), batch(), plain]))).toBe(0);
  });

  it('refuses batches of transactions without a transactional id', () => {
    expect(transactionalRequestProblem(request(null, [batch({ isTransactional: false }), batch()]))).toBe(
      ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    );
  });

  it.each([{ producerId: 8 }, { producerEpoch: 4 }])('refuses batches of several producers (%p)', (other) => {
    expect(transactionalRequestProblem(request(TRANSACTIONAL_ID, [batch(), batch(other)]))).toBe(
      ErrorCode.INVALID_PRODUCER_ID_MAPPING,
    );
  });
});
