// Generated from schemas/offset-commit-record.kschema by tools/protocol-codegen. Do not edit; run "nx run coordinator:generate".
import { ZERO_UUID } from '@millrace/base';
import type { MessageCodec, Reader, TaggedField, Writer } from '@millrace/protocol/internal';
import { checkVersion, sizeOfCompactString, sizeOfRawTags, sizeOfString, sizeOfUvarint } from '@millrace/protocol/internal';

/** Names one committed offset; both versions have the same fields. */
export interface OffsetCommitKey {
  /** The group that committed. */
  group: string;
  /** The topic by name. */
  topic: string;
  /** The partition's index. */
  partition: number;
}

export function createOffsetCommitKey(init: Partial<OffsetCommitKey> = {}): OffsetCommitKey {
  const m: OffsetCommitKey = {
    group: init.group ?? '',
    topic: init.topic ?? '',
    partition: init.partition ?? 0,
  };
  return m;
}

function sizeOffsetCommitKey(m: OffsetCommitKey, v: number): number {
  let n = 4;
  n += sizeOfString(m.group);
  n += sizeOfString(m.topic);
  return n;
}

function encodeOffsetCommitKey(w: Writer, m: OffsetCommitKey, v: number): void {
  w.string(m.group);
  w.string(m.topic);
  w.int32(m.partition);
}

function decodeOffsetCommitKey(r: Reader, v: number): OffsetCommitKey {
  const group = r.string();
  const topic = r.string();
  const partition = r.int32();
  return { group, topic, partition };
}

/** Names one committed offset; both versions have the same fields. */
export const offsetCommitKey: MessageCodec<OffsetCommitKey> = {
  name: 'OffsetCommitKey',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(offsetCommitKey, version);
    return sizeOffsetCommitKey(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(offsetCommitKey, version);
    encodeOffsetCommitKey(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(offsetCommitKey, version);
    return decodeOffsetCommitKey(reader, version);
  },
};

/** A committed offset; a record without value takes it back. */
export interface OffsetCommitValue {
  /** Where the group goes on. */
  offset: bigint;
  /** Epoch of the last record that was consumed, -1 when the client did not say. (v3+) */
  leaderEpoch: number;
  /** Free text of the client. */
  metadata: string;
  /** When the commit came, in milliseconds. */
  commitTimestamp: bigint;
  /** When it ends, in milliseconds; only clients that ask for a retention time of their own have one. (v1) */
  expireTimestamp: bigint;
  /** The topic by id, zero when unknown. (v4+, tag 0) */
  topicId: string;
  unknownTaggedFields?: readonly TaggedField[];
}

export function createOffsetCommitValue(init: Partial<OffsetCommitValue> = {}): OffsetCommitValue {
  const m: OffsetCommitValue = {
    offset: init.offset ?? 0n,
    leaderEpoch: init.leaderEpoch ?? -1,
    metadata: init.metadata ?? '',
    commitTimestamp: init.commitTimestamp ?? 0n,
    expireTimestamp: init.expireTimestamp ?? -1n,
    topicId: init.topicId ?? ZERO_UUID,
  };
  if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;
  return m;
}

function sizeOffsetCommitValueTopicIdTag(value: OffsetCommitValue['topicId'], v: number): number {
  let n = 0;
  n += 16;
  return n;
}

function sizeOffsetCommitValue(m: OffsetCommitValue, v: number): number {
  const flexible = v >= 4;
  let n = 16;
  if (v >= 3) {
    n += 4;
  }
  n += flexible ? sizeOfCompactString(m.metadata) : sizeOfString(m.metadata);
  if (v === 1) {
    n += 8;
  }
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 4 && m.topicId !== ZERO_UUID) {
      tagCount++;
      const s = sizeOffsetCommitValueTopicIdTag(m.topicId, v);
      n += 1 + sizeOfUvarint(s) + s;
    }
    n += sizeOfUvarint(tagCount) + sizeOfRawTags(m.unknownTaggedFields);
  }
  return n;
}

function encodeOffsetCommitValue(w: Writer, m: OffsetCommitValue, v: number): void {
  const flexible = v >= 4;
  w.int64(m.offset);
  if (v >= 3) {
    w.int32(m.leaderEpoch);
  }
  if (flexible) w.compactString(m.metadata); else w.string(m.metadata);
  w.int64(m.commitTimestamp);
  if (v === 1) {
    w.int64(m.expireTimestamp);
  }
  if (flexible) {
    let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;
    if (v >= 4 && m.topicId !== ZERO_UUID) tagCount++;
    w.uvarint(tagCount);
    let u = 0;
    if (v >= 4 && m.topicId !== ZERO_UUID) {
      u = w.rawTags(m.unknownTaggedFields, u, 0);
      w.uvarint(0);
      w.uvarint(sizeOffsetCommitValueTopicIdTag(m.topicId, v));
      w.uuid(m.topicId);
    }
    w.rawTags(m.unknownTaggedFields, u, Infinity);
  }
}

function decodeOffsetCommitValue(r: Reader, v: number): OffsetCommitValue {
  const flexible = v >= 4;
  const offset = r.int64();
  const leaderEpoch = v >= 3 ? r.int32() : -1;
  const metadata = flexible ? r.compactString() : r.string();
  const commitTimestamp = r.int64();
  const expireTimestamp = v === 1 ? r.int64() : -1n;
  let topicId: string = ZERO_UUID;
  let unknownTaggedFields: TaggedField[] | undefined;
  if (flexible) {
    const tagCount = r.tagCount();
    for (let i = 0, tag = -1; i < tagCount; i++) {
      tag = r.tag(tag);
      const end = r.taggedFieldEnd();
      if (tag === 0 && v >= 4) {
        topicId = r.uuid();
        r.expectPosition(end);
      } else {
        (unknownTaggedFields ??= []).push(r.unknownTaggedField(tag, end));
      }
    }
  }
  const m: OffsetCommitValue = { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId };
  if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;
  return m;
}

/** A committed offset; a record without value takes it back. */
export const offsetCommitValue: MessageCodec<OffsetCommitValue> = {
  name: 'OffsetCommitValue',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 4,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(offsetCommitValue, version);
    return sizeOffsetCommitValue(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(offsetCommitValue, version);
    encodeOffsetCommitValue(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(offsetCommitValue, version);
    return decodeOffsetCommitValue(reader, version);
  },
};
