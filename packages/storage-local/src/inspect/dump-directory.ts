/**
 * Everything that a data directory holds, in the order of its files: checkpoints, journal groups, segments. Reads only, takes no lock.
 *
 * Shows what is there, also what nothing needs any more: journal files are used again, so older groups may stand behind newer ones.
 */
import type { PartitionId } from '@millrace/log';
import { messageOf } from '@millrace/base';
import {
  batchAttributes,
  batchBaseOffset,
  batchBaseSequence,
  batchBaseTimestamp,
  batchLastOffset,
  batchMaxTimestamp,
  batchPartitionLeaderEpoch,
  batchProducerEpoch,
  batchProducerId,
  batchRecordCount,
  batchSizeInBytes,
  codecOf,
  decodeBatchAsync,
  hasDeleteHorizon,
  isBatchCrcValid,
  isControl,
  isTransactional,
  timestampTypeOf,
  type RecordHeader,
  type TimestampType,
} from '@millrace/protocol';
import { ByteReader } from '../byte-codec.ts';
import { checkpointFileName, listCheckpoints, parseCheckpoint } from '../checkpoint-file.ts';
import { errorCodeOf, readWholeFile, type FileSystem } from '../file-system.ts';
import { journalFileNumber } from '../journal-files.ts';
import { ENTRY_FLAG_NEW_SEGMENT, EntryKind, groupEntries, type JournalEntry } from '../journal-format.ts';
import { nodeFileSystem } from '../node-file-system.ts';
import { decodePartitionState, partitionOfKey, type PartitionState } from '../partition-state.ts';
import { segmentOfFile } from '../stored-partition.ts';
import { decodeSwap, type SegmentSwap } from '../swap-codec.ts';
import { scanJournal, type ScannedGroup } from './journal-scan.ts';
import { namesIn, openDirectory } from './open-directory.ts';
import { scanSegment } from './segment-scan.ts';

export interface DumpedRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

export interface DumpedBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly recordCount: number;
  readonly sizeBytes: number;
  readonly leaderEpoch: number;
  /** Undefined when the batch names one that there is not. */
  readonly codec: string | undefined;
  readonly timestampType: TimestampType;
  readonly maxTimestampMs: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  /** When its tombstones or its marker may go; undefined when no cleaner has said so. */
  readonly deleteHorizonMs: number | undefined;
  readonly isCrcValid: boolean;
  /** Absent when not asked for; a sentence when they cannot be read. */
  readonly records?: readonly DumpedRecord[] | string;
}

export type DumpedEntry =
  | { readonly kind: 'batch'; readonly id: PartitionId; readonly startsSegment: boolean; readonly batch: DumpedBatch }
  | { readonly kind: 'state'; readonly id: PartitionId; readonly state: PartitionState }
  | { readonly kind: 'log start'; readonly id: PartitionId; readonly offset: number; readonly emptiesLog: boolean }
  | { readonly kind: 'swapped'; readonly id: PartitionId; readonly swap: SegmentSwap }
  | { readonly kind: 'deleted'; readonly id: PartitionId }
  | { readonly kind: 'session' }
  | { readonly kind: 'unknown'; readonly number: number };

export type DumpedItem =
  | {
      readonly kind: 'checkpoint';
      readonly path: string;
      readonly replayLsn: number;
      readonly nextLsn: number;
      readonly createdMs: number;
      readonly isClosing: boolean;
      readonly partitions: readonly PartitionState[];
    }
  | {
      readonly kind: 'group';
      readonly path: string;
      readonly position: number;
      readonly sizeBytes: number;
      readonly lsn: number;
      readonly timeMs: number;
      readonly entries: readonly DumpedEntry[];
    }
  | {
      readonly kind: 'batch';
      readonly path: string;
      readonly position: number;
      readonly id: PartitionId;
      readonly batch: DumpedBatch;
    }
  /** Bytes that cannot be read as what they should be. */
  | { readonly kind: 'damage'; readonly path: string; readonly position: number; readonly reason: string };

