/** Groups in a journal file, one by one, whether or not anybody needs them any more. */
import {
  isBatchCrcValid,
  BATCH_HEADER_SIZE_BYTES,
  BATCH_MAGIC,
  batchBaseOffset,
  batchMagic,
  batchSizeInBytes,
} from '@millrace/protocol';
import { messageOf } from '@millrace/base';
import { ByteReader } from '../byte-codec.ts';
import {
  alignedBytes,
  EntryKind,
  GROUP_ALIGNMENT_BYTES,
  groupEntries,
  probeGroup,
  type JournalEntry,
} from '../journal-format.ts';
import { decodePartitionState } from '../partition-state.ts';
import { decodeSwap } from '../swap-codec.ts';

export interface ScannedGroup {
  readonly position: number;
  readonly sizeBytes: number;
  readonly lsn: number;
  readonly timeMs: number;
}

/** A group header of this directory over bytes that are not those of the group. */
export interface BrokenGroup {
  readonly position: number;
  readonly lsn: number;
  readonly reason: string;
}

export function* scanJournal(
  content: Buffer,
  journalId: Buffer,
): Generator<{ readonly group: ScannedGroup } | { readonly broken: BrokenGroup }, void, undefined> {
  for (let position = 0; position < content.length;) {
    const probe = probeGroup(content, position, content.length, journalId);
    switch (probe.kind) {
      case 'group':
        yield { group: { position, sizeBytes: probe.sizeBytes, lsn: probe.lsn, timeMs: probe.timeMs } };
        position += alignedBytes(probe.sizeBytes);
        continue;
      case 'cut': {
        const reason = `it claims ${probe.sizeBytes} bytes, which go past the end of the file`;
        yield { broken: { position, lsn: probe.lsn, reason } };
        break;
      }
      case 'bad':
        yield { broken: { position, lsn: probe.lsn, reason: 'its CRC does not match its bytes' } };
        break;
      case 'none':
        break;
    }
    position += GROUP_ALIGNMENT_BYTES;
  }
}

/** What is wrong with entries of a group whose CRC is right. */
export function* entryFaults(
  content: Buffer,
  group: ScannedGroup,
): Generator<{ readonly position: number; readonly reason: string }, void, undefined> {
  try {
    for (const entry of groupEntries(content, group.position)) {
      const reason = faultOf(content, entry);
      if (reason !== undefined) yield { position: entry.payloadStart, reason };
    }
  } catch (error) {
    yield { position: group.position, reason: messageOf(error) };
  }
}

function faultOf(content: Buffer, entry: JournalEntry): string | undefined {
  switch (entry.kind) {
    case EntryKind.batch:
      return batchFault(content, entry);
    case EntryKind.state: {
      const reader = new ByteReader(content.subarray(entry.payloadStart, entry.payloadEnd));
      decodePartitionState(reader);
      return reader.leftBytes === 0 ? undefined : `${reader.leftBytes} bytes follow a partition's state`;
    }
    case EntryKind.swapped: {
      const reader = new ByteReader(content.subarray(entry.payloadStart, entry.payloadEnd));
      decodeSwap(reader);
      return reader.leftBytes === 0 ? undefined : `${reader.leftBytes} bytes follow what was cleaned`;
    }
    case EntryKind.logStart:
    case EntryKind.deleted:
    case EntryKind.session:
      return undefined;
    default:
      return `an entry has the unknown kind ${entry.kind as number}`;
  }
}

function batchFault(content: Buffer, { payloadStart, payloadEnd, offset }: JournalEntry): string | undefined {
  const sizeBytes = payloadEnd - payloadStart;
  if (sizeBytes < BATCH_HEADER_SIZE_BYTES || batchMagic(content, payloadStart) !== BATCH_MAGIC)
    return 'an entry holds no record batch';
  if (batchSizeInBytes(content, payloadStart) !== sizeBytes)
    return 'a record batch is longer or shorter than its entry';
  if (batchBaseOffset(content, payloadStart) !== offset) {
    return `an entry for offset ${offset} holds the batch of ${batchBaseOffset(content, payloadStart)}`;
  }
  return isBatchCrcValid(content, payloadStart) ? undefined : `the CRC of the batch at offset ${offset} does not match`;
}
