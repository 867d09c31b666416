/** What a consumer asks partition leaders about offsets: one attempt each, results as data. */
import { ErrorCode } from '@millrace/protocol';
import {
  createListOffsetsRequest,
  createListOffsetsRequestListOffsetsPartition,
  createListOffsetsRequestListOffsetsTopic,
  listOffsetsRequest,
  listOffsetsResponse,
} from '@millrace/protocol/messages/02-list-offsets';
import {
  createOffsetForLeaderEpochRequest,
  createOffsetForLeaderEpochRequestOffsetForLeaderPartition,
  createOffsetForLeaderEpochRequestOffsetForLeaderTopic,
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
} from '@millrace/protocol/messages/23-offset-for-leader-epoch';
import type { Lane } from '../cluster/brokers.ts';
import type { ConsumedPartition } from './consumed-partition.ts';
import type { ConsumerCluster } from './consumer-cluster.ts';

const LIST_OFFSETS = { request: listOffsetsRequest, response: listOffsetsResponse };
const OFFSET_FOR_LEADER_EPOCH = { request: offsetForLeaderEpochRequest, response: offsetForLeaderEpochResponse };
/** Below it consumers need rights on the whole cluster to ask. */
const LEADER_EPOCH_VERSION_MIN = 3;
const ISOLATION_VERSION_MIN = 2;
const CONSUMER_REPLICA_ID = -1;

export const EARLIEST_TIMESTAMP = -2n;
export const LATEST_TIMESTAMP = -1n;

export interface OffsetQuestion {
  readonly partition: ConsumedPartition;
  /** Milliseconds since the epoch, {@link EARLIEST_TIMESTAMP} or {@link LATEST_TIMESTAMP}. */
  readonly timestamp: bigint;
}

export interface OffsetReply {
  readonly partition: ConsumedPartition;
  readonly errorCode: number;
  /** −1: there is no such offset. */
  readonly offset: number;
  readonly leaderEpoch: number;
}

export interface AskOptions {
  readonly lane: Lane;
  readonly signal?: AbortSignal | undefined;
}

/** Asks one leader. A partition may come once. Throws KafkaError when no answer comes. */
export async function listOffsets(
  cluster: ConsumerCluster,
  nodeId: number,
  questions: readonly OffsetQuestion[],
  isCommittedOnly: boolean,
  options: AskOptions,
): Promise<OffsetReply[]> {
  const { response } = await cluster.sendTo(
    nodeId,
    LIST_OFFSETS,
    (version) =>
      createListOffsetsRequest({
        replicaId: CONSUMER_REPLICA_ID,
        isolationLevel: isCommittedOnly && version >= ISOLATION_VERSION_MIN ? 1 : 0,
        timeoutMs: cluster.requestTimeoutMs,
        topics: byTopic(questions).map(([name, asked]) =>
          createListOffsetsRequestListOffsetsTopic({
            name,
            partitions: asked.map(({ partition, timestamp }) =>
              createListOffsetsRequestListOffsetsPartition({
                partitionIndex: partition.partition,
                currentLeaderEpoch: partition.leaderEpoch,
                timestamp,
              }),
            ),
          }),
        ),
      }),
    options,
  );
  return questions.map(({ partition }) => {
    const found = response.topics
      .find(({ name }) => name === partition.topic.name)
      ?.partitions.find(({ partitionIndex }) => partitionIndex === partition.partition);
    return {
      partition,
      errorCode: found?.errorCode ?? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      offset: Number(found?.offset ?? -1n),
      leaderEpoch: found?.leaderEpoch ?? -1,
    };
  });
}

/** Asks one leader where the epochs of the fetch positions end (KIP-320). Undefined: it cannot be asked. Throws KafkaError. */
export async function endOffsetsOfEpochs(
  cluster: ConsumerCluster,
  nodeId: number,
  partitions: readonly ConsumedPartition[],
  options: AskOptions,
): Promise<OffsetReply[] | undefined> {
  const version = await cluster.versionOf(nodeId, OFFSET_FOR_LEADER_EPOCH);
  if (version === undefined || version < LEADER_EPOCH_VERSION_MIN) return undefined;
  const { response } = await cluster.sendTo(
    nodeId,
    OFFSET_FOR_LEADER_EPOCH,
    createOffsetForLeaderEpochRequest({
      replicaId: CONSUMER_REPLICA_ID,
      topics: byTopic(partitions.map((partition) => ({ partition }))).map(([topic, asked]) =>
        createOffsetForLeaderEpochRequestOffsetForLeaderTopic({
          topic,
          partitions: asked.map(({ partition }) =>
            createOffsetForLeaderEpochRequestOffsetForLeaderPartition({
              partition: partition.partition,
              currentLeaderEpoch: partition.leaderEpoch,
              leaderEpoch: partition.fetchEpoch,
            }),
          ),
        }),
      ),
    }),
    options,
  );
  return partitions.map((partition) => {
    const found = response.topics
      .find(({ topic }) => topic === partition.topic.name)
      ?.partitions.find((each) => each.partition === partition.partition);
    return {
      partition,
      errorCode: found?.errorCode ?? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      offset: Number(found?.endOffset ?? -1n),
      leaderEpoch: found?.leaderEpoch ?? -1,
    };
  });
}

/** Groups what asks about partitions by the name of the topic. */
function byTopic<Asked extends { readonly partition: ConsumedPartition }>(
  asked: readonly Asked[],
): [string, Asked[]][] {
  const topics = new Map<string, Asked[]>();
  for (const each of asked) {
    const { name } = each.partition.topic;
    const list = topics.get(name);
    if (list === undefined) topics.set(name, [each]);
    else list.push(each);
  }
  return [...topics];
}
