/**
 * Consumers that read a topic from its beginning to its end, over and over, and throw away what they get.
 *
 * They are fetch requests on the wire and no consumer client, so that what they cost is the broker's work and not theirs.
 */
import {
  batchLastOffset,
  batchPositions,
  decodeResponseHeader,
  encodeRequestFrame,
  Reader,
  recordsToBuffer,
} from '@millrace/protocol';
import {
  createFetchRequest,
  createFetchRequestFetchPartition,
  createFetchRequestFetchTopic,
  fetchRequest,
  fetchResponse,
} from '@millrace/protocol/messages/01-fetch';
import { LeanConnection } from './lean-connection.ts';

/** The newest version that names topics. */
const FETCH_VERSION = 12;
/** As a consumer asks by default. */
const PARTITION_BYTES_MAX = 1_048_576;
const RESPONSE_BYTES_MAX = 52_428_800;
const WAIT_MS = 500;
/** One request is under way at a time. */
const CORRELATION_ID = 1;

/** One reader for each partition from 0 on, between {@link start} and {@link stop}. */
export class CatchUpReaders {
  readonly #port: number;
  readonly #topic: string;
  readonly #count: number;
  #ending: AbortController | undefined;
  /** What the readers of each start got, in bytes, and the milliseconds that it took them. */
  readonly #work: Promise<{ readonly bytes: number; readonly ms: number }>[] = [];

  constructor(port: number, topic: string, count: number) {
    this.#port = port;
    this.#topic = topic;
    this.#count = count;
  }

  /** From the beginning of the topic on. */
  start(): void {
    this.#ending ??= new AbortController();
    const work = this.#read(this.#ending.signal);
    // Thrown by `end`.
    work.catch(() => undefined);
    this.#work.push(work);
  }

  stop(): void {
    this.#ending?.abort();
    this.#ending = undefined;
  }

  /** Stops them; resolves with bytes of records per second while they read. Rejects when a reader failed. */
  async end(): Promise<number> {
    this.stop();
    const all = await Promise.all(this.#work);
    const [bytes, ms] = [all.reduce((sum, each) => sum + each.bytes, 0), all.reduce((sum, each) => sum + each.ms, 0)];
    return ms === 0 ? 0 : bytes / (ms / 1_000);
  }

  async #read(signal: AbortSignal): Promise<{ readonly bytes: number; readonly ms: number }> {
    const began = performance.now();
    const partitions = Array.from({ length: this.#count }, (_, partition) => partition);
    const read = await Promise.all(partitions.map((each) => readUntil(signal, this.#port, this.#topic, each)));
    return { bytes: read.reduce((sum, bytes) => sum + bytes, 0), ms: performance.now() - began };
  }
}

async function readUntil(signal: AbortSignal, port: number, topic: string, partition: number): Promise<number> {
  await using connection = await LeanConnection.open(port);
  let bytes = 0;
  let offset = 0;
  while (!signal.aborted) {
    const records = await fetchFrom(connection, topic, partition, offset);
    bytes += records.length;
    offset = offsetAfter(records) ?? 0;
  }
  return bytes;
}

async function fetchFrom(
  connection: LeanConnection,
  topic: string,
  partition: number,
  offset: number,
): Promise<Buffer> {
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
  const frame = encodeRequestFrame(fetchRequest, FETCH_VERSION, CORRELATION_ID, `catch-up-${partition}`, request);
  const reader = new Reader(await connection.ask(frame));
  decodeResponseHeader(reader, fetchRequest.apiKey ?? -1, FETCH_VERSION);
  const answer = fetchResponse.decode(reader, FETCH_VERSION);
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
