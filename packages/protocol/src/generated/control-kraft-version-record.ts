// Generated from schemas/control-kraft-version-record.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Control record: version of the quorum protocol. */
export interface KRaftVersionRecord {
  /** Version of this record. */
  version: number;
  /** Version of the quorum protocol. */
  kRaftVersion: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createKRaftVersionRecord(init: Partial<KRaftVersionRecord> = {}): KRaftVersionRecord {
  const m: KRaftVersionRecord = {
    version: init.version ?? 0,
    kRaftVersion: init.kRaftVersion ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeKRaftVersionRecord(m: KRaftVersionRecord, v: number): number {
  let n = 4;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeKRaftVersionRecord(w: Writer, m: KRaftVersionRecord, v: number): void {
  w.int16(m.version);
  w.int16(m.kRaftVersion);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeKRaftVersionRecord(r: Reader, v: number): KRaftVersionRecord {
  const version = r.int16();
  const kRaftVersion = r.int16();
  const unknownTaggedFields = r.taggedFields();
  const m: KRaftVersionRecord = { version, kRaftVersion };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Control record: version of the quorum protocol. */
export const kRaftVersionRecord: MessageCodec<KRaftVersionRecord> = {
  name: 'KRaftVersionRecord',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(kRaftVersionRecord, version);
    return sizeKRaftVersionRecord(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(kRaftVersionRecord, version);
    encodeKRaftVersionRecord(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(kRaftVersionRecord, version);
    return decodeKRaftVersionRecord(reader, version);
  },
};
