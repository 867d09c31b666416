/** What the admin client's methods take, as far as it can be judged before asking a broker. */
import { KafkaError } from '../error.ts';
import {
  anything,
  arrayOf,
  boolean,
  checkOptions,
  either,
  instance,
  integer,
  milliseconds,
  oneOf,
  required,
  text,
  type OptionCheck,
} from '../options/check-options.ts';
import type { TopicPartition } from '../topic-partition.ts';
import { ACL_OPERATIONS } from './acl-operation.ts';
import { ACL_PATTERN_TYPES, ACL_PERMISSIONS, ACL_RESOURCE_TYPES } from './describe-acls.ts';
import { PartitionAnswers } from './node-refs.ts';

export const CALL_OPTIONS = { signal: instance(AbortSignal), timeoutMs: milliseconds({ min: 1 }), retry: boolean };

const names = arrayOf(text, 'an array of names');
const partition = required(integer({ min: 0, max: 0x7fff_ffff }));
const partitions = arrayOf(isPartition, 'an array of { topic, partition }');
const nodeId = integer({ min: 0, max: 0x7fff_ffff });
const offset: OptionCheck = (value) =>
  typeof value === 'bigint' ? (value >= 0n ? undefined : 'an offset from 0') : integer({ min: 0 })(value);
const CHANGE_OPTIONS = { ...CALL_OPTIONS, validateOnly: boolean };

const timestampMs = integer({ min: 0 });
const placeName = oneOf(
  'earliest',
  'latest',
  'max-timestamp',
  'earliest-local',
  'latest-tiered',
  'earliest-pending-upload',
);
const date: OptionCheck = (value) =>
  value instanceof Date && Number.isFinite(value.getTime()) ? undefined : 'a valid Date';
const place = either(placeName, date, has('timestampMs', timestampMs));
const resetTarget = either(
  oneOf('earliest', 'latest'),
  date,
  has('timestampMs', timestampMs),
  has('offset', integer({ min: 0 })),
  has('shiftBy', integer()),
);

const resourceType = oneOf('topic', 'broker', 'broker-logger', 'client-metrics', 'group');

/** By method of the client. */
export const METHOD_OPTIONS = {
  listTopics: { ...CALL_OPTIONS, internal: boolean },
  describeTopics: {
    ...CALL_OPTIONS,
    authorizedOperations: boolean,
    pagePartitions: integer({ min: 1, max: 0x7fff_ffff }),
  },
  change: CHANGE_OPTIONS,
  describeConfigs: { ...CALL_OPTIONS, keys: names, synonyms: boolean, documentation: boolean },
  listConfigResources: {
    ...CALL_OPTIONS,
    types: arrayOf(resourceType, 'an array of types of resources'),
  },
  electLeaders: { ...CALL_OPTIONS, unclean: boolean },
  listOffsets: { ...CALL_OPTIONS, isolation: oneOf('uncommitted', 'committed') },
  listGroups: { ...CALL_OPTIONS, states: names, types: names },
  describeGroups: { ...CALL_OPTIONS, authorizedOperations: boolean },
  fetchGroupOffsets: { ...CALL_OPTIONS, requireStable: boolean },
  resetGroupOffsets: { ...CALL_OPTIONS, to: required(resetTarget), topics: names, partitions, dryRun: boolean },
  removeGroupMembers: { ...CALL_OPTIONS, members: arrayOf(anything, 'an array of members'), reason: text },
  fetchGroupLag: { ...CALL_OPTIONS, isolation: oneOf('uncommitted', 'committed'), partitions },
  listTransactions: {
    ...CALL_OPTIONS,
    states: names,
    producerIds: arrayOf(anything, 'an array of producer ids'),
    openLongerThanMs: integer({ min: 0 }),
    pattern: text,
  },
  describeCluster: { ...CALL_OPTIONS, fencedBrokers: boolean, authorizedOperations: boolean },
  node: { ...CALL_OPTIONS, nodeId },
  describeLogDirs: { ...CALL_OPTIONS, nodeIds: arrayOf(nodeId, 'an array of node ids'), partitions },
  listPartitionReassignments: { ...CALL_OPTIONS, partitions },
  alterPartitionReassignments: { ...CALL_OPTIONS, allowReplicationFactorChange: boolean },
  describeAcls: {
    ...CALL_OPTIONS,
    resourceType: oneOf(...ACL_RESOURCE_TYPES),
    resourceName: text,
    patternType: oneOf(...ACL_PATTERN_TYPES),
    principal: text,
    host: text,
    operation: oneOf(...Object.values(ACL_OPERATIONS)),
    permission: oneOf(...ACL_PERMISSIONS),
  },
} as const satisfies Record<string, Record<string, OptionCheck>>;

