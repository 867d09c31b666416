/** What consumers that read old records from disk do to producers. */
import type { BrokerUnderTest } from './broker-under-test.ts';
import { CatchUpReaders } from './catch-up-readers.ts';
import { megabytes } from './figures.ts';
import type { Measure, Turn } from './measure-run.ts';
import { dropPageCache, keepColdSegmentsOut } from './page-cache.ts';
import { observe } from './proc.ts';
import type { LatencyFigures } from './tool-output.ts';
import { createTopics } from './wire.ts';

const RATE = 2_000;
const SIZE_BYTES = 1_024;
const READERS = 3;
const ROUNDS_MAX = 5;
const COLD_RECORDS = 2_000_000;
const WARM_RECORDS = 200_000;
const WARMUP_SECONDS = 10;
const TURN_SECONDS = 5;
/** So many because stalls of both programs are rare, and the p99 lies where they begin. */
const TURNS = 16;
const QUICK_TURNS = 2;
const QUICK_DIVISOR = 10;

export const CATCHUP: Measure = {
  name: 'catchup',
  title: 'Produce latency beside three catch-up readers from disk',
  method:
    `Kafka's producer at ${RATE} records/s of 1 KiB, linger.ms=0, timed by tools/bench/java/LatencyProbe.java: ${TURN_SECONDS} s alone, ` +
    `${TURN_SECONDS} s while three connections fetch old partitions without pause, 1 MiB at a time, and so on, ${TURNS} turns with one ` +
    'producer on one broker. The readers make next to no garbage, since their collector would take the cores. The old segments are put out of the page cache twice a second all the while. Growth is the p99 of the turns ' +
    'with readers divided by that of the turns without.',
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
    const load = {
      topic,
      records: RATE * TURN_SECONDS * (isQuick ? QUICK_TURNS : TURNS),
      warmupRecords: RATE * WARMUP_SECONDS,
      recordSizeBytes: SIZE_BYTES,
    };
    const letThemIn = keepColdSegmentsOut(turn.dataDir);
    const readers = new CatchUpReaders(broker.port, 'cold', READERS);
    const startOrStop = (number: number): void => (number % 2 === 1 ? readers.start() : readers.stop());
    try {
      const turns = { records: RATE * TURN_SECONDS, onTurn: startOrStop };
      const work = (): Promise<readonly [LatencyFigures, LatencyFigures]> =>
        tools.probeProduceInTurns(broker.bootstrap, load, RATE, turns);
      const { result, load: used } = await observe(broker.pid, work, { untilQuiet: false });
      const [alone, beside] = result;
      const bytesPerSecond = await readers.end();
      return {
        aloneP99Ms: alone.p99Ms,
        p50Ms: beside.p50Ms,
        p99Ms: beside.p99Ms,
        p999Ms: beside.p999Ms,
        p99Growth: beside.p99Ms / alone.p99Ms,
        megabytesPerSecond: megabytes(bytesPerSecond),
        residentMaxMb: megabytes(used.residentBytesMax),
      };
    } finally {
      await readers.end().catch(() => 0);
      await letThemIn();
    }
  },
};

async function writeColdData({ tools, isQuick }: Turn, broker: BrokerUnderTest): Promise<void> {
  broker.spawn();
  await broker.ready();
  await createTopics(broker, [{ name: 'cold', partitions: READERS }]);
  const records = isQuick ? COLD_RECORDS / QUICK_DIVISOR : COLD_RECORDS;
  await tools.produce(broker.bootstrap, { topic: 'cold', records, warmupRecords: 0, recordSizeBytes: SIZE_BYTES });
  await broker.stop();
}
