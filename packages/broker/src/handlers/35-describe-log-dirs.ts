/**
 * DescribeLogDirs 1–5: how many bytes each partition takes on this broker.
 *
 * There is one directory, named "memory" when everything is kept there. v1: an empty list asks for nothing, null for all. v3+: a top-level error, never set here.
 * v4+: size and free space of the volume. v5+: whether the directory is cordoned, never here.
 * Sizes are those of the record batches from log start to log end; what the broker does not own is left out.
 * Pinned by test/configs.itest.ts.
 */
import { statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { PartitionLog } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import {
  createDescribeLogDirsResponse,
  describeLogDirsRequest,
  describeLogDirsResponse,
  type DescribeLogDirsRequest,
  type DescribeLogDirsResponse,
} from '@millrace/protocol/messages/35-describe-log-dirs';
import type { BrokerConfig } from '../config/broker-config.ts';
import type { BrokerServices } from '../services.ts';
import { defineHandler } from './handler.ts';

const MEMORY = 'memory';

type Topic = DescribeLogDirsResponse['results'][number]['topics'][number];
type Partition = Topic['partitions'][number];

export const describeLogDirsHandler = defineHandler<DescribeLogDirsRequest, DescribeLogDirsResponse>({
  request: describeLogDirsRequest,
  response: describeLogDirsResponse,
  minVersion: 1,
  maxVersion: 5,
  async handle({ services }, request) {
    const logDir = directoryOf(services.config);
    const topics = request.topics === null ? ownedTopics(services) : askedTopics(services, request.topics);
    return createDescribeLogDirsResponse({
      results: [{ errorCode: ErrorCode.NONE, logDir, topics, ...(await volumeOf(logDir)), isCordoned: false }],
    });
  },
  failure: (_request, errorCode) => createDescribeLogDirsResponse({ errorCode }),
});

function ownedTopics({ engine, metaStore }: BrokerServices): Topic[] {
  const { topicsById } = metaStore.snapshot();
  const byName = new Map<string, Partition[]>();
  for (const log of engine.partitions()) {
    const name = topicsById.get(log.id.topicId)?.name;
    if (name === undefined) continue;
    const partitions = byName.get(name);
    if (partitions === undefined) byName.set(name, [sizeOf(log)]);
    else partitions.push(sizeOf(log));
  }
  return [...byName].map(([name, partitions]) => ({ name, partitions }));
}

function askedTopics(
  { partitions: registry }: BrokerServices,
  topics: NonNullable<DescribeLogDirsRequest['topics']>,
): Topic[] {
  return topics
    .map(({ topic, partitions }) => ({
      name: topic,
      partitions: [...new Set(partitions)].flatMap((partition) => {
        const location = registry.locateByName(topic, partition);
        return location.kind === 'owned' ? [sizeOf(location.log)] : [];
      }),
    }))
    .filter(({ partitions }) => partitions.length > 0);
}

function sizeOf({ id, sizeBytes }: PartitionLog): Partition {
  return { partitionIndex: id.partition, partitionSize: BigInt(sizeBytes), offsetLag: 0n, isFutureKey: false };
}

/** A broker that was given no directory keeps everything in memory. */
function directoryOf({ staticEntries, dataDir }: BrokerConfig): string {
  return staticEntries.has('log.dir') || staticEntries.has('log.dirs') ? resolve(dataDir) : MEMORY;
}

/** −1 where there is no directory. */
async function volumeOf(path: string): Promise<{ readonly totalBytes: bigint; readonly usableBytes: bigint }> {
  if (path === MEMORY) return { totalBytes: -1n, usableBytes: -1n };
  try {
    const { bsize, blocks, bavail } = await statfs(path, { bigint: true });
    return { totalBytes: blocks * bsize, usableBytes: bavail * bsize };
  } catch {
    return { totalBytes: -1n, usableBytes: -1n };
  }
}
