/** What consumers, ours and kafkajs, make of a topic that was cleaned: gaps, batches of which nothing is left, other base timestamps. */
import { Kafka as KafkaJs, logLevel } from 'kafkajs';
import { createTempDir, startBroker, waitUntil, type TempDir, type TestBroker } from '@millrace/testing';
import { kafka, nullable, str, topic } from '../src/index.ts';

const HOUR_MS = 3_600_000;
const BEGAN_MS = Date.UTC(2020, 0, 1);
const BATCHES = 20;
const table = topic('table', { key: str, value: nullable(str) });

interface Row {
  readonly offset: number;
  readonly key: string;
  readonly value: string | null;
  readonly timestamp: number;
}

/** Three records an hour: some keys come again and again, few only once, one is deleted. */
function recordsOf(hour: number): Row[] {
  const third = hour % 6 === 0 ? `once-${hour}` : 'often';
  return ['often', `turn-${hour % 4}`, third].map((key, index) => ({
    offset: hour * 3 + index,
    key,
    value: hour === 16 && index === 1 ? null : `${key} at ${hour}`,
    timestamp: BEGAN_MS + hour * HOUR_MS,
  }));
}

const SENT = Array.from({ length: BATCHES }, (_, hour) => recordsOf(hour)).flat();
/** The last batch is the active segment's. */
const CLEANED_END = (BATCHES - 1) * 3;
const KEPT = SENT.filter(
  ({ offset, key }) =>
    offset >= CLEANED_END ||
    !SENT.some((later) => later.key === key && later.offset > offset && later.offset < CLEANED_END),
);

const keptFrom = (offset: number): Row[] => KEPT.filter((row) => row.offset >= offset);
const keptSince = (timestamp: number): Row[] => KEPT.filter((row) => row.timestamp >= timestamp);
/** In the first gap and the last, at edges, and on a record that is there. */
const SEEKS = [...new Set(SENT.map(({ offset }) => offset))];
const TIMES = SENT.flatMap(({ timestamp }) => [timestamp, timestamp + 1]).filter((time) => keptSince(time).length > 0);

describe('a topic that was cleaned', () => {
  let directory: TempDir;
  let broker: TestBroker;

  beforeAll(async () => {
    process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
    directory = await createTempDir('compacted');
    broker = await startBroker({ dataDir: directory.path, config: { 'log.cleaner.backoff.ms': '20' } });
    const configs = {
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0',
      'segment.ms': String(HOUR_MS / 2),
      // Two batches or so: of some segments nothing is left.
      'internal.segment.bytes': '400',
    };
    await broker.createTopic('table', { configs });
    for (let hour = 0; hour < BATCHES; hour++) await broker.produce('table', recordsOf(hour));
    await waitUntil('it is cleaned', async () => (await broker.records('table')).length === KEPT.length);
  });

  afterAll(async () => {
    await broker.close();
    await directory.remove();
  });

  it('has gaps', () => {
    expect(KEPT.length).toBeLessThan(SENT.length / 3);
    expect(KEPT[0]?.offset).toBe(2);
    expect(KEPT.some(({ value }) => value === null)).toBe(true);
  });

  it('is read by our consumer from the beginning, from any offset, and from any time', async () => {
    await using client = kafka({ brokers: broker.brokers });
    await using consumer = client.consumer({ topics: [table] });
    const where = { topic: 'table', partition: 0 };
    const read = async (count: number): Promise<Row[]> => {
      const rows: Row[] = [];
      for await (const { offset, key, value, timestamp } of consumer) {
        rows.push({ offset: Number(offset), key, value, timestamp: Number(timestamp) });
        if (rows.length === count) break;
      }
      return rows;
    };
    expect(await read(KEPT.length)).toEqual(KEPT);
    for (const offset of SEEKS) {
      await consumer.seek(where, offset);
      const expected = keptFrom(offset);
      expect(await read(expected.length)).toEqual(expected);
    }
    for (const time of TIMES) {
      await consumer.seek(where, new Date(time));
      const expected = keptSince(time);
      expect(await read(expected.length)).toEqual(expected);
    }
  });

  it('is read by kafkajs from the beginning, from any offset, and from any time', async () => {
    const client = new KafkaJs({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING });
    const consumer = client.consumer({ groupId: 'kafkajs', maxWaitTimeInMs: 20 });
    const admin = client.admin();
    await admin.connect();
    await consumer.connect();
    try {
      await consumer.subscribe({ topic: 'table', fromBeginning: true });
      let rows: Row[] = [];
      await consumer.run({
        eachMessage: ({ message: { offset, key, value, timestamp } }) => {
          const row = { offset: Number(offset), key: String(key), value: value === null ? null : String(value) };
          rows.push({ ...row, timestamp: Number(timestamp) });
          return Promise.resolve();
        },
      });
      const expectRows = async (expected: readonly Row[]): Promise<void> => {
        await waitUntil(
          () => `${expected.length} records, there are ${JSON.stringify(rows)}`,
          () => rows.length >= expected.length,
        );
        expect(rows).toEqual(expected);
      };
      const seek = (offset: number): void => {
        rows = [];
        consumer.seek({ topic: 'table', partition: 0, offset: String(offset) });
      };
      await expectRows(KEPT);
      for (const offset of SEEKS.filter((each) => each % 5 < 2)) {
        seek(offset);
        await expectRows(keptFrom(offset));
      }
      for (const time of TIMES.filter((_, index) => index % 7 === 0)) {
        const expected = keptSince(time);
        const [found] = await admin.fetchTopicOffsetsByTimestamp('table', time);
        expect(Number(found?.offset)).toBe(expected[0]?.offset);
        seek(Number(found?.offset));
        await expectRows(expected);
      }
    } finally {
      await consumer.disconnect();
      await admin.disconnect();
    }
  });
});
