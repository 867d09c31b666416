/**
 * ElectLeaders 0–2: elects the leaders of partitions anew, of which there is nothing to choose here: each partition has one owner.
 *
 * The answer for each partition is that of Apache Kafka with one replica: the owner is there, so no election is needed [84]; an owner that is away
 * cannot be replaced, [80] for the preferred leader (0) and [83] for any replica (1). Unknown partitions [3]; null asks for all, and those
 * that need none are left out then. v1+: the type of election, another one → [42] for all. v0 has no top-level error.
 * Pinned by test/cluster-admin.itest.ts.
 */
import { ErrorCode } from '@millrace/protocol';
import {
  createElectLeadersResponse,
  electLeadersRequest,
  electLeadersResponse,
  type ElectLeadersRequest,
  type ElectLeadersResponse,
} from '@millrace/protocol/messages/43-elect-leaders';
import type { ClusterSnapshot } from '@millrace/metadata';
import { defineHandler } from './handler.ts';

const PREFERRED = 0;
const UNCLEAN = 1;
const TOP_LEVEL_ERROR_VERSION = 1;

type Asked = NonNullable<ElectLeadersRequest['topicPartitions']>[number];
type Result = ElectLeadersResponse['replicaElectionResults'][number]['partitionResult'][number];

export const electLeadersHandler = defineHandler<ElectLeadersRequest, ElectLeadersResponse>({
  request: electLeadersRequest,
  response: electLeadersResponse,
  minVersion: 0,
  maxVersion: 2,
  handle({ services }, request) {
    const { electionType, topicPartitions } = request;
    if (electionType !== PREFERRED && electionType !== UNCLEAN) {
      return failed(request, ErrorCode.INVALID_REQUEST, `election type ${electionType} does not exist: 0 or 1`);
    }
    const snapshot = services.metaStore.snapshot();
    const elect = (topic: string, partition: number): Result => electionOf(snapshot, topic, partition, electionType);
    const replicaElectionResults =
      topicPartitions === null
        ? [...snapshot.topicsByName.values()].map(({ name, partitions }) => ({
            topic: name,
            partitionResult: partitions
              .map(({ partition }) => elect(name, partition))
              .filter(({ errorCode }) => errorCode !== ErrorCode.ELECTION_NOT_NEEDED),
          }))
        : topicPartitions.map(({ topic, partitions }) => ({
            topic,
            partitionResult: partitions.map((partition) => elect(topic, partition)),
          }));
    return createElectLeadersResponse({ replicaElectionResults });
  },
  failure: (request, errorCode, version) => {
    const response = failed(request, errorCode, null);
    return version < TOP_LEVEL_ERROR_VERSION ? { ...response, errorCode: ErrorCode.NONE } : response;
  },
});

function electionOf(snapshot: ClusterSnapshot, topic: string, partition: number, electionType: number): Result {
  const ownership = snapshot.topicsByName.get(topic)?.partitions[partition];
  if (ownership === undefined) {
    return {
      partitionId: partition,
      errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      errorMessage: `there is no partition ${topic}-${partition}`,
    };
  }
  const { owner } = ownership;
  if (snapshot.brokers.has(owner)) {
    return {
      partitionId: partition,
      errorCode: ErrorCode.ELECTION_NOT_NEEDED,
      errorMessage: `broker ${owner} owns the partition and is up`,
    };
  }
  return {
    partitionId: partition,
    errorCode:
      electionType === PREFERRED ? ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE : ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE,
    errorMessage: `the one copy is on broker ${owner}, which is not up: start it`,
  };
}

function failed(
  { topicPartitions }: ElectLeadersRequest,
  errorCode: number,
  errorMessage: string | null,
): ElectLeadersResponse {
  const resultsOf = ({ topic, partitions }: Asked) => ({
    topic,
    partitionResult: partitions.map((partitionId) => ({ partitionId, errorCode, errorMessage })),
  });
  return createElectLeadersResponse({ errorCode, replicaElectionResults: (topicPartitions ?? []).map(resultsOf) });
}
