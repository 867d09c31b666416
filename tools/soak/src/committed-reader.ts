/**
 * Reads topics with read_committed while a round runs, through all restarts of the broker, and tells the history what it got.
 *
 * Owns: the position in each partition, and the sorting out of aborted transactions: a batch of a producer is skipped
 *   from the first offset of its aborted transaction to the abort marker, both as the answer to a fetch names them.
 * Bounds: one fetch at a time, all partitions in it.
 */
import { batchPositions, decodeBatch, decodeEndTxnMarker, ErrorCode, recordsToBuffer } from '@millrace/protocol';
import {
  createFetchRequest,
  createFetchRequestFetchPartition,
  createFetchRequestFetchTopic,
  fetchRequest,
  fetchResponse,
  type FetchResponsePartitionData,
} from '@millrace/protocol/messages/01-fetch';
import type { HistoryRecorder, PolledRecord } from '@millrace/testing';
import { decodeValue } from './settings.ts';
import type { SteadyWire } from './steady-wire.ts';

const FETCH_VERSION = 11;
const READ_COMMITTED = 1;
const MAX_WAIT_MS = 100;
const PARTITION_BYTES = 262_144;

interface Position {
  readonly topic: string;
  readonly partition: number;
  next: number;
  /** The last record that was there; −1: none. */
  lastRecord: number;
  highWatermark: number;
  lastStableOffset: number;
}

export class CommittedReader {
  readonly consumer = 'along';
  readonly #wire: SteadyWire;
  readonly #history: HistoryRecorder;
  readonly #positions: readonly Position[];
  #isStopped = false;
  #running: Promise<void> | undefined;
  #fetches = 0;
  readonly #records = new Map<string, number>();

  constructor(wire: SteadyWire, history: HistoryRecorder, topics: readonly string[], partitions: number) {
    this.#wire = wire;
    this.#history = history;
    this.#positions = topics.flatMap((topic) =>
      Array.from({ length: partitions }, (_, partition) => ({
        topic,
        partition,
        next: 0,
        lastRecord: -1,
        highWatermark: -1,
        lastStableOffset: -1,
      })),
    );
  }

  get positions(): readonly Readonly<Position>[] {
    return this.#positions;
  }

  /** How many fetches were answered. */
  get fetches(): number {
    return this.#fetches;
  }

  /** How many records of the topic it got. */
  recordsOf(topic: string): number {
    return this.#records.get(topic) ?? 0;
  }

  /** Whether, by the last answers, every transaction has ended and everything has been read. */
  get hasReadAll(): boolean {
    return this.#positions.every(
      (one) => one.highWatermark >= 0 && one.lastStableOffset === one.highWatermark && one.next >= one.highWatermark,
    );
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** Says that it has read everything. */
  recordComplete(): void {
    for (const { topic, partition, highWatermark: endOffset } of this.#positions) {
      this.#history.record({ type: 'complete', consumer: this.consumer, topic, partition, endOffset });
    }
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#fetch();
      } catch {
        // The broker is away; it will be back, or the round ends without progress.
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    }
  }

  async #fetch(): Promise<void> {
    const topics = [...Map.groupBy(this.#positions, (one) => one.topic)].map(([topic, own]) =>
      createFetchRequestFetchTopic({
        topic,
        partitions: own.map(({ partition, next }) =>
          createFetchRequestFetchPartition({
            partition,
            fetchOffset: BigInt(next),
            partitionMaxBytes: PARTITION_BYTES,
          }),
        ),
      }),
    );
    const request = createFetchRequest({ maxWaitMs: MAX_WAIT_MS, minBytes: 1, isolationLevel: READ_COMMITTED, topics });
    const { responses } = await this.#wire.call(fetchRequest, fetchResponse, FETCH_VERSION, request);
    for (const { topic, partitions } of responses) {
      for (const data of partitions) {
        const position = this.#positions.find((one) => one.topic === topic && one.partition === data.partitionIndex);
        if (position !== undefined && data.errorCode === ErrorCode.NONE) this.#take(position, data);
      }
    }
    this.#fetches += 1;
  }

  #take(position: Position, data: FetchResponsePartitionData): void {
    const { topic, partition } = position;
    position.highWatermark = Number(data.highWatermark);
    position.lastStableOffset = Number(data.lastStableOffset);
    const { records, next } = committedRecords(data, position.next);
    position.next = next;
    if (records.length === 0) return;
    position.lastRecord = records.at(-1)?.[0] ?? position.lastRecord;
    this.#records.set(topic, this.recordsOf(topic) + records.length);
    const isolation = 'read_committed';
    this.#history.record({ type: 'poll', consumer: this.consumer, isolation, topic, partition, records });
  }
}

/** The records of an answer that read_committed shows, from `from` on, and the offset behind all that it holds. */
export function committedRecords(
  data: Pick<FetchResponsePartitionData, 'records' | 'abortedTransactions'>,
  from: number,
): { readonly records: PolledRecord[]; readonly next: number } {
  const records: PolledRecord[] = [];
  let next = from;
  const bytes = recordsToBuffer(data.records);
  if (bytes === null) return { records, next };
  const coming = (data.abortedTransactions ?? [])
    .map((one) => ({ producerId: Number(one.producerId), firstOffset: Number(one.firstOffset) }))
    .toSorted((a, b) => a.firstOffset - b.firstOffset);
  const aborting = new Set<number>();
  for (const position of batchPositions(bytes)) {
    const batch = decodeBatch(bytes, position);
    while (coming[0] !== undefined && coming[0].firstOffset <= batch.lastOffset) {
      aborting.add(coming[0].producerId);
      coming.shift();
    }
    next = Math.max(next, batch.lastOffset + 1);
    if (batch.isControl) {
      const marker = decodeEndTxnMarker(batch.keyAt(0), batch.valueAt(0));
      if (marker?.type === 'abort') aborting.delete(batch.producerId);
      continue;
    }
    if (batch.isTransactional && aborting.has(batch.producerId)) continue;
    for (let index = 0; index < batch.count; index += 1) {
      const offset = batch.offsetAt(index);
      if (offset < from) continue;
      const { name, transaction } = decodeValue(batch.valueAt(index)?.toString('latin1') ?? '');
      records.push([offset, name, transaction]);
    }
  }
  return { records, next };
}
