/** How many transactions and offset commits a broker takes, and how long a record takes through one. */
import { megabytes, type Figures } from './figures.ts';
import type { TimedLoad } from './kafka-tools.ts';
import type { Measure, Turn } from './measure-run.ts';
import { observe, type Load } from './proc.ts';
import type { RateFigures } from './tool-output.ts';
import { createTopics, type NewTopic } from './wire.ts';

const MILLION = 1_000_000;
const TIMES: TimedLoad = { warmupSeconds: 4, seconds: 7 };
const QUICK_TIMES: TimedLoad = { warmupSeconds: 2, seconds: 3 };
const PARTITIONS = 4;
const GROUPS = 100;

const PROBED = "by tools/bench/java/TransactionProbe.java with Kafka's clients";
const COST = 'CPU and resident memory are those of the broker process over the whole run';

export const TRANSACTION_MEASURES: readonly Measure[] = [1, 10, 100].map((records) => ({
  name: `transactions-${records}`,
  title: `Transactions of ${records} ${records === 1 ? 'record' : 'records'} of 100 B, one producer`,
  method:
    `One after the other ${PROBED}, records in turn to ${PARTITIONS} partitions; from begin to the end of commit. ${COST}, CPU per ` +
    'million transactions.',
  run: async (turn) => {
    const topics = [{ name: 'measured', partitions: PARTITIONS }];
    const { result, load } = await probe(turn, 'transactions', topics, ['measured', PARTITIONS, records]);
    return { transactionsPerSecond: result.perSecond, ...figuresOf(result, load) };
  },
}));

export const READ_PROCESS_WRITE: Measure = {
  name: 'read-process-write',
  title: 'Read-process-write, one record of 100 B at a time',
  method:
    `One record at a time ${PROBED}: produced, read by a member of a group, written again in a transaction with the group's offset, and ` +
    `read by a read_committed consumer; from the first send to the last poll. ${COST}, CPU per million records.`,
  run: async (turn) => {
    const topics = [
      { name: 'in', partitions: 1 },
      { name: 'out', partitions: 1 },
    ];
    const { result, load } = await probe(turn, 'process', topics, ['in', 'out']);
    return figuresOf(result, load);
  },
};

export const GROUP_COMMITS: Measure = {
  name: 'group-commits',
  title: `Offset commits of ${GROUPS} groups`,
  method:
    `${GROUPS} consumers in groups of their own, each commits offsets of ${PARTITIONS} partitions again and again, one commit at a time, ` +
    `${PROBED}. ${COST}, CPU per million commits.`,
  run: async (turn) => {
    const topics = [{ name: 'measured', partitions: PARTITIONS }];
    const { result, load } = await probe(turn, 'commits', topics, ['measured', PARTITIONS, GROUPS]);
    return { commitsPerSecond: result.perSecond, ...figuresOf(result, load) };
  },
};

async function probe(
  { createBroker, tools, isQuick }: Turn,
  mode: 'transactions' | 'process' | 'commits',
  topics: readonly NewTopic[],
  args: readonly (string | number)[],
): Promise<{ result: RateFigures; load: Load }> {
  const broker = await createBroker();
  broker.spawn();
  await broker.ready();
  await createTopics(broker, topics);
  const times = isQuick ? QUICK_TIMES : TIMES;
  return observe(broker.pid, () => tools.probeTransactions(mode, broker.bootstrap, times, args));
}

function figuresOf(result: RateFigures, load: Load): Figures {
  const { p50Ms, p99Ms, p999Ms, total } = result;
  return {
    cpuSecondsPerMillion: load.cpuSeconds / (total / MILLION),
    p50Ms,
    p99Ms,
    p999Ms,
    residentMaxMb: megabytes(load.residentBytesMax),
  };
}
