/** Throughput of a producer that sends as fast as it can, and the latency of one that keeps a fixed rate. */
import { megabytes } from './figures.ts';
import type { Measure, Turn } from './measure-run.ts';
import { observe } from './proc.ts';
import { createTopics } from './wire.ts';

const MILLION = 1_000_000;

interface ProduceShape {
  readonly name: string;
  readonly title: string;
  readonly partitions: number;
  readonly recordSizeBytes: number;
  /** Of a full run; a quick one sends a fifth. */
  readonly records: number;
}

const SHAPES: readonly ProduceShape[] = [
  {
    name: 'produce-100b-1p',
    title: 'Produce 100 B, 1 partition',
    partitions: 1,
    recordSizeBytes: 100,
    records: 3_500_000,
  },
  {
    name: 'produce-100b-64p',
    title: 'Produce 100 B, 64 partitions',
    partitions: 64,
    recordSizeBytes: 100,
    records: 3_500_000,
  },
  {
    name: 'produce-1k-8p',
    title: 'Produce 1 KiB, 8 partitions',
    partitions: 8,
    recordSizeBytes: 1_024,
    records: 1_100_000,
  },
];

const QUICK_DIVISOR = 5;
/** Before the measured run, a producer of its own sends this share to another topic: the broker's compiler gets warm. */
const BROKER_WARMUP_SHARE = 0.35;
/** Of the measured run, this share comes before its figures: the producer's compiler gets warm. */
const CLIENT_WARMUP_SHARE = 0.15;

export const PRODUCE_MEASURES: readonly Measure[] = SHAPES.map((shape) => ({
  name: shape.name,
  title: shape.title,
  method:
    'ProducerPerformance with its defaults and no throttle; figures of its steady state. CPU and resident memory are those of the ' +
    'broker process over the whole run, with what it still did right after.',
  run: (turn) => measureProduce(shape, turn),
}));

async function measureProduce(shape: ProduceShape, { createBroker, tools, isQuick }: Turn) {
  const { partitions, recordSizeBytes } = shape;
  const records = isQuick ? shape.records / QUICK_DIVISOR : shape.records;
  const broker = await createBroker();
  broker.spawn();
  await broker.ready();
  await createTopics(broker, [
    { name: 'warm', partitions },
    { name: 'measured', partitions },
  ]);
  const warm = Math.round(records * BROKER_WARMUP_SHARE);
  await tools.produce(broker.bootstrap, { topic: 'warm', records: warm, warmupRecords: 0, recordSizeBytes });

  const { result, load } = await observe(broker.pid, () =>
    tools.produce(broker.bootstrap, {
      topic: 'measured',
      records,
      warmupRecords: Math.round(records * CLIENT_WARMUP_SHARE),
      recordSizeBytes,
    }),
  );

  const { recordsPerSecond, p50Ms, p99Ms, p999Ms } = result;
  return {
    recordsPerSecond,
    cpuSecondsPerMillion: load.cpuSeconds / (records / MILLION),
    p50Ms,
    p99Ms,
    p999Ms,
    residentMb: megabytes(load.residentBytes),
    residentMaxMb: megabytes(load.residentBytesMax),
  };
}

const RATE = 10_000;
const RATE_WARMUP_SECONDS = 4;
const RATE_SECONDS = 12;
const TOOL_SECONDS = 8;
const QUICK_SECONDS = 3;

export const PRODUCE_LATENCY: Measure = {
  name: 'produce-latency',
  title: 'Produce latency at 10,000 records/s of 100 B, linger.ms=0',
  method:
    "Kafka's producer at a fixed rate, from send to acknowledgement, timed to the microsecond by tools/bench/java/LatencyProbe.java; " +
    'beside it the p99 that ProducerPerformance prints for the same load, in whole milliseconds.',
  async run({ createBroker, tools, isQuick }) {
    const broker = await createBroker();
    broker.spawn();
    await broker.ready();
    await createTopics(broker, [
      { name: 'warm', partitions: 1 },
      { name: 'measured', partitions: 1 },
    ]);
    const toolRecords = RATE * (isQuick ? QUICK_SECONDS : TOOL_SECONDS);
    const tool = await tools.produce(broker.bootstrap, {
      topic: 'warm',
      records: toolRecords,
      warmupRecords: toolRecords / 2,
      recordSizeBytes: 100,
      recordsPerSecond: RATE,
      properties: ['linger.ms=0'],
    });
    const warmupRecords = RATE * (isQuick ? QUICK_SECONDS : RATE_WARMUP_SECONDS);
    const records = RATE * (isQuick ? QUICK_SECONDS : RATE_SECONDS);

    const { result, load } = await observe(broker.pid, () =>
      tools.probeProduce(broker.bootstrap, { topic: 'measured', warmupRecords, records, recordSizeBytes: 100 }, RATE),
    );

    const { p50Ms, p99Ms, p999Ms } = result;
    return {
      p50Ms,
      p99Ms,
      p999Ms,
      toolP99Ms: tool.p99Ms,
      cpuSecondsPerMillion: load.cpuSeconds / ((warmupRecords + records) / MILLION),
      residentMaxMb: megabytes(load.residentBytesMax),
    };
  },
};

const E2E_RECORDS = 8_000;
const E2E_WARMUP = 3_000;
const E2E_TOOL_RECORDS = 4_000;

export const END_TO_END: Measure = {
  name: 'end-to-end',
  title: 'End to end, one record of 100 B at a time, acks=all',
  method:
    'From send to the poll that returns the record, timed to the microsecond by tools/bench/java/LatencyProbe.java, which does what ' +
    'EndToEndLatency does; beside it the p99 that EndToEndLatency itself prints, in whole milliseconds.',
  async run({ createBroker, tools, isQuick }) {
    const share = isQuick ? 1 / QUICK_DIVISOR : 1;
    const broker = await createBroker();
    broker.spawn();
    await broker.ready();
    await createTopics(broker, [
      { name: 'warm', partitions: 1 },
      { name: 'measured', partitions: 1 },
    ]);
    const tool = await tools.endToEnd(broker.bootstrap, 'warm', E2E_TOOL_RECORDS * share, 100);
    const { p50Ms, p99Ms, p999Ms } = await tools.probeEndToEnd(broker.bootstrap, {
      topic: 'measured',
      warmupRecords: E2E_WARMUP * share,
      records: E2E_RECORDS * share,
      recordSizeBytes: 100,
    });
    return { p50Ms, p99Ms, p999Ms, toolP99Ms: tool.p99Ms };
  },
};
