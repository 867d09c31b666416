/** What a journal entry says of segments that a cleaner made: docs/internals/log-format.md has the table. */
import type { SegmentSnapshot } from '@millrace/log/internal';
import { decodeList, type ByteReader, type ByteWriter } from './byte-codec.ts';

export interface SegmentSwap {
  /** By base offset. Each takes the place of what had its range of offsets before. */
  readonly segments: readonly SegmentSnapshot[];
  /** A cleaner has been through everything below. */
  readonly cleanedEndOffset: number;
}

const SEGMENT_BYTES = 72;

export function encodeSwap(writer: ByteWriter, swap: SegmentSwap): void {
  writer.number(swap.cleanedEndOffset).uint32(swap.segments.length);
  for (const segment of swap.segments) {
    writer
      .number(segment.baseOffset)
      .number(segment.endOffset)
      .number(segment.sizeBytes)
      .number(segment.maxTimestampMs)
      .number(segment.firstTimestampMs)
      .number(segment.createdMs)
      .number(segment.generation ?? 0)
      .number(segment.storedAborted?.count ?? 0)
      .number(segment.storedAborted?.firstOffset ?? 0);
  }
}

export function decodeSwap(reader: ByteReader): SegmentSwap {
  const cleanedEndOffset = reader.number();
  const segments = decodeList(reader, SEGMENT_BYTES, () => decodeSegment(reader));
  return { segments, cleanedEndOffset };
}

function decodeSegment(reader: ByteReader): SegmentSnapshot {
  const segment = {
    baseOffset: reader.number(),
    endOffset: reader.number(),
    sizeBytes: reader.number(),
    maxTimestampMs: reader.number(),
    firstTimestampMs: reader.number(),
    createdMs: reader.number(),
    generation: reader.number(),
  };
  const aborted = { count: reader.number(), firstOffset: reader.number() };
  return aborted.count === 0 ? segment : { ...segment, storedAborted: aborted };
}
