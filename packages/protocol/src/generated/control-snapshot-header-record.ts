// Generated from schemas/control-snapshot-header-record.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Control record: begin of a snapshot. */
export interface SnapshotHeaderRecord {
  /** Version of this record. */
  version: number;
  /** Timestamp of the last record in the snapshot. */
  lastContainedLogTimestamp: bigint;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createSnapshotHeaderRecord(init: Partial<SnapshotHeaderRecord> = {}): SnapshotHeaderRecord {
  const m: SnapshotHeaderRecord = {
    version: init.version ?? 0,
    lastContainedLogTimestamp: init.lastContainedLogTimestamp ?? 0n,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeSnapshotHeaderRecord(m: SnapshotHeaderRecord, v: number): number {
  let n = 10;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeSnapshotHeaderRecord(w: Writer, m: SnapshotHeaderRecord, v: number): void {
  w.int16(m.version);
  w.int64(m.lastContainedLogTimestamp);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeSnapshotHeaderRecord(r: Reader, v: number): SnapshotHeaderRecord {
  const version = r.int16();
  const lastContainedLogTimestamp = r.int64();
  const unknownTaggedFields = r.taggedFields();
  const m: SnapshotHeaderRecord = { version, lastContainedLogTimestamp };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Control record: begin of a snapshot. */
export const snapshotHeaderRecord: MessageCodec<SnapshotHeaderRecord> = {
  name: 'SnapshotHeaderRecord',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(snapshotHeaderRecord, version);
    return sizeSnapshotHeaderRecord(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(snapshotHeaderRecord, version);
    encodeSnapshotHeaderRecord(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(snapshotHeaderRecord, version);
    return decodeSnapshotHeaderRecord(reader, version);
  },
};
