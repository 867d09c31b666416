/** Who answers for what: leaders of partitions, coordinators of groups and transactional ids, every broker. */
import { ErrorCode } from '@millrace/protocol';
import { brokerError, KafkaError } from '../error.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { AdminCall } from './admin-call.ts';

/** How often a partition that the metadata does not know is asked for again: a new topic may not have reached every broker. */
export const UNKNOWN_TOPIC_RETRIES = 2;

export async function leaderOf(call: AdminCall, { topic, partition }: TopicPartition): Promise<number> {
  const metadata = await call.cluster.fetchTopic(topic, { signal: call.signal, timeoutMs: call.remainingMs });
  const found = metadata?.partitions[partition];
  const where = { topic, partition };
  if (metadata === undefined || found === undefined) {
    const words =
      metadata === undefined
        ? `there is no topic "${topic}"`
        : `topic "${topic}" has ${String(metadata.partitions.length)} partitions`;
    throw brokerError('finding the leader', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, words, where);
  }
  if (found.leaderId < 0) {
    const errorCode = found.errorCode === 0 ? ErrorCode.LEADER_NOT_AVAILABLE : found.errorCode;
    throw brokerError('finding the leader', errorCode, 'it has none now', where);
  }
  return found.leaderId;
}

export function forgetLeader(call: AdminCall, { topic }: TopicPartition): Promise<void> {
  return call.cluster.invalidate(topic);
}

export function coordinatorOf(call: AdminCall, type: 'group' | 'transaction', key: string): Promise<number> {
  return call.cluster.coordinator(type, key, { signal: call.signal, timeoutMs: call.remainingMs });
}

/** The broker itself, once it is sure that there is such a one. */
export async function knownBroker(call: AdminCall, nodeId: number): Promise<number> {
  const isKnown = (): boolean => call.cluster.brokers().some((broker) => broker.nodeId === nodeId);
  if (isKnown()) return nodeId;
  const nodeIds = await brokerIds(call);
  if (isKnown()) return nodeId;
  throw new KafkaError(
    'MILLRACE_CLIENT_CONNECT',
    `there is no broker ${String(nodeId)} now: the cluster has ${nodeIds.join(', ')}`,
    { details: { nodeId } },
  );
}

/** Ids of all brokers, fresh. */
export async function brokerIds(call: AdminCall): Promise<number[]> {
  await call.cluster.fetchTopics([], { signal: call.signal, timeoutMs: call.remainingMs });
  return call.cluster.brokers().map(({ nodeId }) => nodeId);
}

/** Groups items by topic, as requests want them: each topic once, in order of appearance. */
export function byTopic<Item extends { readonly topic: string }>(items: readonly Item[]): Map<string, Item[]> {
  const topics = new Map<string, Item[]>();
  for (const item of items) {
    const others = topics.get(item.topic);
    if (others === undefined) topics.set(item.topic, [item]);
    else others.push(item);
  }
  return topics;
}

/** Answers of a response by topic and partition, to be put into the order of the items. */
export class PartitionAnswers<Answer> {
  readonly #byTopic = new Map<string, Map<number, Answer>>();

  set(topic: string, partition: number, answer: Answer): void {
    const partitions = this.#byTopic.get(topic);
    if (partitions === undefined) this.#byTopic.set(topic, new Map([[partition, answer]]));
    else partitions.set(partition, answer);
  }

  get({ topic, partition }: TopicPartition): Answer | undefined {
    return this.#byTopic.get(topic)?.get(partition);
  }
}
