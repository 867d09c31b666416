// Generated from schemas/header-request.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfNullableString, sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** In front of every request. */
export interface RequestHeader {
  /** Key of the API. */
  requestApiKey: number;
  /** Version of the request. */
  requestApiVersion: number;
  /** Number that ties a response to its request. */
  correlationId: number;
  /** Name that the client gave itself, or null; its length stays classic so that any version can be read. */
  clientId: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createRequestHeader(init: Partial<RequestHeader> = {}): RequestHeader {
  const m: RequestHeader = {
    requestApiKey: init.requestApiKey ?? 0,
    requestApiVersion: init.requestApiVersion ?? 0,
    correlationId: init.correlationId ?? 0,
    clientId: init.clientId === undefined ? '' : init.clientId,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeRequestHeader(m: RequestHeader, v: number): number {
  const flexible = v >= 2;
  let n = 8;
  n += sizeOfNullableString(m.clientId);
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeRequestHeader(w: Writer, m: RequestHeader, v: number): void {
  const flexible = v >= 2;
  w.int16(m.requestApiKey);
  w.int16(m.requestApiVersion);
  w.int32(m.correlationId);
  w.nullableString(m.clientId);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeRequestHeader(r: Reader, v: number): RequestHeader {
  const flexible = v >= 2;
  const requestApiKey = r.int16();
  const requestApiVersion = r.int16();
  const correlationId = r.int32();
  const clientId = r.nullableString();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: RequestHeader = { requestApiKey, requestApiVersion, correlationId, clientId };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** In front of every request. */
export const requestHeader: MessageCodec<RequestHeader> = {
  name: 'RequestHeader',
  kind: 'header',
  apiKey: null,
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 2,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(requestHeader, version);
    return sizeRequestHeader(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(requestHeader, version);
    encodeRequestHeader(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(requestHeader, version);
    return decodeRequestHeader(reader, version);
  },
};
