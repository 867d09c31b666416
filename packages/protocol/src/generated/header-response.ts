// Generated from schemas/header-response.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** In front of every response. */
export interface ResponseHeader {
  /** Number that ties a response to its request. */
  correlationId: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createResponseHeader(init: Partial<ResponseHeader> = {}): ResponseHeader {
  const m: ResponseHeader = {
    correlationId: init.correlationId ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeResponseHeader(m: ResponseHeader, v: number): number {
  const flexible = v >= 1;
  let n = 4;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeResponseHeader(w: Writer, m: ResponseHeader, v: number): void {
  const flexible = v >= 1;
  w.int32(m.correlationId);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeResponseHeader(r: Reader, v: number): ResponseHeader {
  const flexible = v >= 1;
  const correlationId = r.int32();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ResponseHeader = { correlationId };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** In front of every response. */
export const responseHeader: MessageCodec<ResponseHeader> = {
  name: 'ResponseHeader',
  kind: 'header',
  apiKey: null,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 1,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(responseHeader, version);
    return sizeResponseHeader(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(responseHeader, version);
    encodeResponseHeader(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(responseHeader, version);
    return decodeResponseHeader(reader, version);
  },
};
