// Generated from schemas/data-consumer-protocol-subscription.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfNullableBytes, sizeOfNullableString, sizeOfString } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** What a member of a classic consumer group tells the leader, behind a two-byte version. */
export interface ConsumerProtocolSubscription {
  /** Topics that the member wants. */
  topics: readonly string[];
  /** Bytes of the assignor. */
  userData: Buffer | null;
  /** Partitions that the member has and may keep. (v1+) */
  ownedPartitions: readonly ConsumerProtocolSubscriptionTopicPartition[];
  /** Generation in which the member got them, -1 without. (v2+) */
  generationId: number;
  /** Rack of the member, or null. (v3+) */
  rackId: string | null;
}

export function createConsumerProtocolSubscription(init: Partial<ConsumerProtocolSubscription> = {}): ConsumerProtocolSubscription {
  const m: ConsumerProtocolSubscription = {
    topics: init.topics ?? [],
    userData: init.userData ?? null,
    ownedPartitions: init.ownedPartitions ?? [],
    generationId: init.generationId ?? -1,
    rackId: init.rackId ?? null,
  };
  return m;
}

/** Entry of `ownedPartitions`. */
export interface ConsumerProtocolSubscriptionTopicPartition {
  /** Name of the topic. (v1+) */
  topic: string;
  /** Numbers of the partitions. (v1+) */
  partitions: readonly number[];
}

export function createConsumerProtocolSubscriptionTopicPartition(init: Partial<ConsumerProtocolSubscriptionTopicPartition> = {}): ConsumerProtocolSubscriptionTopicPartition {
  const m: ConsumerProtocolSubscriptionTopicPartition = {
    topic: init.topic ?? '',
    partitions: init.partitions ?? [],
  };
  return m;
}

function sizeConsumerProtocolSubscription(m: ConsumerProtocolSubscription, v: number): number {
  let n = 0;
  n += 4;
  for (const e of m.topics) n += sizeOfString(e);
  n += sizeOfNullableBytes(m.userData);
  if (v >= 1) {
    n += 4;
    for (const e of m.ownedPartitions) n += sizeConsumerProtocolSubscriptionTopicPartition(e, v);
  }
  if (v >= 2) {
    n += 4;
  }
  if (v >= 3) {
    n += sizeOfNullableString(m.rackId);
  }
  return n;
}

function encodeConsumerProtocolSubscription(w: Writer, m: ConsumerProtocolSubscription, v: number): void {
  w.arrayLength(m.topics.length);
  for (const e of m.topics) w.string(e);
  w.nullableBytes(m.userData);
  if (v >= 1) {
    w.arrayLength(m.ownedPartitions.length);
    for (const e of m.ownedPartitions) encodeConsumerProtocolSubscriptionTopicPartition(w, e, v);
  }
  if (v >= 2) {
    w.int32(m.generationId);
  }
  if (v >= 3) {
    w.nullableString(m.rackId);
  }
}

function decodeConsumerProtocolSubscription(r: Reader, v: number): ConsumerProtocolSubscription {
  const topics: string[] = [];
  {
    const count = r.arrayLength(2);
    for (let i = 0; i < count; i++) topics.push(r.string());
  }
  const userData = r.nullableBytes();
  const ownedPartitions: ConsumerProtocolSubscriptionTopicPartition[] = [];
  if (v >= 1) {
    const count = r.arrayLength(6);
    for (let i = 0; i < count; i++) ownedPartitions.push(decodeConsumerProtocolSubscriptionTopicPartition(r, v));
  }
  const generationId = v >= 2 ? r.int32() : -1;
  const rackId = v >= 3 ? r.nullableString() : null;
  return { topics, userData, ownedPartitions, generationId, rackId };
}

function sizeConsumerProtocolSubscriptionTopicPartition(m: ConsumerProtocolSubscriptionTopicPartition, v: number): number {
  let n = 0;
  n += sizeOfString(m.topic);
  n += 4 + m.partitions.length * 4;
  return n;
}

function encodeConsumerProtocolSubscriptionTopicPartition(w: Writer, m: ConsumerProtocolSubscriptionTopicPartition, v: number): void {
  w.string(m.topic);
  w.arrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
}

function decodeConsumerProtocolSubscriptionTopicPartition(r: Reader, v: number): ConsumerProtocolSubscriptionTopicPartition {
  const topic = r.string();
  const partitions: number[] = [];
  {
    const count = r.arrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  return { topic, partitions };
}

/** What a member of a classic consumer group tells the leader, behind a two-byte version. */
export const consumerProtocolSubscription: MessageCodec<ConsumerProtocolSubscription> = {
  name: 'ConsumerProtocolSubscription',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerProtocolSubscription, version);
    return sizeConsumerProtocolSubscription(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerProtocolSubscription, version);
    encodeConsumerProtocolSubscription(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerProtocolSubscription, version);
    return decodeConsumerProtocolSubscription(reader, version);
  },
};
