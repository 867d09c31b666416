import type { TransactionImage } from './transaction-image.ts';
import { transactionRecordCodec, transactionRecordSizeBytes, type TransactionRecord } from './transaction-records.ts';

const NO_PARTITIONS: TransactionImage['partitions'] = new Map();
const TP_1: TransactionImage['partitions'] = new Map([['tp', new Set([1])]]);
const START = 1_795_391_849_701;

/** As Apache Kafka 4.3.1 wrote them for one producer that committed a transaction on partition 1 of topic "tp". */
const FROM_KAFKA: readonly (readonly [string, string, TransactionImage])[] = [
  [
    'an id without a transaction',
    '0001000000000000000600000000ea600000000001a205b184ddffffffffffffffff0100080000000000000006',
    image({ state: 'Empty', updateMs: 1_795_391_849_693 }),
  ],
  [
    'an open transaction',
    '0001000000000000000600000000ea600102037470020000000100000001a205b184e5000001a205b184e5020008000000000000000602020002',
    image({ state: 'Ongoing', partitions: TP_1, startMs: START, updateMs: START, transactionVersion: 2 }),
  ],
  [
    'a decision',
    '0001000000000000000600010000ea600202037470020000000100000001a205b18554000001a205b184e5020008000000000000000602020002',
    image({
      state: 'PrepareCommit',
      producerEpoch: 1,
      lastProducerEpoch: 0,
      partitions: TP_1,
      startMs: START,
      updateMs: START + 111,
      transactionVersion: 2,
    }),
  ],
  [
    'a transaction that is over',
    '0001000000000000000600010000ea600401000001a205b18556000001a205b184e5020008000000000000000602020002',
    image({
      state: 'CompleteCommit',
      producerEpoch: 1,
      lastProducerEpoch: 0,
      startMs: START,
      updateMs: START + 113,
      transactionVersion: 2,
    }),
  ],
];

function image(changes: Partial<TransactionImage>): TransactionImage {
  return {
    producerId: 6,
    previousProducerId: 6,
    nextProducerId: -1,
    producerEpoch: 0,
    lastProducerEpoch: -1,
    timeoutMs: 60_000,
    state: 'Empty',
    partitions: NO_PARTITIONS,
    startMs: -1,
    updateMs: 0,
    transactionVersion: 0,
    ...changes,
  };
}

describe('records of transactional ids', () => {
  it.each(FROM_KAFKA)('are read and written as Apache Kafka does: %s', (_, hex, expected) => {
    const key = Buffer.from('0000000166', 'hex');
    const record: TransactionRecord = { transactionalId: 'f', image: expected };

    expect(transactionRecordCodec.decode(key, Buffer.from(hex, 'hex'))).toEqual(record);
    expect(transactionRecordCodec.encodeKey(record)).toEqual(key);
    expect(transactionRecordCodec.encodeValue(record)?.toString('hex')).toBe(hex);
    expect(transactionRecordSizeBytes(record)).toBe(key.length + hex.length / 2);
  });

  it('are read in version 0', () => {
    const hex = '00000000000000000006000000 00ea60 04 00000000 0000000000000001 0000000000000002'.replaceAll(' ', '');
    const record = transactionRecordCodec.decode(Buffer.from('0000000166', 'hex'), Buffer.from(hex, 'hex'));

    const expected = image({ previousProducerId: -1, state: 'CompleteCommit', updateMs: 1, startMs: 2 });
    expect(record).toEqual({ transactionalId: 'f', image: expected });
  });

  it('keep the producer id to come, and know the last epoch after it has come', () => {
    const prepared = image({
      state: 'PrepareCommit',
      nextProducerId: 9,
      producerEpoch: 32_767,
      lastProducerEpoch: 32_766,
      partitions: TP_1,
      transactionVersion: 2,
    });
    const done = image({
      state: 'CompleteCommit',
      producerId: 9,
      lastProducerEpoch: 32_766,
      transactionVersion: 2,
    });

    expect(reread(prepared)).toEqual(prepared);
    expect(reread(done)).toEqual(done);
  });

  it('forget the last epoch where it could be that of a producer which was fenced', () => {
    expect(reread(image({ state: 'Empty', lastProducerEpoch: 4, producerEpoch: 5 }))?.lastProducerEpoch).toBe(-1);
  });

  it('without a value forget the id', () => {
    const record: TransactionRecord = { transactionalId: 'f', image: null };
    expect(transactionRecordCodec.encodeValue(record)).toBeNull();
    expect(transactionRecordCodec.decode(transactionRecordCodec.encodeKey(record), null)).toEqual(record);
    expect(transactionRecordSizeBytes(record)).toBe(5);
  });

  it('of other kinds are skipped, in a state that nobody writes are refused', () => {
    expect(transactionRecordCodec.decode(Buffer.from('0001000166', 'hex'), null)).toBeUndefined();
    const value = transactionRecordCodec.encodeValue({ transactionalId: 'f', image: image({}) }) ?? Buffer.alloc(0);
    value[2 + 8 + 2 + 4] = 6;
    expect(() => transactionRecordCodec.decode(Buffer.from('0000000166', 'hex'), value)).toThrow(/has state 6/);
  });
});

function reread(before: TransactionImage): TransactionImage | null | undefined {
  const record: TransactionRecord = { transactionalId: 'f', image: before };
  return transactionRecordCodec.decode(
    transactionRecordCodec.encodeKey(record),
    transactionRecordCodec.encodeValue(record),
  )?.image;
}
