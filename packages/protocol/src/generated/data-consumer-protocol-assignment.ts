// Generated from schemas/data-consumer-protocol-assignment.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
import type { MessageCodec } from '../wire/codec.ts';
import { checkVersion } from '../wire/codec.ts';
import type { Reader } from '../wire/reader.ts';
import { sizeOfNullableBytes, sizeOfString } from '../wire/sizes.ts';
import type { Writer } from '../wire/writer.ts';

/** What the leader of a classic consumer group hands to a member, behind a two-byte version. */
export interface ConsumerProtocolAssignment {
  /** Partitions that the member gets. */
  assignedPartitions: readonly ConsumerProtocolAssignmentTopicPartition[];
  /** Bytes of the assignor. */
  userData: Buffer | null;
}

export function createConsumerProtocolAssignment(init: Partial<ConsumerProtocolAssignment> = {}): ConsumerProtocolAssignment {
  const m: ConsumerProtocolAssignment = {
    assignedPartitions: init.assignedPartitions ?? [],
    userData: init.userData ?? null,
  };
  return m;
}

/** Entry of `assignedPartitions`. */
export interface ConsumerProtocolAssignmentTopicPartition {
  /** Name of the topic. */
  topic: string;
  /** Numbers of the partitions. */
  partitions: readonly number[];
}

export function createConsumerProtocolAssignmentTopicPartition(init: Partial<ConsumerProtocolAssignmentTopicPartition> = {}): ConsumerProtocolAssignmentTopicPartition {
  const m: ConsumerProtocolAssignmentTopicPartition = {
    topic: init.topic ?? '',
    partitions: init.partitions ?? [],
  };
  return m;
}

function sizeConsumerProtocolAssignment(m: ConsumerProtocolAssignment, v: number): number {
  let n = 0;
  n += 4;
  for (const e of m.assignedPartitions) n += sizeConsumerProtocolAssignmentTopicPartition(e, v);
  n += sizeOfNullableBytes(m.userData);
  return n;
}

function encodeConsumerProtocolAssignment(w: Writer, m: ConsumerProtocolAssignment, v: number): void {
  w.arrayLength(m.assignedPartitions.length);
  for (const e of m.assignedPartitions) encodeConsumerProtocolAssignmentTopicPartition(w, e, v);
  w.nullableBytes(m.userData);
}

function decodeConsumerProtocolAssignment(r: Reader, v: number): ConsumerProtocolAssignment {
  const assignedPartitions: ConsumerProtocolAssignmentTopicPartition[] = [];
  {
    const count = r.arrayLength(6);
    for (let i = 0; i < count; i++) assignedPartitions.push(decodeConsumerProtocolAssignmentTopicPartition(r, v));
  }
  const userData = r.nullableBytes();
  return { assignedPartitions, userData };
}

function sizeConsumerProtocolAssignmentTopicPartition(m: ConsumerProtocolAssignmentTopicPartition, v: number): number {
  let n = 0;
  n += sizeOfString(m.topic);
  n += 4 + m.partitions.length * 4;
  return n;
}

function encodeConsumerProtocolAssignmentTopicPartition(w: Writer, m: ConsumerProtocolAssignmentTopicPartition, v: number): void {
  w.string(m.topic);
  w.arrayLength(m.partitions.length);
  for (const e of m.partitions) w.int32(e);
}

function decodeConsumerProtocolAssignmentTopicPartition(r: Reader, v: number): ConsumerProtocolAssignmentTopicPartition {
  const topic = r.string();
  const partitions: number[] = [];
  {
    const count = r.arrayLength(4);
    for (let i = 0; i < count; i++) partitions.push(r.int32());
  }
  return { topic, partitions };
}

/** What the leader of a classic consumer group hands to a member, behind a two-byte version. */
export const consumerProtocolAssignment: MessageCodec<ConsumerProtocolAssignment> = {
  name: 'ConsumerProtocolAssignment',
  kind: 'data',
  apiKey: null,
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: Infinity,
  latestVersionUnstable: false,
  size(message, version) {
    checkVersion(consumerProtocolAssignment, version);
    return sizeConsumerProtocolAssignment(message, version);
  },
  outOfLineSize() {
    return 0;
  },
  encode(writer, message, version) {
    checkVersion(consumerProtocolAssignment, version);
    encodeConsumerProtocolAssignment(writer, message, version);
  },
  decode(reader, version) {
    checkVersion(consumerProtocolAssignment, version);
    return decodeConsumerProtocolAssignment(reader, version);
  },
};
