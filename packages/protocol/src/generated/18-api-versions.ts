// Generated from schemas/18-api-versions.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec, TaggedField } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfCompactNullableString, sizeOfCompactString, sizeOfRawTags, sizeOfTaggedFields, sizeOfUvarint } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** First request of most clients: which APIs and versions does this broker have? */
export interface ApiVersionsRequest {
  /** Name of the client library. (v3+) */
  clientSoftwareName: string;
  /** Version of the client library. (v3+) */
  clientSoftwareVersion: string;
  /** Cluster that the client means to talk to, or null. (v5+) */
  clusterId: string | null;
  /** Broker that the client means to talk to, -1 for any. (v5+) */
  nodeId: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createApiVersionsRequest(init: Partial<ApiVersionsRequest> = {}): ApiVersionsRequest {
  const m: ApiVersionsRequest = {
    clientSoftwareName: init.clientSoftwareName ?? '',
    clientSoftwareVersion: init.clientSoftwareVersion ?? '',
    clusterId: init.clusterId ?? null,
    nodeId: init.nodeId ?? -1,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeApiVersionsRequest(m: ApiVersionsRequest, v: number): number {
  const flexible = v >= 3;
  let n = 0;
  if (v >= 3) {
    n += sizeOfCompactString(m.clientSoftwareName);
    n += sizeOfCompactString(m.clientSoftwareVersion);
  }
  if (v >= 5) {
    n += sizeOfCompactNullableString(m.clusterId);
    n += 4;
  }
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeApiVersionsRequest(w: Writer, m: ApiVersionsRequest, v: number): void {
  const flexible = v >= 3;
  if (v >= 3) {
    w.compactString(m.clientSoftwareName);
    w.compactString(m.clientSoftwareVersion);
  }
  if (v >= 5) {
    w.compactNullableString(m.clusterId);
    w.int32(m.nodeId);
  }
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeApiVersionsRequest(r: Reader, v: number): ApiVersionsRequest {
  const flexible = v >= 3;
  const clientSoftwareName = v >= 3 ? r.compactString() : '';
  const clientSoftwareVersion = v >= 3 ? r.compactString() : '';
  const clusterId = v >= 5 ? r.compactNullableString() : null;
  const nodeId = v >= 5 ? r.int32() : -1;
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ApiVersionsRequest = { clientSoftwareName, clientSoftwareVersion, clusterId, nodeId };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** First request of most clients: which APIs and versions does this broker have? */
export const apiVersionsRequest: MessageCodec<ApiVersionsRequest> = {
  name: 'ApiVersionsRequest',
  kind: 'request',
  apiKey: 18,
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 3,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(apiVersionsRequest, version);
    return sizeApiVersionsRequest(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(apiVersionsRequest, version);
    encodeApiVersionsRequest(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(apiVersionsRequest, version);
    return decodeApiVersionsRequest(reader, version);
  },
};

/** APIs, versions and features of this broker. */
export interface ApiVersionsResponse {
  /** What went wrong, or 0. */
  errorCode: number;
  /** APIs that the broker serves. */
  apiKeys: readonly ApiVersionsResponseApiVersion[];
  /** Milliseconds for which the client should hold back because of a quota. (v1+) */
  throttleTimeMs: number;
  /** Features that the broker could run. (v3+, tag 0) */
  supportedFeatures: readonly ApiVersionsResponseSupportedFeatureKey[];
  /** Epoch of the finalized features, -1 when unknown. (v3+, tag 1) */
  finalizedFeaturesEpoch: bigint;
  /** Features that the cluster runs. (v3+, tag 2) */
  finalizedFeatures: readonly ApiVersionsResponseFinalizedFeatureKey[];
  /** Whether a move away from ZooKeeper could start. (v3+, tag 3) */
  zkMigrationReady: boolean;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createApiVersionsResponse(init: Partial<ApiVersionsResponse> = {}): ApiVersionsResponse {
  const m: ApiVersionsResponse = {
    errorCode: init.errorCode ?? 0,
    apiKeys: init.apiKeys ?? [],
    throttleTimeMs: init.throttleTimeMs ?? 0,
    supportedFeatures: init.supportedFeatures ?? [],
    finalizedFeaturesEpoch: init.finalizedFeaturesEpoch ?? -1n,
    finalizedFeatures: init.finalizedFeatures ?? [],
    zkMigrationReady: init.zkMigrationReady ?? false,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `apiKeys`. */
export interface ApiVersionsResponseApiVersion {
  /** Key of the API. */
  apiKey: number;
  /** First version. */
  minVersion: number;
  /** Last version. */
  maxVersion: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createApiVersionsResponseApiVersion(init: Partial<ApiVersionsResponseApiVersion> = {}): ApiVersionsResponseApiVersion {
  const m: ApiVersionsResponseApiVersion = {
    apiKey: init.apiKey ?? 0,
    minVersion: init.minVersion ?? 0,
    maxVersion: init.maxVersion ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `supportedFeatures`. */
export interface ApiVersionsResponseSupportedFeatureKey {
  /** Name of the feature. (v3+) */
  name: string;
  /** First version. (v3+) */
  minVersion: number;
  /** Last version. (v3+) */
  maxVersion: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createApiVersionsResponseSupportedFeatureKey(init: Partial<ApiVersionsResponseSupportedFeatureKey> = {}): ApiVersionsResponseSupportedFeatureKey {
  const m: ApiVersionsResponseSupportedFeatureKey = {
    name: init.name ?? '',
    minVersion: init.minVersion ?? 0,
    maxVersion: init.maxVersion ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

/** Entry of `finalizedFeatures`. */
export interface ApiVersionsResponseFinalizedFeatureKey {
  /** Name of the feature. (v3+) */
  name: string;
  /** Highest level. (v3+) */
  maxVersionLevel: number;
  /** Lowest level. (v3+) */
  minVersionLevel: number;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createApiVersionsResponseFinalizedFeatureKey(init: Partial<ApiVersionsResponseFinalizedFeatureKey> = {}): ApiVersionsResponseFinalizedFeatureKey {
  const m: ApiVersionsResponseFinalizedFeatureKey = {
    name: init.name ?? '',
    maxVersionLevel: init.maxVersionLevel ?? 0,
    minVersionLevel: init.minVersionLevel ?? 0,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeApiVersionsResponseSupportedFeaturesTag(value: ApiVersionsResponse['supportedFeatures'], v: number): number {
  let n = 0;
  n += sizeOfUvarint(value.length + 1);
  for (const e of value) n += sizeApiVersionsResponseSupportedFeatureKey(e, v);
  return n;
}

function sizeApiVersionsResponseFinalizedFeaturesEpochTag(value: ApiVersionsResponse['finalizedFeaturesEpoch'], v: number): number {
  let n = 0;
  n += 8;
  return n;
}

function sizeApiVersionsResponseFinalizedFeaturesTag(value: ApiVersionsResponse['finalizedFeatures'], v: number): number {
  let n = 0;
  n += sizeOfUvarint(value.length + 1);
  for (const e of value) n += sizeApiVersionsResponseFinalizedFeatureKey(e, v);
  return n;
}

function sizeApiVersionsResponseZkMigrationReadyTag(value: ApiVersionsResponse['zkMigrationReady'], v: number): number {
  let n = 0;
  n += 1;
  return n;
}

function sizeApiVersionsResponse(m: ApiVersionsResponse, v: number): number {
  const flexible = v >= 3;
  let n = 2;
  n += flexible ? sizeOfUvarint(m.apiKeys.length + 1) : 4;
  for (const e of m.apiKeys) n += sizeApiVersionsResponseApiVersion(e, v);
  if (v >= 1) {
    n += 4;
  }
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 3 && m.supportedFeatures.length !== 0) {
      tagCount++;
      const s = sizeApiVersionsResponseSupportedFeaturesTag(m.supportedFeatures, v);
      n += 1 + sizeOfUvarint(s) + s;
    }
    if (v >= 3 && m.finalizedFeaturesEpoch !== -1n) {
      tagCount++;
      const s = sizeApiVersionsResponseFinalizedFeaturesEpochTag(m.finalizedFeaturesEpoch, v);
      n += sizeOfUvarint(1) + sizeOfUvarint(s) + s;
    }
    if (v >= 3 && m.finalizedFeatures.length !== 0) {
      tagCount++;
      const s = sizeApiVersionsResponseFinalizedFeaturesTag(m.finalizedFeatures, v);
      n += sizeOfUvarint(2) + sizeOfUvarint(s) + s;
    }
    if (v >= 3 && m.zkMigrationReady !== false) {
      tagCount++;
      const s = sizeApiVersionsResponseZkMigrationReadyTag(m.zkMigrationReady, v);
      n += sizeOfUvarint(3) + sizeOfUvarint(s) + s;
    }
    n += sizeOfUvarint(tagCount) + sizeOfRawTags(m.unknownTaggedFields);
  }
  return n;
}

function encodeApiVersionsResponse(w: Writer, m: ApiVersionsResponse, v: number): void {
  const flexible = v >= 3;
  w.int16(m.errorCode);
  if (flexible) w.compactArrayLength(m.apiKeys.length); else w.arrayLength(m.apiKeys.length);
  for (const e of m.apiKeys) encodeApiVersionsResponseApiVersion(w, e, v);
  if (v >= 1) {
    w.int32(m.throttleTimeMs);
  }
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 3 && m.supportedFeatures.length !== 0) tagCount++;
    if (v >= 3 && m.finalizedFeaturesEpoch !== -1n) tagCount++;
    if (v >= 3 && m.finalizedFeatures.length !== 0) tagCount++;
    if (v >= 3 && m.zkMigrationReady !== false) tagCount++;
    w.uvarint(tagCount);
    let u = 0;
    if (v >= 3 && m.supportedFeatures.length !== 0) {
      u = w.rawTags(m.unknownTaggedFields, u, 0);
      w.uvarint(0);
      w.uvarint(sizeApiVersionsResponseSupportedFeaturesTag(m.supportedFeatures, v));
      w.compactArrayLength(m.supportedFeatures.length);
      for (const e of m.supportedFeatures) encodeApiVersionsResponseSupportedFeatureKey(w, e, v);
    }
    if (v >= 3 && m.finalizedFeaturesEpoch !== -1n) {
      u = w.rawTags(m.unknownTaggedFields, u, 1);
      w.uvarint(1);
      w.uvarint(sizeApiVersionsResponseFinalizedFeaturesEpochTag(m.finalizedFeaturesEpoch, v));
      w.int64(m.finalizedFeaturesEpoch);
    }
    if (v >= 3 && m.finalizedFeatures.length !== 0) {
      u = w.rawTags(m.unknownTaggedFields, u, 2);
      w.uvarint(2);
      w.uvarint(sizeApiVersionsResponseFinalizedFeaturesTag(m.finalizedFeatures, v));
      w.compactArrayLength(m.finalizedFeatures.length);
      for (const e of m.finalizedFeatures) encodeApiVersionsResponseFinalizedFeatureKey(w, e, v);
    }
    if (v >= 3 && m.zkMigrationReady !== false) {
      u = w.rawTags(m.unknownTaggedFields, u, 3);
      w.uvarint(3);
      w.uvarint(sizeApiVersionsResponseZkMigrationReadyTag(m.zkMigrationReady, v));
      w.boolean(m.zkMigrationReady);
    }
    w.rawTags(m.unknownTaggedFields, u, Infinity);
  }
}

function decodeApiVersionsResponse(r: Reader, v: number): ApiVersionsResponse {
  const flexible = v >= 3;
  const errorCode = r.int16();
  const apiKeys: ApiVersionsResponseApiVersion[] = [];
  {
    const count = flexible ? r.compactArrayLength(6) : r.arrayLength(6);
    for (let i = 0; i < count; i++) apiKeys.push(decodeApiVersionsResponseApiVersion(r, v));
  }
  const throttleTimeMs = v >= 1 ? r.int32() : 0;
  let supportedFeatures: readonly ApiVersionsResponseSupportedFeatureKey[] = [];
  let finalizedFeaturesEpoch: bigint = -1n;
  let finalizedFeatures: readonly ApiVersionsResponseFinalizedFeatureKey[] = [];
  let zkMigrationReady: boolean = false;
  let unknownTaggedFields: TaggedField[] | undefined;
  if (flexible) {
    const tagCount = r.tagCount();
    for (let i = 0, tag = -1; i < tagCount; i++) {
      tag = r.tag(tag);
      const end = r.taggedFieldEnd();
      if (tag === 0 && v >= 3) {
        {
          const count = r.compactArrayLength(6);
          const items: ApiVersionsResponseSupportedFeatureKey[] = [];
          for (let i = 0; i < count; i++) items.push(decodeApiVersionsResponseSupportedFeatureKey(r, v));
          supportedFeatures = items;
        }
        r.expectPosition(end);
      } else if (tag === 1 && v >= 3) {
        finalizedFeaturesEpoch = r.int64();
        r.expectPosition(end);
      } else if (tag === 2 && v >= 3) {
        {
          const count = r.compactArrayLength(6);
          const items: ApiVersionsResponseFinalizedFeatureKey[] = [];
          for (let i = 0; i < count; i++) items.push(decodeApiVersionsResponseFinalizedFeatureKey(r, v));
          finalizedFeatures = items;
        }
        r.expectPosition(end);
      } else if (tag === 3 && v >= 3) {
        zkMigrationReady = r.boolean();
        r.expectPosition(end);
      } else {
        (unknownTaggedFields ??= []).push(r.unknownTaggedField(tag, end));
      }
    }
  }
  const m: ApiVersionsResponse = { errorCode, apiKeys, throttleTimeMs, supportedFeatures, finalizedFeaturesEpoch, finalizedFeatures, zkMigrationReady };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeApiVersionsResponseApiVersion(m: ApiVersionsResponseApiVersion, v: number): number {
  const flexible = v >= 3;
  let n = 6;
  if (flexible) n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeApiVersionsResponseApiVersion(w: Writer, m: ApiVersionsResponseApiVersion, v: number): void {
  const flexible = v >= 3;
  w.int16(m.apiKey);
  w.int16(m.minVersion);
  w.int16(m.maxVersion);
  if (flexible) w.taggedFields(m.unknownTaggedFields);
}

function decodeApiVersionsResponseApiVersion(r: Reader, v: number): ApiVersionsResponseApiVersion {
  const flexible = v >= 3;
  const apiKey = r.int16();
  const minVersion = r.int16();
  const maxVersion = r.int16();
  const unknownTaggedFields = flexible ? r.taggedFields() : undefined;
  const m: ApiVersionsResponseApiVersion = { apiKey, minVersion, maxVersion };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeApiVersionsResponseSupportedFeatureKey(m: ApiVersionsResponseSupportedFeatureKey, v: number): number {
  let n = 4;
  n += sizeOfCompactString(m.name);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeApiVersionsResponseSupportedFeatureKey(w: Writer, m: ApiVersionsResponseSupportedFeatureKey, v: number): void {
  w.compactString(m.name);
  w.int16(m.minVersion);
  w.int16(m.maxVersion);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeApiVersionsResponseSupportedFeatureKey(r: Reader, v: number): ApiVersionsResponseSupportedFeatureKey {
  const name = r.compactString();
  const minVersion = r.int16();
  const maxVersion = r.int16();
  const unknownTaggedFields = r.taggedFields();
  const m: ApiVersionsResponseSupportedFeatureKey = { name, minVersion, maxVersion };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

function sizeApiVersionsResponseFinalizedFeatureKey(m: ApiVersionsResponseFinalizedFeatureKey, v: number): number {
  let n = 4;
  n += sizeOfCompactString(m.name);
  n += sizeOfTaggedFields(m.unknownTaggedFields);
  return n;
}

function encodeApiVersionsResponseFinalizedFeatureKey(w: Writer, m: ApiVersionsResponseFinalizedFeatureKey, v: number): void {
  w.compactString(m.name);
  w.int16(m.maxVersionLevel);
  w.int16(m.minVersionLevel);
  w.taggedFields(m.unknownTaggedFields);
}

function decodeApiVersionsResponseFinalizedFeatureKey(r: Reader, v: number): ApiVersionsResponseFinalizedFeatureKey {
  const name = r.compactString();
  const maxVersionLevel = r.int16();
  const minVersionLevel = r.int16();
  const unknownTaggedFields = r.taggedFields();
  const m: ApiVersionsResponseFinalizedFeatureKey = { name, maxVersionLevel, minVersionLevel };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** APIs, versions and features of this broker. */
export const apiVersionsResponse: MessageCodec<ApiVersionsResponse> = {
  name: 'ApiVersionsResponse',
  kind: 'response',
  apiKey: 18,
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 3,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(apiVersionsResponse, version);
    return sizeApiVersionsResponse(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(apiVersionsResponse, version);
    encodeApiVersionsResponse(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(apiVersionsResponse, version);
    return decodeApiVersionsResponse(reader, version);
  },
};
