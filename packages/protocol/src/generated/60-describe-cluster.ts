// Generated from schemas/60-describe-cluster.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks for the brokers and the identity of the cluster. */
export interface DescribeClusterRequest {
  /** Also say which operations the caller may do on the cluster. */
  includeClusterAuthorizedOperations: boolean;
  /** 1 for brokers, 2 for controllers. (v1+) */
  endpointType: number;
  /** Also list brokers that are fenced. (v2+) */
  includeFencedBrokers: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeClusterRequest(init: Partial<DescribeClusterRequest> = {}): DescribeClusterRequest {
  const m: DescribeClusterRequest = {
    includeClusterAuthorizedOperations: init.includeClusterAuthorizedOperations ?? false,
    endpointType: init.endpointType ?? 1,
    includeFencedBrokers: init.includeFencedBrokers ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeClusterRequest(m: DescribeClusterRequest, v: number): number {
  let n = 1;
  if (v >= 1) {
    n += 1;
  }
  if (v >= 2) {
    n += 1;
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeClusterRequest(w: Writer, m: DescribeClusterRequest, v: number): void {
  w.boolean(m.includeClusterAuthorizedOperations);
  if (v >= 1) {
    w.int8(m.endpointType);
  }
  if (!(v >= 1) && m.endpointType !== 1) throw unsupportedField('DescribeClusterRequest', 'endpointType', v);
  if (v >= 2) {
    w.boolean(m.includeFencedBrokers);
  }
  if (!(v >= 2) && m.includeFencedBrokers !== false) throw unsupportedField('DescribeClusterRequest', 'includeFencedBrokers', v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeClusterRequest(r: Reader, v: number): DescribeClusterRequest {
  const includeClusterAuthorizedOperations = r.boolean();
  const endpointType = v >= 1 ? r.int8() : 1;
  const includeFencedBrokers = v >= 2 ? r.boolean() : false;
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeClusterRequest = { includeClusterAuthorizedOperations, endpointType, includeFencedBrokers };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks for the brokers and the identity of the cluster. */
export const describeClusterRequest: MessageCodec<DescribeClusterRequest> = {
  name: 'DescribeClusterRequest',
  kind: 'request',
  apiKey: 60,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeClusterRequest, version);
    return sizeDescribeClusterRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeClusterRequest, version);
    encodeDescribeClusterRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeClusterRequest, version);
    return decodeDescribeClusterRequest(reader, version);
  },
};

/** Identity, controller and brokers of the cluster. */
export interface DescribeClusterResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** 1 for brokers, 2 for controllers. (v1+) */
  endpointType: number;
  /** Id of the cluster. */
  clusterId: string;
  /** Broker that acts as controller, -1 when unknown. */
  controllerId: number;
  /** Brokers of the cluster. */
  brokers: readonly DescribeClusterResponseDescribeClusterBroker[];
  /** Bits of the operations that the caller may do on the cluster; the lowest number when not asked for. */
  clusterAuthorizedOperations: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeClusterResponse(init: Partial<DescribeClusterResponse> = {}): DescribeClusterResponse {
  const m: DescribeClusterResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage ?? null,
    endpointType: init.endpointType ?? 1,
    clusterId: init.clusterId ?? '',
    controllerId: init.controllerId ?? -1,
    brokers: init.brokers ?? [],
    clusterAuthorizedOperations: init.clusterAuthorizedOperations ?? -2147483648,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `brokers`. */
export interface DescribeClusterResponseDescribeClusterBroker {
  /** Id of the broker. */
  brokerId: number;
  /** Host name or address. */
  host: string;
  /** TCP port. */
  port: number;
  /** Rack, or null when none is configured. */
  rack: string | null;
  /** Whether the broker is fenced. (v2+) */
  isFenced: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createDescribeClusterResponseDescribeClusterBroker(init: Partial<DescribeClusterResponseDescribeClusterBroker> = {}): DescribeClusterResponseDescribeClusterBroker {
  const m: DescribeClusterResponseDescribeClusterBroker = {
    brokerId: init.brokerId ?? 0,
    host: init.host ?? '',
    port: init.port ?? 0,
    rack: init.rack ?? null,
    isFenced: init.isFenced ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeDescribeClusterResponse(m: DescribeClusterResponse, v: number): number {
  let n = 14;
  n += sizeOfCompactNullableString(m.errorMessage);
  if (v >= 1) {
    n += 1;
  }
  n += sizeOfCompactString(m.clusterId);
  n += sizeOfUvarint(m.brokers.length + 1);
  for (const e of m.brokers) n += sizeDescribeClusterResponseDescribeClusterBroker(e, v);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeClusterResponse(w: Writer, m: DescribeClusterResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  if (v >= 1) {
    w.int8(m.endpointType);
  }
  if (!(v >= 1) && m.endpointType !== 1) throw unsupportedField('DescribeClusterResponse', 'endpointType', v);
  w.compactString(m.clusterId);
  w.int32(m.controllerId);
  w.compactArrayLength(m.brokers.length);
  for (const e of m.brokers) encodeDescribeClusterResponseDescribeClusterBroker(w, e, v);
  w.int32(m.clusterAuthorizedOperations);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeClusterResponse(r: Reader, v: number): DescribeClusterResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const endpointType = v >= 1 ? r.int8() : 1;
  const clusterId = r.compactString();
  const controllerId = r.int32();
  const brokers: DescribeClusterResponseDescribeClusterBroker[] = [];
  {
    const count = r.compactArrayLength(11);
    for (let i = 0; i < count; i++) brokers.push(decodeDescribeClusterResponseDescribeClusterBroker(r, v));
  }
  const clusterAuthorizedOperations = r.int32();
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeClusterResponse = { throttleTimeMs, errorCode, errorMessage, endpointType, clusterId, controllerId, brokers, clusterAuthorizedOperations };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeDescribeClusterResponseDescribeClusterBroker(m: DescribeClusterResponseDescribeClusterBroker, v: number): number {
  let n = 8;
  n += sizeOfCompactString(m.host);
  n += sizeOfCompactNullableString(m.rack);
  if (v >= 2) {
    n += 1;
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeDescribeClusterResponseDescribeClusterBroker(w: Writer, m: DescribeClusterResponseDescribeClusterBroker, v: number): void {
  w.int32(m.brokerId);
  w.compactString(m.host);
  w.int32(m.port);
  w.compactNullableString(m.rack);
  if (v >= 2) {
    w.boolean(m.isFenced);
  }
  if (!(v >= 2) && m.isFenced !== false) throw unsupportedField('DescribeClusterResponseDescribeClusterBroker', 'isFenced', v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeDescribeClusterResponseDescribeClusterBroker(r: Reader, v: number): DescribeClusterResponseDescribeClusterBroker {
  const brokerId = r.int32();
  const host = r.compactString();
  const port = r.int32();
  const rack = r.compactNullableString();
  const isFenced = v >= 2 ? r.boolean() : false;
  const unknownTaggedFields = r.taggedFields();
  const m: DescribeClusterResponseDescribeClusterBroker = { brokerId, host, port, rack, isFenced };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Identity, controller and brokers of the cluster. */
export const describeClusterResponse: MessageCodec<DescribeClusterResponse> = {
  name: 'DescribeClusterResponse',
  kind: 'response',
  apiKey: 60,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(describeClusterResponse, version);
    return sizeDescribeClusterResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(describeClusterResponse, version);
    encodeDescribeClusterResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(describeClusterResponse, version);
    return decodeDescribeClusterResponse(reader, version);
  },
};
