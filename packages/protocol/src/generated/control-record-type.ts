// Generated from schemas/control-record-type.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';

/** Key of every control record, behind its version. */
export interface ControlRecordTypeSchema {
  /** 0 abort, 1 commit; others belong to the quorum. */
  type: number;
}

export function createControlRecordTypeSchema(init: Partial<ControlRecordTypeSchema> = {}): ControlRecordTypeSchema {
  const m: ControlRecordTypeSchema = {
    type: init.type ?? 0,
  };
  return m;
}

function sizeControlRecordTypeSchema(m: ControlRecordTypeSchema, v: number): number {
  let n = 2;
  return n;
}

function encodeControlRecordTypeSchema(w: Writer, m: ControlRecordTypeSchema, v: number): void {
  w.int16(m.type);
}

function decodeControlRecordTypeSchema(r: Reader, v: number): ControlRecordTypeSchema {
  const type = r.int16();
  return { type };
}

/** Key of every control record, behind its version. */
export const controlRecordTypeSchema: MessageCodec<ControlRecordTypeSchema> = {
  name: 'ControlRecordTypeSchema',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(controlRecordTypeSchema, version);
    return sizeControlRecordTypeSchema(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(controlRecordTypeSchema, version);
    encodeControlRecordTypeSchema(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(controlRecordTypeSchema, version);
    return decodeControlRecordTypeSchema(reader, version);
  },
};
