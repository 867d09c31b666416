// Generated from schemas/57-update-features.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import { unsupportedField } from '../wire/protocol-error.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** Moves finalized features to other levels. */
export interface UpdateFeaturesRequest {
  /** Milliseconds that the broker may take. */
  timeoutMs: number;
  /** Changes. */
  featureUpdates: readonly UpdateFeaturesRequestFeatureUpdateKey[];
  /** Only check whether the request would succeed. (v1+) */
  validateOnly: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createUpdateFeaturesRequest(init: Partial<UpdateFeaturesRequest> = {}): UpdateFeaturesRequest {
  const m: UpdateFeaturesRequest = {
    timeoutMs: init.timeoutMs ?? 60000,
    featureUpdates: init.featureUpdates ?? [],
    validateOnly: init.validateOnly ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `featureUpdates`. */
export interface UpdateFeaturesRequestFeatureUpdateKey {
  /** Name of the feature. */
  feature: string;
  /** Highest level. */
  maxVersionLevel: number;
  /** Whether the level may fall. (v0) */
  allowDowngrade: boolean;
  /** 1 raise, 2 lower without loss, 3 lower with loss. (v1+) */
  upgradeType: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createUpdateFeaturesRequestFeatureUpdateKey(init: Partial<UpdateFeaturesRequestFeatureUpdateKey> = {}): UpdateFeaturesRequestFeatureUpdateKey {
  const m: UpdateFeaturesRequestFeatureUpdateKey = {
    feature: init.feature ?? '',
    maxVersionLevel: init.maxVersionLevel ?? 0,
    allowDowngrade: init.allowDowngrade ?? false,
    upgradeType: init.upgradeType ?? 1,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeUpdateFeaturesRequest(m: UpdateFeaturesRequest, v: number): number {
  let n = 4;
  n += sizeOfUvarint(m.featureUpdates.length + 1);
  for (const e of m.featureUpdates) n += sizeUpdateFeaturesRequestFeatureUpdateKey(e, v);
  if (v >= 1) {
    n += 1;
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeUpdateFeaturesRequest(w: Writer, m: UpdateFeaturesRequest, v: number): void {
  w.int32(m.timeoutMs);
  w.compactArrayLength(m.featureUpdates.length);
  for (const e of m.featureUpdates) encodeUpdateFeaturesRequestFeatureUpdateKey(w, e, v);
  if (v >= 1) {
    w.boolean(m.validateOnly);
  }
  if (!(v >= 1) && m.validateOnly !== false) throw unsupportedField('UpdateFeaturesRequest', 'validateOnly', v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeUpdateFeaturesRequest(r: Reader, v: number): UpdateFeaturesRequest {
  const timeoutMs = r.int32();
  const featureUpdates: UpdateFeaturesRequestFeatureUpdateKey[] = [];
  {
    const count = r.compactArrayLength(5);
    for (let i = 0; i < count; i++) featureUpdates.push(decodeUpdateFeaturesRequestFeatureUpdateKey(r, v));
  }
  const validateOnly = v >= 1 ? r.boolean() : false;
  const unknownTaggedFields = r.taggedFields();
  const m: UpdateFeaturesRequest = { timeoutMs, featureUpdates, validateOnly };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeUpdateFeaturesRequestFeatureUpdateKey(m: UpdateFeaturesRequestFeatureUpdateKey, v: number): number {
  let n = 2;
  n += sizeOfCompactString(m.feature);
  if (v <= 0) {
    n += 1;
  }
  if (v >= 1) {
    n += 1;
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeUpdateFeaturesRequestFeatureUpdateKey(w: Writer, m: UpdateFeaturesRequestFeatureUpdateKey, v: number): void {
  w.compactString(m.feature);
  w.int16(m.maxVersionLevel);
  if (v <= 0) {
    w.boolean(m.allowDowngrade);
  }
  if (!(v <= 0) && m.allowDowngrade !== false) throw unsupportedField('UpdateFeaturesRequestFeatureUpdateKey', 'allowDowngrade', v);
  if (v >= 1) {
    w.int8(m.upgradeType);
  }
  if (!(v >= 1) && m.upgradeType !== 1) throw unsupportedField('UpdateFeaturesRequestFeatureUpdateKey', 'upgradeType', v);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeUpdateFeaturesRequestFeatureUpdateKey(r: Reader, v: number): UpdateFeaturesRequestFeatureUpdateKey {
  const feature = r.compactString();
  const maxVersionLevel = r.int16();
  const allowDowngrade = v <= 0 ? r.boolean() : false;
  const upgradeType = v >= 1 ? r.int8() : 1;
  const unknownTaggedFields = r.taggedFields();
  const m: UpdateFeaturesRequestFeatureUpdateKey = { feature, maxVersionLevel, allowDowngrade, upgradeType };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Moves finalized features to other levels. */
export const updateFeaturesRequest: MessageCodec<UpdateFeaturesRequest> = {
  name: 'UpdateFeaturesRequest',
  kind: 'request',
  apiKey: 57,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(updateFeaturesRequest, version);
    return sizeUpdateFeaturesRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(updateFeaturesRequest, version);
    encodeUpdateFeaturesRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(updateFeaturesRequest, version);
    return decodeUpdateFeaturesRequest(reader, version);
  },
};

/** Result of the change. */
export interface UpdateFeaturesResponse {
  /** Milliseconds for which the client should hold back because of a quota. */
  throttleTimeMs: number;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  /** One result for each entry of the request. (v0-1) */
  results: readonly UpdateFeaturesResponseUpdatableFeatureResult[];
  unknownTaggedFields?: readonly TaggedField[];
}

export function createUpdateFeaturesResponse(init: Partial<UpdateFeaturesResponse> = {}): UpdateFeaturesResponse {
  const m: UpdateFeaturesResponse = {
    throttleTimeMs: init.throttleTimeMs ?? 0,
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
    results: init.results ?? [],
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `results`. */
export interface UpdateFeaturesResponseUpdatableFeatureResult {
  /** Name of the feature. */
  feature: string;
  /** What went wrong, or 0. */
  errorCode: number;
  /** What went wrong in words, or null. */
  errorMessage: string | null;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createUpdateFeaturesResponseUpdatableFeatureResult(init: Partial<UpdateFeaturesResponseUpdatableFeatureResult> = {}): UpdateFeaturesResponseUpdatableFeatureResult {
  const m: UpdateFeaturesResponseUpdatableFeatureResult = {
    feature: init.feature ?? '',
    errorCode: init.errorCode ?? 0,
    errorMessage: init.errorMessage === undefined ? '' : init.errorMessage,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeUpdateFeaturesResponse(m: UpdateFeaturesResponse, v: number): number {
  let n = 6;
  n += sizeOfCompactNullableString(m.errorMessage);
  if (v <= 1) {
    n += sizeOfUvarint(m.results.length + 1);
    for (const e of m.results) n += sizeUpdateFeaturesResponseUpdatableFeatureResult(e, v);
  }
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeUpdateFeaturesResponse(w: Writer, m: UpdateFeaturesResponse, v: number): void {
  w.int32(m.throttleTimeMs);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  if (v <= 1) {
    w.compactArrayLength(m.results.length);
    for (const e of m.results) encodeUpdateFeaturesResponseUpdatableFeatureResult(w, e, v);
  }
  w.taggedFields(m.unknownTaggedFields);
}

function decodeUpdateFeaturesResponse(r: Reader, v: number): UpdateFeaturesResponse {
  const throttleTimeMs = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const results: UpdateFeaturesResponseUpdatableFeatureResult[] = [];
  if (v <= 1) {
    const count = r.compactArrayLength(5);
    for (let i = 0; i < count; i++) results.push(decodeUpdateFeaturesResponseUpdatableFeatureResult(r, v));
  }
  const unknownTaggedFields = r.taggedFields();
  const m: UpdateFeaturesResponse = { throttleTimeMs, errorCode, errorMessage, results };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeUpdateFeaturesResponseUpdatableFeatureResult(m: UpdateFeaturesResponseUpdatableFeatureResult, v: number): number {
  let n = 2;
  n += sizeOfCompactString(m.feature);
  n += sizeOfCompactNullableString(m.errorMessage);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeUpdateFeaturesResponseUpdatableFeatureResult(w: Writer, m: UpdateFeaturesResponseUpdatableFeatureResult, v: number): void {
  w.compactString(m.feature);
  w.int16(m.errorCode);
  w.compactNullableString(m.errorMessage);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeUpdateFeaturesResponseUpdatableFeatureResult(r: Reader, v: number): UpdateFeaturesResponseUpdatableFeatureResult {
  const feature = r.compactString();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const unknownTaggedFields = r.taggedFields();
  const m: UpdateFeaturesResponseUpdatableFeatureResult = { feature, errorCode, errorMessage };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** Result of the change. */
export const updateFeaturesResponse: MessageCodec<UpdateFeaturesResponse> = {
  name: 'UpdateFeaturesResponse',
  kind: 'response',
  apiKey: 57,
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 0,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(updateFeaturesResponse, version);
    return sizeUpdateFeaturesResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(updateFeaturesResponse, version);
    encodeUpdateFeaturesResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(updateFeaturesResponse, version);
    return decodeUpdateFeaturesResponse(reader, version);
  },
};