export interface DumpOptions {
  readonly dataDir: string;
  readonly fileSystem?: FileSystem;
  /** Partitions to show. Default: all, and what belongs to none. */
  readonly selects?: (id: PartitionId) => boolean;
  /** Only batches with offsets of `[fromOffset, toOffset]`. */
  readonly fromOffset?: number;
  readonly toOffset?: number;
  /** Whether records are decoded too. Default true. */
  readonly withRecords?: boolean;
}

/** Throws `MILLRACE_STORAGE_FORMAT` when the directory is none of a broker. */
export async function* dumpDirectory(options: DumpOptions): AsyncGenerator<DumpedItem, void, undefined> {
  const dump = new Dump(options);
  const { layout, journalId } = await openDirectory(dump.fileSystem, options.dataDir);
  yield* dump.checkpoints(layout.checkpoints);
  yield* dump.journal(layout.journal, journalId);
  yield* dump.segments(layout.logs);
}

class Dump {
  readonly fileSystem: FileSystem;
  readonly #options: DumpOptions;

  constructor(options: DumpOptions) {
    this.#options = options;
    this.fileSystem = options.fileSystem ?? nodeFileSystem;
  }

  async *checkpoints(directory: string): AsyncGenerator<DumpedItem, void, undefined> {
    for (const number of (await listCheckpoints(this.fileSystem, directory)).reverse()) {
      const path = `${directory}/${checkpointFileName(number)}`;
      const content = await readWholeFile(this.fileSystem, path);
      if (content === undefined) continue;
      const outcome = parseCheckpoint(number, content);
      if ('fault' in outcome) {
        yield { kind: 'damage', path, ...outcome.fault };
        continue;
      }
      const { replayLsn, nextLsn, createdMs, isClosing } = outcome.checkpoint;
      const partitions = outcome.checkpoint.partitions.filter(({ id }) => this.#selects(id));
      yield { kind: 'checkpoint', path, replayLsn, nextLsn, createdMs, isClosing, partitions };
    }
  }

  async *journal(directory: string, journalId: Buffer): AsyncGenerator<DumpedItem, void, undefined> {
    for (const name of await namesIn(this.fileSystem, directory)) {
      if (journalFileNumber(name) === undefined) continue;
      const path = `${directory}/${name}`;
      const content = await readWholeFile(this.fileSystem, path);
      if (content === undefined) continue;
      for (const found of scanJournal(content, journalId)) {
        if ('broken' in found) {
          const reason = `journal group ${found.broken.lsn} is broken: ${found.broken.reason}`;
          yield { kind: 'damage', path, position: found.broken.position, reason };
          continue;
        }
        const entries = await this.#entries(content, found.group);
        if (entries.length > 0) yield { kind: 'group', path, ...found.group, entries };
      }
    }
  }

  async *segments(directory: string): AsyncGenerator<DumpedItem, void, undefined> {
    for (const name of await namesIn(this.fileSystem, directory)) {
      const [, topicId, partition] = /^([\w-]{22})-(\d+)$/.exec(name) ?? [];
      if (topicId === undefined) continue;
      const id = { topicId, partition: Number(partition) };
      if (!this.#selects(id)) continue;
      for (const file of await namesIn(this.fileSystem, `${directory}/${name}`)) {
        if (file.endsWith('.log') && segmentOfFile(file) !== undefined) {
          yield* this.#segment(id, `${directory}/${name}/${file}`);
        }
      }
    }
  }

  async *#segment(id: PartitionId, path: string): AsyncGenerator<DumpedItem, void, undefined> {
    try {
      for await (const found of scanSegment(this.fileSystem, path)) {
        if (found.kind === 'bad') yield { kind: 'damage', path, position: found.position, reason: found.reason };
        else if (this.#isInRange(found.buffer, found.at)) {
          const batch = await this.#batch(found.buffer, found.at);
          yield { kind: 'batch', path, position: found.position, id, batch };
        }
      }
    } catch (error) {
      // Retention of a broker that runs was faster.
      if (errorCodeOf(error) !== 'ENOENT') throw error;
    }
  }

  async #entries(content: Buffer, group: ScannedGroup): Promise<DumpedEntry[]> {
    const entries: DumpedEntry[] = [];
    for (const entry of groupEntries(content, group.position)) {
      const shown = await this.#entry(content, entry);
      if (shown !== undefined) entries.push(shown);
    }
    return entries;
  }

