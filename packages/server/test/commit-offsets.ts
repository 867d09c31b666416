import {
  createOffsetCommitRequest,
  createOffsetCommitRequestPartition,
  createOffsetCommitRequestTopic,
  offsetCommitRequest,
  offsetCommitResponse,
} from '@millrace/protocol/messages/08-offset-commit';
import {
  createOffsetFetchRequest,
  createOffsetFetchRequestTopic,
  offsetFetchRequest,
  offsetFetchResponse,
} from '@millrace/protocol/messages/09-offset-fetch';
import {
  createFindCoordinatorRequest,
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '@millrace/protocol/messages/10-find-coordinator';
import { waitUntil, type LogProbe } from '@millrace/testing';

const OFFSET_COMMIT_VERSION = 8;
const FIND_COORDINATOR_VERSION = 3;
const OFFSET_FETCH_VERSION = 5;

/** Commits an offset for each partition of the topic, as a consumer does that is member of no group. */
export async function commitOffsets(
  probe: LogProbe,
  groupId: string,
  topic: string,
  offsets: readonly number[],
): Promise<void> {
  // The first question makes the internal topic.
  await waitUntil('the coordinator', async () => {
    const asked = createFindCoordinatorRequest({ key: groupId, keyType: 0 });
    const answer = await probe.wire.call(
      findCoordinatorRequest,
      findCoordinatorResponse,
      FIND_COORDINATOR_VERSION,
      asked,
    );
    return answer.errorCode === 0;
  });
  const partitions = offsets.map((offset, partitionIndex) =>
    createOffsetCommitRequestPartition({ partitionIndex, committedOffset: BigInt(offset) }),
  );
  const topics = [createOffsetCommitRequestTopic({ name: topic, partitions })];
  const request = createOffsetCommitRequest({ groupId, generationIdOrMemberEpoch: -1, memberId: '', topics });
  await waitUntil('the commit', async () => {
    const answer = await probe.wire.call(offsetCommitRequest, offsetCommitResponse, OFFSET_COMMIT_VERSION, request);
    return answer.topics.every((each) => each.partitions.every(({ errorCode }) => errorCode === 0));
  });
}

/** The offset that the group committed for the partition; −1 = none. */
export async function committedOffset(
  probe: LogProbe,
  groupId: string,
  topic: string,
  partition: number,
): Promise<number> {
  const topics = [createOffsetFetchRequestTopic({ name: topic, partitionIndexes: [partition] })];
  const request = createOffsetFetchRequest({ groupId, topics });
  return waitUntil('the offset', async () => {
    const answer = await probe.wire.call(offsetFetchRequest, offsetFetchResponse, OFFSET_FETCH_VERSION, request);
    const found = answer.topics[0]?.partitions[0];
    return answer.errorCode === 0 && found !== undefined ? { offset: Number(found.committedOffset) } : undefined;
  }).then((found) => found?.offset ?? -1);
}
