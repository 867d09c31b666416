// Generated from schemas/control-snapshot-footer-record.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Control record: end of a snapshot. */
export interface SnapshotFooterRecord {
  /** Version of this record. */
  version: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createSnapshotFooterRecord(init: Partial<SnapshotFooterRecord> = {}): SnapshotFooterRecord {
  const m: SnapshotFooterRecord = {
    version: init.version ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeSnapshotFooterRecord(m: SnapshotFooterRecord, v: number): number {
  let n = 2;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeSnapshotFooterRecord(w: Writer, m: SnapshotFooterRecord, v: number): void {
  w.int16(m.version);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeSnapshotFooterRecord(r: Reader, v: number): SnapshotFooterRecord {
  const version = r.int16();
  const unknownTaggedFields = r.taggedFields();
  const m: SnapshotFooterRecord = { version };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Control record: end of a snapshot. */
export const snapshotFooterRecord: MessageCodec<SnapshotFooterRecord> = {
  name: 'SnapshotFooterRecord',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(snapshotFooterRecord, version);
    return sizeSnapshotFooterRecord(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(snapshotFooterRecord, version);
    encodeSnapshotFooterRecord(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(snapshotFooterRecord, version);
    return decodeSnapshotFooterRecord(reader, version);
  },
};