  async #entry(content: Buffer, entry: JournalEntry): Promise<DumpedEntry | undefined> {
    const { kind, flags, offset, payloadStart, payloadEnd } = entry;
    if (kind === EntryKind.session) return this.#options.selects === undefined ? { kind: 'session' } : undefined;
    const id = partitionOfKey(entry.key);
    if (!this.#selects(id)) return undefined;
    switch (kind) {
      case EntryKind.batch: {
        if (!this.#isInRange(content, payloadStart)) return undefined;
        const startsSegment = (flags & ENTRY_FLAG_NEW_SEGMENT) !== 0;
        return { kind: 'batch', id, startsSegment, batch: await this.#batch(content, payloadStart) };
      }
      case EntryKind.state:
        return {
          kind: 'state',
          id,
          state: decodePartitionState(new ByteReader(content.subarray(payloadStart, payloadEnd))),
        };
      case EntryKind.logStart:
        return { kind: 'log start', id, offset, emptiesLog: (flags & ENTRY_FLAG_NEW_SEGMENT) !== 0 };
      case EntryKind.swapped:
        return { kind: 'swapped', id, swap: decodeSwap(new ByteReader(content.subarray(payloadStart, payloadEnd))) };
      case EntryKind.deleted:
        return { kind: 'deleted', id };
      default:
        return { kind: 'unknown', number: kind };
    }
  }

  async #batch(buffer: Buffer, at: number): Promise<DumpedBatch> {
    const attributes = batchAttributes(buffer, at);
    const batch: DumpedBatch = {
      baseOffset: batchBaseOffset(buffer, at),
      lastOffset: batchLastOffset(buffer, at),
      recordCount: batchRecordCount(buffer, at),
      sizeBytes: batchSizeInBytes(buffer, at),
      leaderEpoch: batchPartitionLeaderEpoch(buffer, at),
      codec: codecOf(attributes),
      timestampType: timestampTypeOf(attributes),
      maxTimestampMs: batchMaxTimestamp(buffer, at),
      producerId: batchProducerId(buffer, at),
      producerEpoch: batchProducerEpoch(buffer, at),
      baseSequence: batchBaseSequence(buffer, at),
      isTransactional: isTransactional(attributes),
      isControl: isControl(attributes),
      deleteHorizonMs: hasDeleteHorizon(attributes) ? batchBaseTimestamp(buffer, at) : undefined,
      isCrcValid: isBatchCrcValid(buffer, at),
    };
    return this.#options.withRecords === false ? batch : { ...batch, records: await recordsOf(buffer, at) };
  }

  #isInRange(buffer: Buffer, at: number): boolean {
    const { fromOffset = 0, toOffset = Infinity } = this.#options;
    return batchLastOffset(buffer, at) >= fromOffset && batchBaseOffset(buffer, at) <= toOffset;
  }

  #selects(id: PartitionId): boolean {
    return this.#options.selects?.(id) ?? true;
  }
}

async function recordsOf(buffer: Buffer, at: number): Promise<readonly DumpedRecord[] | string> {
  try {
    const records: DumpedRecord[] = [];
    for (const { offset, timestamp, key, value, headers } of await decodeBatchAsync(buffer, at)) {
      records.push({ offset, timestampMs: timestamp, key, value, headers });
    }
    return records;
  } catch (error) {
    return messageOf(error);
  }
}
