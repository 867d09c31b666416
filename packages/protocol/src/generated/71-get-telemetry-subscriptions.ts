// Generated from schemas/71-get-telemetry-subscriptions.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Asks which client metrics the broker wants. */
export interface GetTelemetrySubscriptionsRequest {
  /** Id of the client instance, zero to get one. */
  clientInstanceId: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createGetTelemetrySubscriptionsRequest(init: Partial<GetTelemetrySubscriptionsRequest> = {}): GetTelemetrySubscriptionsRequest {
  const m: GetTelemetrySubscriptionsRequest = {
    clientInstanceId: init.clientInstanceId ?? ZERO_UUID,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeGetTelemetrySubscriptionsRequest(m: GetTelemetrySubscriptionsRequest, v: number): number {
  let n = 16;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeGetTelemetrySubscriptionsRequest(w: Writer, m: GetTelemetrySubscriptionsRequest, v: number): void {
  w.uuid(m.clientInstanceId);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeGetTelemetrySubscriptionsRequest(r: Reader, v: number): GetTelemetrySubscriptionsRequest {
  const clientInstanceId = r.uuid();
  const unknownTaggedFields = r.taggedFields();
  const m: GetTelemetrySubscriptionsRequest = { clientInstanceId };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Asks which client metrics the broker wants. */
export const getTelemetrySubscriptionsRequest: MessageCodec<GetTelemetrySubscriptionsRequest> = {
  name: 'GetTelemetrySubscriptionsRequest',
  kind: 'request',
  apiKey: 71,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(getTelemetrySubscriptionsRequest, version);
    return sizeGetTelemetrySubscriptionsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(getTelemetrySubscriptionsRequest, version);
    encodeGetTelemetrySubscriptionsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(getTelemetrySubscriptionsRequest, version);
    return decodeGetTelemetrySubscriptionsRequest(reader, version);
  },
};

/** Which client metrics to send, and how often. */
export interface GetTelemetrySubscriptionsResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** Id of the client instance. */
  clientInstanceId: string;
  /** Number of this metrics subscription. */
  subscriptionId: number;
  /** Codecs that the broker takes, best first. */
  acceptedCompressionTypes: readonly number[];
  /** Milliseconds between two pushes. */
  pushIntervalMs: number;
  /** Upper bound of one push. */
  telemetryMaxBytes: number;
  /** Whether counters are sent as differences. */
  deltaTemporality: boolean;
  /** Prefixes of the metrics wanted; empty for none, one empty prefix for all. */
  requestedMetrics: readonly string[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createGetTelemetrySubscriptionsResponse(init: Partial<GetTelemetrySubscriptionsResponse> = {}): GetTelemetrySubscriptionsResponse {
  const m: GetTelemetrySubscriptionsResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    clientInstanceId: init.clientInstanceId ?? ZERO_UUID,
    subscriptionId: init.subscriptionId ?? 0,
    acceptedCompressionTypes: init.acceptedCompressionTypes ?? [],
    pushIntervalMs: init.pushIntervalMs ?? 0,
    telemetryMaxBytes: init.telemetryMaxBytes ?? 0,
    deltaTemporality: init.deltaTemporality ?? false,
    requestedMetrics: init.requestedMetrics ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeGetTelemetrySubscriptionsResponse(m: GetTelemetrySubscriptionsResponse, v: number): number {
  let n = 35;
  n += sizeOfUvarint(m.acceptedCompressionTypes.length + 1) + m.acceptedCompressionTypes.length;
  n += sizeOfUvarint(m.requestedMetrics.length + 1);
  for (const e of m.requestedMetrics) n += sizeOfCompactString(e);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeGetTelemetrySubscriptionsResponse(w: Writer, m: GetTelemetrySubscriptionsResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.uuid(m.clientInstanceId);
  w.int32(m.subscriptionId);
  w.compactArrayLength(m.acceptedCompressionTypes.length);
  for (const e of m.acceptedCompressionTypes) w.int8(e);
  w.int32(m.pushIntervalMs);
  w.int32(m.telemetryMaxBytes);
  w.boolean(m.deltaTemporality);
  w.compactArrayLength(m.requestedMetrics.length);
  for (const e of m.requestedMetrics) w.compactString(e);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeGetTelemetrySubscriptionsResponse(r: Reader, v: number): GetTelemetrySubscriptionsResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const clientInstanceId = r.uuid();
  const subscriptionId = r.int32();
  const acceptedCompressionTypes: number[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) acceptedCompressionTypes.push(r.int8());
  }
  const pushIntervalMs = r.int32();
  const telemetryMaxBytes = r.int32();
  const deltaTemporality = r.boolean();
  const requestedMetrics: string[] = [];
  {
    const count = r.compactArrayLength(1);
    for (let i = 0; i < count; i++) requestedMetrics.push(r.compactString());
  }
  const unknownTaggedFields = r.taggedFields();
  const m: GetTelemetrySubscriptionsResponse = { throttleTimeMs, errorCode, clientInstanceId, subscriptionId, acceptedCompressionTypes, pushIntervalMs, telemetryMaxBytes, deltaTemporality, requestedMetrics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Which client metrics to send, and how often. */
export const getTelemetrySubscriptionsResponse: MessageCodec<GetTelemetrySubscriptionsResponse> = {
  name: 'GetTelemetrySubscriptionsResponse',
  kind: 'response',
  apiKey: 71,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(getTelemetrySubscriptionsResponse, version);
    return sizeGetTelemetrySubscriptionsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(getTelemetrySubscriptionsResponse, version);
    encodeGetTelemetrySubscriptionsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(getTelemetrySubscriptionsResponse, version);
    return decodeGetTelemetrySubscriptionsResponse(reader, version);
  },
};
