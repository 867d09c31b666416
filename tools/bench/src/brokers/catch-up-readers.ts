/**
 * Consumers that read a topic from its beginning to its end, over and over, and throw away what they get.
 *
 * They are fetch requests on the wire and no consumer client, so that what they cost is the broker's work and not theirs.
 */
import { batchLastOffset, batchPositions, recordsToBuffer } from '@millrace/protocol';
import {
  createFetchRequest,
  createFetchRequestFetchPartition,
  createFetchRequestFetchTopic,
  fetchRequest,
  fetchResponse,
} from '@millrace/protocol/messages/01-fetch';
import { WireClient } from '@millrace/testing';

/** The newest version that names topics. */
const FETCH_VERSION = 12;
/** As a consumer asks by default. */
const PARTITION_BYTES_MAX = 1_048_576;
const RESPONSE_BYTES_MAX = 52_428_800;
const WAIT_MS = 500;

export interface CatchUpReaders {
  /** Ends them; resolves with the bytes of records that they got. */
  stop(): Promise<number>;
}

/** One reader for each partition from 0 on. */
export function startCatchUpReaders(port: number, topic: string, count: number): CatchUpReaders {
  const ending = new AbortController();
  const readers = Array.from({ length: count }, (_, partition) => readUntil(ending.signal, port, topic, partition));
  return {
    async stop() {
      ending.abort();
      return (await Promise.all(readers)).reduce((sum, bytes) => sum + bytes, 0);
    },
  };
}

async function readUntil(signal: AbortSignal, port: number, topic: string, partition: number): Promise<number> {
  await using client = await WireClient.connect({ port, clientId: `catch-up-${partition}` });
  let bytes = 0;
  let offset = 0;
  while (!signal.aborted) {
    const records = await fetchFrom(client, topic, partition, offset);
    bytes += records.length;
    offset = offsetAfter(records) ?? 0;
  }
  return bytes;
}

async function fetchFrom(client: WireClient, topic: string, partition: number, offset: number): Promise<Buffer> {
  const request = createFetchRequest({
    replicaId: -1,
    maxWaitMs: WAIT_MS,
    minBytes: 1,
    maxBytes: RESPONSE_BYTES_MAX,
    sessionEpoch: -1,
    topics: [
      createFetchRequestFetchTopic({
        topic,
        partitions: [
          createFetchRequestFetchPartition({
            partition,
            fetchOffset: BigInt(offset),
            partitionMaxBytes: PARTITION_BYTES_MAX,
          }),
        ],
      }),
    ],
  });
  const answer = await client.call(fetchRequest, fetchResponse, FETCH_VERSION, request);
  const found = answer.responses[0]?.partitions[0];
  if (found === undefined || found.errorCode !== 0) {
    throw new Error(`fetching ${topic}-${partition} from ${offset} failed with code ${found?.errorCode}`);
  }
  return recordsToBuffer(found.records) ?? Buffer.alloc(0);
}

/** Undefined at the end of the partition. */
function offsetAfter(records: Buffer): number | undefined {
  let last: number | undefined;
  for (const position of batchPositions(records)) last = position;
  return last === undefined ? undefined : batchLastOffset(records, last) + 1;
}
