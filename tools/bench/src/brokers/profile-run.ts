/**
 * Our broker under a load, profiled from inside while the load runs.
 *
 * Owns: the broker process of one load and its data folder.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@millrace/testing';
import { createBrokerUnderTest, type BrokerUnderTest } from './broker-under-test.ts';
import { removeFolder } from './build.ts';
import type { JavaToolchain } from './java.ts';
import type { KafkaTools } from './kafka-tools.ts';
import { dropPageCache } from './page-cache.ts';
import { REPO_ROOT } from './paths.ts';
import { cpuSecondsByThreadName } from './proc.ts';
import { withSources } from './profile-sources.ts';
import {
  summarizeCpuProfile,
  summarizeHeapProfile,
  type CpuProfile,
  type HeapNode,
  type Share,
  type Summary,
} from './profile-summary.ts';
import { createTopics } from './wire.ts';

const PROFILER_PRELOAD = fileURLToPath(new URL('./in-broker/profiler.ts', import.meta.url));
/** V8's own, which is there because of the profile. */
const PROFILER_THREAD = 'v8:ProfEvntProc';
const WRITE_MS_MAX = 60_000;
const QUICK_DIVISOR = 5;

export interface ProfiledLoad {
  readonly name: string;
  readonly title: string;
  readonly durability: 'os' | 'fsync';
  readonly kind: 'produce' | 'consume' | 'consume-cold';
  readonly partitions: number;
  readonly recordSizeBytes: number;
  readonly records: number;
}

export const PROFILED_LOADS: readonly ProfiledLoad[] = [
  {
    name: 'produce-100b-os',
    title: 'Produce 100 B, 1 partition, `os`',
    durability: 'os',
    kind: 'produce',
    partitions: 1,
    recordSizeBytes: 100,
    records: 3_000_000,
  },
  {
    name: 'produce-100b-fsync',
    title: 'Produce 100 B, 1 partition, `fsync`',
    durability: 'fsync',
    kind: 'produce',
    partitions: 1,
    recordSizeBytes: 100,
    records: 3_000_000,
  },
  {
    name: 'produce-1k-os',
    title: 'Produce 1 KiB, 8 partitions, `os`',
    durability: 'os',
    kind: 'produce',
    partitions: 8,
    recordSizeBytes: 1_024,
    records: 1_000_000,
  },
  {
    name: 'consume',
    title: 'Consume 100 B from memory, 1 partition',
    durability: 'os',
    kind: 'consume',
    partitions: 1,
    recordSizeBytes: 100,
    records: 4_000_000,
  },
  {
    name: 'consume-cold',
    title: 'Consume 1 KiB from cold disk, 8 partitions',
    durability: 'os',
    kind: 'consume-cold',
    partitions: 8,
    recordSizeBytes: 1_024,
    records: 1_000_000,
  },
];

export interface LoadProfile {
  readonly load: ProfiledLoad;
  readonly records: number;
  readonly recordsPerSecond: number;
  /** CPU seconds of the process while the load ran, by name of thread. */
  readonly threads: readonly Share[];
  readonly cpu: Summary;
  readonly heap: Summary;
  /** Files in the inspector's format, without paths of this machine. */
  readonly cpuProfile: string;
  readonly heapProfile: string;
}

export interface ProfileOptions {
  readonly java: JavaToolchain;
  readonly tools: KafkaTools;
  readonly workDir: string;
  readonly isQuick: boolean;
}

export async function profileLoad(load: ProfiledLoad, options: ProfileOptions): Promise<LoadProfile> {
  const dataDir = join(options.workDir, `profile-${load.name}`);
  mkdirSync(dataDir, { recursive: true });
  const broker = await createBrokerUnderTest({
    contender: load.durability,
    dataDir,
    java: options.java,
    nodeFlags: ['--import', PROFILER_PRELOAD],
    environment: { BENCH_PROFILE_DIR: dataDir },
  });
  try {
    return await profileOn(broker, load, dataDir, options);
  } finally {
    await broker.stop();
    removeFolder(dataDir);
  }
}

async function profileOn(
  broker: BrokerUnderTest,
  load: ProfiledLoad,
  dataDir: string,
  { tools, isQuick }: ProfileOptions,
): Promise<LoadProfile> {
  const { kind, partitions, recordSizeBytes } = load;
  const records = isQuick ? load.records / QUICK_DIVISOR : load.records;
  const produce = (topic: string) =>
    tools.produce(broker.bootstrap, { topic, records, warmupRecords: 0, recordSizeBytes });
  broker.spawn();
  await broker.ready();
  await createTopics(broker, [
    { name: 'warm', partitions },
    { name: 'measured', partitions },
  ]);
  await produce('warm');
  if (kind !== 'produce') await tools.consume(broker.bootstrap, 'warm', records, 'warm');
  // What was written last is in memory; the topic that was written before it is on disk alone once its pages are dropped.
  const topic = kind === 'consume-cold' ? 'warm' : 'measured';
  if (kind !== 'produce') await produce('measured');
  if (kind === 'consume-cold') await dropPageCache();

  const before = cpuSecondsByThreadName(broker.pid);
  process.kill(broker.pid, 'SIGUSR2');
  const { recordsPerSecond } =
    kind === 'produce' ? await produce(topic) : await tools.consume(broker.bootstrap, topic, records, 'measured');
  process.kill(broker.pid, 'SIGUSR2');
  const after = cpuSecondsByThreadName(broker.pid);
  await waitUntil('the profiles', () => existsSync(join(dataDir, 'done')), WRITE_MS_MAX);

  const cpuProfile = readProfile(join(dataDir, 'cpu.cpuprofile'));
  const heapProfile = readProfile(join(dataDir, 'heap.heapprofile'));
  return {
    load,
    records,
    recordsPerSecond,
    threads: [...after]
      .map(([label, seconds]) => ({ label, amount: seconds - (before.get(label) ?? 0) }))
      .filter(({ label, amount }) => amount > 0 && label !== PROFILER_THREAD)
      .toSorted((left, right) => right.amount - left.amount),
    cpu: summarizeCpuProfile(JSON.parse(cpuProfile) as CpuProfile),
    heap: summarizeHeapProfile((JSON.parse(heapProfile) as { readonly head: HeapNode }).head),
    cpuProfile,
    heapProfile,
  };
}

/** With places in the sources, and without paths of this machine. */
function readProfile(path: string): string {
  const profile = withSources(readFileSync(path, 'utf8'));
  return profile.replaceAll(`file://${join(REPO_ROOT, '/')}`, '').replaceAll(join(REPO_ROOT, '/'), '');
}
