/** Throughput of a consumer that reads what was just written, and of one that reads from a disk whose cache was dropped. */
import { megabytes, type Figures } from './figures.ts';
import { warmJars } from './java.ts';
import type { Measure, Turn } from './measure-run.ts';
import type { BrokerUnderTest } from './broker-under-test.ts';
import { dropPageCache } from './page-cache.ts';
import { observe } from './proc.ts';
import { createTopics } from './wire.ts';

const MILLION = 1_000_000;
const QUICK_DIVISOR = 10;
const TAIL_RECORDS = 4_000_000;
const TAIL_SIZE_BYTES = 100;
const COLD_RECORDS = 1_500_000;
const COLD_SIZE_BYTES = 1_024;
const COLD_PARTITIONS = 8;
const WARM_RECORDS = 400_000;

export const CONSUME_TAIL: Measure = {
  name: 'consume-tail',
  title: 'Consume 100 B from memory, 1 partition',
  method:
    'ConsumerPerformance over 4 M records that were just produced: all of them in the page cache, the newest 128 MiB also in our tail ' +
    'cache. The second pass counts, the first warms the broker.',
  async run({ createBroker, tools, isQuick }) {
    const records = isQuick ? TAIL_RECORDS / QUICK_DIVISOR : TAIL_RECORDS;
    const broker = await createBroker();
    broker.spawn();
    await broker.ready();
    await createTopics(broker, [{ name: 'measured', partitions: 1 }]);
    const load = { topic: 'measured', records, warmupRecords: 0, recordSizeBytes: TAIL_SIZE_BYTES };
    await tools.produce(broker.bootstrap, load);
    await tools.consume(broker.bootstrap, 'measured', records, 'warm');
    return measureConsume(broker, tools, records);
  },
};

export const CONSUME_COLD: Measure = {
  name: 'consume-cold',
  title: 'Consume 1 KiB from cold disk, 8 partitions',
  method:
    'ConsumerPerformance over 1.5 M records, after the broker was started anew and had served 0.4 M records of another topic, and the ' +
    'page cache was dropped (the jars of the tool were read back).',
  keepsData: true,
  async run(turn) {
    const { createBroker, tools, java, hasData, isQuick } = turn;
    const records = isQuick ? COLD_RECORDS / QUICK_DIVISOR : COLD_RECORDS;
    const warmRecords = isQuick ? WARM_RECORDS / QUICK_DIVISOR : WARM_RECORDS;
    const broker = await createBroker();
    if (!hasData) await writeColdData(turn, broker, records, warmRecords);
    broker.spawn();
    await broker.ready();
    await createTopics(broker, [{ name: 'measured', partitions: COLD_PARTITIONS }]);
    await tools.consume(broker.bootstrap, 'warm', warmRecords, `warm-${turn.round}`);
    await dropPageCache();
    await warmJars(java);
    return measureConsume(broker, tools, records, `measured-${turn.round}`);
  },
};

/** Filled by a process of its own, which ends: the one that is measured has nothing in memory. */
async function writeColdData({ tools }: Turn, broker: BrokerUnderTest, records: number, warmRecords: number) {
  broker.spawn();
  await broker.ready();
  await createTopics(broker, [
    { name: 'warm', partitions: COLD_PARTITIONS },
    { name: 'measured', partitions: COLD_PARTITIONS },
  ]);
  const load = { warmupRecords: 0, recordSizeBytes: COLD_SIZE_BYTES };
  await tools.produce(broker.bootstrap, { topic: 'measured', records, ...load });
  await tools.produce(broker.bootstrap, { topic: 'warm', records: warmRecords, ...load });
  await broker.stop();
}

async function measureConsume(
  broker: BrokerUnderTest,
  tools: Turn['tools'],
  records: number,
  group = 'measured',
): Promise<Figures> {
  const { result, load } = await observe(broker.pid, () => tools.consume(broker.bootstrap, 'measured', records, group));
  return {
    recordsPerSecond: result.recordsPerSecond,
    cpuSecondsPerMillion: load.cpuSeconds / (result.records / MILLION),
    residentMb: megabytes(load.residentBytes),
    residentMaxMb: megabytes(load.residentBytesMax),
  };
}
