/** What consumers that read old records from disk do to producers. */
import type { BrokerUnderTest } from './broker-under-test.ts';
import { startCatchUpReaders } from './catch-up-readers.ts';
import { megabytes } from './figures.ts';
import type { Measure, Turn } from './measure-run.ts';
import { dropPageCache, keepColdSegmentsOut } from './page-cache.ts';
import { observe } from './proc.ts';
import { createTopics } from './wire.ts';

const RATE = 2_000;
const SIZE_BYTES = 1_024;
const READERS = 3;
const ROUNDS_MAX = 5;
const COLD_RECORDS = 2_000_000;
const WARM_RECORDS = 200_000;
const WARMUP_SECONDS = 5;
const SECONDS = 15;
const QUICK_SECONDS = 4;
const QUICK_DIVISOR = 10;

export const CATCHUP: Measure = {
  name: 'catchup',
  title: 'Produce latency beside three catch-up readers from disk',
  method:
    `Kafka's producer at ${RATE} records/s of 1 KiB, linger.ms=0, timed by tools/bench/java/LatencyProbe.java: first alone, then while ` +
    'three connections fetch old partitions without pause, 1 MiB at a time, with the page cache dropped twice a second. Both in one turn ' +
    'and on one broker; growth is the one p99 divided by the other.',
  roundsMax: ROUNDS_MAX,
  keepsData: true,
  async run(turn) {
    const { createBroker, tools, hasData, isQuick } = turn;
    const broker = await createBroker();
    if (!hasData) await writeColdData(turn, broker);
    const topic = `measured-${turn.round}`;
    broker.spawn();
    await broker.ready();
    await createTopics(broker, [
      { name: topic, partitions: 1 },
      { name: 'warm', partitions: 1 },
    ]);
    const warm = { topic: 'warm', records: WARM_RECORDS, warmupRecords: 0, recordSizeBytes: SIZE_BYTES };
    await tools.produce(broker.bootstrap, warm);
    await dropPageCache();
    const seconds = isQuick ? QUICK_SECONDS : SECONDS;
    const load = {
      topic,
      records: RATE * seconds,
      warmupRecords: RATE * (isQuick ? QUICK_SECONDS : WARMUP_SECONDS),
      recordSizeBytes: SIZE_BYTES,
    };
    const letThemIn = keepColdSegmentsOut(turn.dataDir);
    try {
      const alone = await tools.probeProduce(broker.bootstrap, load, RATE);
      const {
        result,
        load: used,
        bytesPerSecond,
      } = await besideReaders(broker, () => tools.probeProduce(broker.bootstrap, load, RATE));
      return {
        aloneP99Ms: alone.p99Ms,
        p50Ms: result.p50Ms,
        p99Ms: result.p99Ms,
        p999Ms: result.p999Ms,
        p99Growth: result.p99Ms / alone.p99Ms,
        megabytesPerSecond: megabytes(bytesPerSecond),
        residentMaxMb: megabytes(used.residentBytesMax),
      };
    } finally {
      await letThemIn();
    }
  },
};

async function besideReaders<Result>(broker: BrokerUnderTest, work: () => Promise<Result>) {
  const readers = startCatchUpReaders(broker.port, 'cold', READERS);
  const began = performance.now();
  try {
    const observed = await observe(broker.pid, work, { untilQuiet: false });
    const elapsedSeconds = (performance.now() - began) / 1_000;
    return { ...observed, bytesPerSecond: (await readers.stop()) / elapsedSeconds };
  } finally {
    await readers.stop().catch(() => 0);
  }
}

async function writeColdData({ tools, isQuick }: Turn, broker: BrokerUnderTest): Promise<void> {
  broker.spawn();
  await broker.ready();
  await createTopics(broker, [{ name: 'cold', partitions: READERS }]);
  const records = isQuick ? COLD_RECORDS / QUICK_DIVISOR : COLD_RECORDS;
  await tools.produce(broker.bootstrap, { topic: 'cold', records, warmupRecords: 0, recordSizeBytes: SIZE_BYTES });
  await broker.stop();
}
