/** What clients are asked to do beside each other, and how each does it. */
import { join } from 'node:path';

export const PROGRAMS = {
  sdk: join(import.meta.dirname, 'programs/sdk.ts'),
  platformatic: join(import.meta.dirname, 'programs/platformatic.ts'),
  kafkajs: join(import.meta.dirname, 'programs/kafkajs.ts'),
} as const;
export const FIRST_ACK = join(import.meta.dirname, 'programs/first-ack.ts');

export type ProgramName = keyof typeof PROGRAMS;

/** One client's way of doing a load. */
export interface Runner {
  /** Unique within the load; what figures are kept by. */
  readonly name: string;
  readonly client: ProgramName | 'java';
  readonly title: string;
  readonly mode: string;
  /** Instead of the load's. */
  readonly records?: number;
}

export interface Load {
  readonly name: string;
  readonly title: string;
  readonly records: number;
  readonly sizeBytes: number;
  readonly compression: 'none' | 'lz4';
  readonly partitions: number;
  /** Whether the records lie in the topic before, else the client writes them. */
  readonly fill: boolean;
  readonly runners: readonly Runner[];
}

const PARTITIONS = 6;

const PRODUCERS: readonly Runner[] = [
  { name: 'sdk', client: 'sdk', title: '@millrace/sdk, a promise each', mode: 'produce' },
  { name: 'platformatic', client: 'platformatic', title: '@platformatic/kafka, 500 a call', mode: 'produce' },
  { name: 'kafkajs', client: 'kafkajs', title: 'kafkajs, 500 a call', mode: 'produce' },
  { name: 'java', client: 'java', title: 'Java, ProducerPerformance', mode: 'produce' },
];
const CONSUMERS: readonly Runner[] = [
  { name: 'sdk', client: 'sdk', title: '@millrace/sdk, for await', mode: 'consume' },
  { name: 'sdk-batches', client: 'sdk', title: '@millrace/sdk, batches', mode: 'consume-batches' },
  { name: 'platformatic', client: 'platformatic', title: '@platformatic/kafka, data events', mode: 'consume' },
  { name: 'kafkajs', client: 'kafkajs', title: 'kafkajs, eachBatch', mode: 'consume' },
  { name: 'java', client: 'java', title: 'Java, ConsumerPerformance', mode: 'consume' },
];
const NODE_CLIENTS: readonly Omit<Runner, 'mode'>[] = [
  { name: 'sdk', client: 'sdk', title: '@millrace/sdk' },
  { name: 'platformatic', client: 'platformatic', title: '@platformatic/kafka' },
  { name: 'kafkajs', client: 'kafkajs', title: 'kafkajs' },
];
const HANDLERS: readonly Runner[] = [
  { name: 'key', client: 'sdk', title: 'run(), order key, 64 at once', mode: 'handle-key' },
  { name: 'partition', client: 'sdk', title: 'run(), order partition', mode: 'handle-partition', records: 640 },
];

const SHAPES = [
  { suffix: '100b', what: '100 B', sizeBytes: 100, compression: 'none' },
  { suffix: '1k', what: '1 KiB', sizeBytes: 1_024, compression: 'none' },
  { suffix: '1k-lz4', what: '1 KiB, lz4', sizeBytes: 1_024, compression: 'lz4' },
] as const;

export const LOADS: readonly Load[] = [
  ...SHAPES.flatMap(({ suffix, what, sizeBytes, compression }): Load[] => {
    const common = { sizeBytes, compression, partitions: PARTITIONS };
    const records = sizeBytes === 100 ? 1_000_000 : 250_000;
    return [
      { ...common, name: `produce-${suffix}`, title: `Produce ${what}`, records, fill: false, runners: PRODUCERS },
      {
        ...common,
        name: `consume-${suffix}`,
        title: `Consume ${what}`,
        records: 2 * records,
        fill: true,
        runners: CONSUMERS,
      },
    ];
  }),
  {
    name: 'latency',
    title: 'Produce 1,000 records a second of 100 B',
    records: 8_000,
    sizeBytes: 100,
    compression: 'none',
    partitions: PARTITIONS,
    fill: false,
    runners: NODE_CLIENTS.map((client) => ({ ...client, mode: 'latency' })),
  },
  {
    name: 'handlers',
    title: 'Handlers of 5 ms, one partition',
    records: 6_400,
    sizeBytes: 100,
    compression: 'none',
    partitions: 1,
    fill: true,
    runners: HANDLERS,
  },
  {
    name: 'first-ack',
    title: 'Import to first acknowledgement',
    records: 1,
    sizeBytes: 100,
    compression: 'none',
    partitions: PARTITIONS,
    fill: false,
    runners: NODE_CLIENTS.map((client) => ({ ...client, mode: 'first-ack' })),
  },
];
