/** The journal as partition logs see it: each append goes the way of its partition's durability. */
import { assertDefined } from '@millrace/base';
import type { Durability } from '@millrace/log';
import type { CommitGroup, Journal, OwnedLog, PlacedBatch } from '@millrace/log/internal';
import { ErrorCode } from '@millrace/protocol';
import type { DirectWriter } from './direct-writer.ts';
import type { JournalWriter } from './journal.ts';
import { ENTRY_FLAG_NEW_SEGMENT, EntryKind } from './journal-format.ts';
import type { StoredPartition } from './stored-partition.ts';

export interface LocalJournalOptions {
  readonly partitionOf: (log: OwnedLog) => StoredPartition;
  /** Whether memory for further batches is used up. */
  readonly isExhausted: () => boolean;
  readonly changeDurability: (partition: StoredPartition, durability: Durability) => Promise<void>;
}

export class LocalJournal implements Journal {
  readonly #options: LocalJournalOptions;
  #writer: JournalWriter | undefined;
  #direct: DirectWriter | undefined;

  constructor(options: LocalJournalOptions) {
    this.#options = options;
  }

  /** Recovery is over: appends can come. */
  attach(writer: JournalWriter, direct: DirectWriter): void {
    this.#writer = writer;
    this.#direct = direct;
  }

  admit(log: OwnedLog, sizeBytes: number): number {
    const isOs = this.#options.partitionOf(log).durability === 'os';
    const hasRoom =
      !this.#options.isExhausted() &&
      (isOs ? !this.#directWriter.isStalled : this.#journalWriter.hasRoomFor(sizeBytes));
    return hasRoom ? ErrorCode.NONE : ErrorCode.KAFKA_STORAGE_ERROR;
  }

  appendBatch(log: OwnedLog, batch: Buffer, baseOffset: number, startsSegment: boolean): PlacedBatch {
    const partition = this.#options.partitionOf(log);
    if (partition.durability === 'os') {
      return this.#directWriter.append(partition, batch, this.#journalWriter.openLsn);
    }
    const flags = startsSegment ? ENTRY_FLAG_NEW_SEGMENT : 0;
    return this.#journalWriter.append(EntryKind.batch, flags, partition.key, baseOffset, batch);
  }

  appendLogStart(log: OwnedLog, offset: number, emptiesLog: boolean): CommitGroup {
    const { key } = this.#options.partitionOf(log);
    const flags = emptiesLog ? ENTRY_FLAG_NEW_SEGMENT : 0;
    return this.#journalWriter.append(EntryKind.logStart, flags, key, offset, undefined).group;
  }

  changeDurability(log: OwnedLog, durability: Durability): Promise<void> {
    return this.#options.changeDurability(this.#options.partitionOf(log), durability);
  }

  get #journalWriter(): JournalWriter {
    return assertDefined(this.#writer, 'the journal writer');
  }

  get #directWriter(): DirectWriter {
    return assertDefined(this.#direct, 'the direct writer');
  }
}
