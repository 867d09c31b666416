// Generated from schemas/72-push-telemetry.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { EMPTY_BYTES, sizeOfCompactBytes, sizeOfTaggedFields } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Sends client metrics. */
export interface PushTelemetryRequest {
  /** Id of the client instance. */
  clientInstanceId: string;
  /** Number of this metrics subscription. */
  subscriptionId: number;
  /** Whether the client is about to end. */
  terminating: boolean;
  /** Codec of the metrics. */
  compressionType: number;
  /** Metrics in the OpenTelemetry format. */
  metrics: Buffer;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createPushTelemetryRequest(init: Partial<PushTelemetryRequest> = {}): PushTelemetryRequest {
  const m: PushTelemetryRequest = {
    clientInstanceId: init.clientInstanceId ?? ZERO_UUID,
    subscriptionId: init.subscriptionId ?? 0,
    terminating: init.terminating ?? false,
    compressionType: init.compressionType ?? 0,
    metrics: init.metrics ?? EMPTY_BYTES,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizePushTelemetryRequest(m: PushTelemetryRequest, v: number): number {
  let n = 22;
  n += sizeOfCompactBytes(m.metrics);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodePushTelemetryRequest(w: Writer, m: PushTelemetryRequest, v: number): void {
  w.uuid(m.clientInstanceId);
  w.int32(m.subscriptionId);
  w.boolean(m.terminating);
  w.int8(m.compressionType);
  w.compactBytes(m.metrics);
  w.taggedFields(m.unknownTaggedFields);
}

function decodePushTelemetryRequest(r: Reader, v: number): PushTelemetryRequest {
  const clientInstanceId = r.uuid();
  const subscriptionId = r.int32();
  const terminating = r.boolean();
  const compressionType = r.int8();
  const metrics = r.compactBytes();
  const unknownTaggedFields = r.taggedFields();
  const m: PushTelemetryRequest = { clientInstanceId, subscriptionId, terminating, compressionType, metrics };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Sends client metrics. */
export const pushTelemetryRequest: MessageCodec<PushTelemetryRequest> = {
  name: 'PushTelemetryRequest',
  kind: 'request',
  apiKey: 72,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(pushTelemetryRequest, version);
    return sizePushTelemetryRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(pushTelemetryRequest, version);
    encodePushTelemetryRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(pushTelemetryRequest, version);
    return decodePushTelemetryRequest(reader, version);
  },
};

/** Whether the metrics were taken. */
export interface PushTelemetryResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createPushTelemetryResponse(init: Partial<PushTelemetryResponse> = {}): PushTelemetryResponse {
  const m: PushTelemetryResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizePushTelemetryResponse(m: PushTelemetryResponse, v: number): number {
  let n = 6;
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodePushTelemetryResponse(w: Writer, m: PushTelemetryResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.taggedFields(m.unknownTaggedFields);
}

function decodePushTelemetryResponse(r: Reader, v: number): PushTelemetryResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const unknownTaggedFields = r.taggedFields();
  const m: PushTelemetryResponse = { throttleTimeMs, errorCode };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Whether the metrics were taken. */
export const pushTelemetryResponse: MessageCodec<PushTelemetryResponse> = {
  name: 'PushTelemetryResponse',
  kind: 'response',
  apiKey: 72,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(pushTelemetryResponse, version);
    return sizePushTelemetryResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(pushTelemetryResponse, version);
    encodePushTelemetryResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(pushTelemetryResponse, version);
    return decodePushTelemetryResponse(reader, version);
  },
};