const replicas = arrayOf(arrayOf(nodeId, 'node ids'), 'an array of arrays of node ids');
const topicPartition = { topic: required(text), partition };
const resource = {
  type: required(resourceType),
  // An empty name stands for the default of all brokers.
  name: required((value) => (typeof value === 'string' ? undefined : 'a string')),
};
const values: OptionCheck = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map)
    ? undefined
    : 'an object of names and values';

/** By kind of item. */
export const ITEMS = {
  newTopic: {
    name: required(text),
    partitions: integer({ min: 1, max: 0x7fff_ffff }),
    replicationFactor: integer({ min: 1, max: 0x7fff }),
    assignments: replicas,
    configs: values,
  },
  partitionsToCreate: {
    name: required(text),
    totalCount: required(integer({ min: 1, max: 0x7fff_ffff })),
    assignments: replicas,
  },
  topicPartition,
  offsetQuery: { ...topicPartition, at: required(place) },
  recordsToDelete: { ...topicPartition, before: required(either(oneOf('latest'), integer({ min: 0 }))) },
  configResource: resource,
  configChange: { ...resource, set: values, unset: names, append: values, subtract: values },
  reassignment: {
    ...topicPartition,
    replicas: required(either(oneOf(null), arrayOf(nodeId, 'an array of node ids'))),
  },
  featureUpdate: {
    name: required(text),
    level: required(integer({ min: 0, max: 0x7fff })),
    downgrade: oneOf('safe', 'unsafe'),
  },
  groupQuery: { groupId: required(text), partitions },
  offsetToCommit: {
    ...topicPartition,
    offset: required(offset),
    leaderEpoch: integer({ min: -1, max: 0x7fff_ffff }),
    metadata: either(oneOf(null), (value) => (typeof value === 'string' ? undefined : 'a string')),
  },
} as const satisfies Record<string, Record<string, OptionCheck>>;

/** Throws for the first wrong one. */
export function checkItems(where: string, items: readonly object[], spec: Readonly<Record<string, OptionCheck>>): void {
  checkArray(where, items);
  for (const [index, item] of items.entries()) checkOptions(`${where}[${String(index)}]`, item, spec);
}

/** Throws when a partition is named twice: a request has room for one wish, and one answer, for each. */
export function checkDistinct(where: string, items: readonly TopicPartition[]): void {
  const seen = new PartitionAnswers<true>();
  for (const item of items) {
    if (seen.get(item) !== undefined) {
      const label = `${item.topic}[${String(item.partition)}]`;
      throw new KafkaError('MILLRACE_CLIENT_INVALID_OPTION', `${where} names ${label} twice`);
    }
    seen.set(item.topic, item.partition, true);
  }
}

export function checkNames(where: string, items: readonly string[], what = 'names'): void {
  checkArray(where, items);
  const wrong = items.findIndex((each) => typeof each !== 'string' || each === '');
  if (wrong >= 0) {
    throw new KafkaError(
      'MILLRACE_CLIENT_INVALID_OPTION',
      `${where} takes an array of ${what}, but item ${String(wrong)} is no string or empty`,
    );
  }
}

function checkArray(where: string, items: unknown): void {
  if (!Array.isArray(items)) {
    throw new KafkaError('MILLRACE_CLIENT_INVALID_OPTION', `${where} takes an array of items, not ${typeof items}`);
  }
}

/** An object with that one property. */
function has(name: string, check: OptionCheck): OptionCheck {
  return (value) => {
    const isObject = typeof value === 'object' && value !== null;
    const allowed = isObject ? check((value as Record<string, unknown>)[name]) : undefined;
    return isObject && allowed === undefined ? undefined : `{ ${name} }`;
  };
}

function isPartition(value: unknown): string | undefined {
  const { topic, partition: number } = (value ?? {}) as { readonly topic?: unknown; readonly partition?: unknown };
  return text(topic) ?? partition(number);
}
