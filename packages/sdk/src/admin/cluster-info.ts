/** The cluster itself: brokers, features, versions of APIs, log directories, replicas that move. */
import { apiByKey, ErrorCode } from '@millrace/protocol';
import {
  apiVersionsRequest,
  apiVersionsResponse,
  createApiVersionsRequest,
  type ApiVersionsResponse,
} from '@millrace/protocol/messages/18-api-versions';
import {
  createDescribeLogDirsRequest,
  describeLogDirsRequest,
  describeLogDirsResponse,
  type DescribeLogDirsResponseDescribeLogDirsResult,
} from '@millrace/protocol/messages/35-describe-log-dirs';
import {
  createListPartitionReassignmentsRequest,
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
} from '@millrace/protocol/messages/46-list-partition-reassignments';
import {
  createDescribeClusterRequest,
  describeClusterRequest,
  describeClusterResponse,
} from '@millrace/protocol/messages/60-describe-cluster';
import { brokerError, KafkaError } from '../error.ts';
import type { TopicPartition } from '../topic-partition.ts';
import { operationsOf, type AclOperation } from './acl-operation.ts';
import type { AdminCall, CallOptions, NodeRef } from './admin-call.ts';
import { brokerIds, byTopic, knownBroker } from './node-refs.ts';
import type { Outcome } from './outcome.ts';
import { forEachItem, outcomesOf, type Verdict } from './per-item.ts';

export interface DescribeClusterOptions extends CallOptions {
  /** Also brokers that are registered and fenced (KIP-1073). Default false. */
  readonly fencedBrokers?: boolean;
  /** Also tell what this client may do with the cluster. Default false. */
  readonly authorizedOperations?: boolean;
}

export interface BrokerDescription {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  readonly isFenced: boolean;
}

export interface ClusterDescription {
  readonly clusterId: string;
  /** −1 when unknown. A cluster without a controller among its brokers names any of them. */
  readonly controllerId: number;
  readonly brokers: readonly BrokerDescription[];
  readonly authorizedOperations?: readonly AclOperation[];
}

export interface FeatureDescription {
  readonly name: string;
  /** Level that the cluster runs; undefined when it is switched off. */
  readonly finalizedLevel: number | undefined;
  /** Levels that the asked broker could run. */
  readonly supportedMin: number;
  readonly supportedMax: number;
}

export interface ApiVersionRange {
  readonly apiKey: number;
  /** As Kafka names it, `Produce`; undefined for an API that this client does not know. */
  readonly name: string | undefined;
  readonly minVersion: number;
  readonly maxVersion: number;
}

export interface NodeOptions extends CallOptions {
  /** Default: any. */
  readonly nodeId?: number;
}

export interface LogDirOptions extends CallOptions {
  /** Default: every broker. */
  readonly nodeIds?: readonly number[];
  /** Default: every partition. */
  readonly partitions?: readonly TopicPartition[];
}

export interface ReplicaOnDisk extends TopicPartition {
  readonly sizeBytes: number;
  /** Offsets that it is behind: the high watermark for the current copy, the current copy for a future one. */
  readonly lagRecords: number;
  /** It takes the current copy's place when it has caught up. */
  readonly isFuture: boolean;
}

export interface LogDir {
  readonly path: string;
  /** Set when the directory is offline or cannot be read. */
  readonly error?: KafkaError;
  readonly replicas: readonly ReplicaOnDisk[];
  /** Size of the volume; undefined when the broker does not tell. */
  readonly totalBytes: number | undefined;
  readonly usableBytes: number | undefined;
}

export interface PartitionReassignment extends TopicPartition {
  readonly replicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
}

export interface ReassignmentOptions extends CallOptions {
  /** Default: every partition. */
  readonly partitions?: readonly TopicPartition[];
}

const CLIENT_SOFTWARE_NAME = 'millrace-sdk';
const CLIENT_SOFTWARE_VERSION = '0.1.0';
const BROKERS_ENDPOINT = 1;
const FENCED_BROKERS_VERSION = 2;

export async function describeCluster(
  call: AdminCall,
  { fencedBrokers = false, authorizedOperations = false }: DescribeClusterOptions,
): Promise<ClusterDescription> {
  const what = 'describing the cluster';
  return call.once(what, 'any', async (target) => {
    const response = await target.send(
      { request: describeClusterRequest, response: describeClusterResponse },
      (version) => {
        if (fencedBrokers && version < FENCED_BROKERS_VERSION) {
          throw new KafkaError(
            'MILLRACE_CLIENT_UNSUPPORTED_API',
            `${what}: this cluster does not tell of fenced brokers`,
          );
        }
        return createDescribeClusterRequest({
          includeClusterAuthorizedOperations: authorizedOperations,
          endpointType: BROKERS_ENDPOINT,
          includeFencedBrokers: fencedBrokers,
        });
      },
    );
    if (response.errorCode !== ErrorCode.NONE) throw brokerError(what, response.errorCode, response.errorMessage);
    const operations = operationsOf(response.clusterAuthorizedOperations);
    return {
      clusterId: response.clusterId,
      controllerId: response.controllerId,
      brokers: response.brokers.map(({ brokerId, host, port, rack, isFenced }) => ({
        nodeId: brokerId,
        host,
        port,
        rack,
        isFenced,
      })),
      ...(operations === undefined ? {} : { authorizedOperations: operations }),
    };
  });
}

export async function describeFeatures(call: AdminCall, options: NodeOptions): Promise<FeatureDescription[]> {
  const { supportedFeatures, finalizedFeatures } = await fetchVersions(call, 'describing features', options);
  const finalized = new Map(finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]));
  return supportedFeatures.map(({ name, minVersion, maxVersion }) => ({
    name,
    finalizedLevel: finalized.get(name),
    supportedMin: minVersion,
    supportedMax: maxVersion,
  }));
}

export async function describeApiVersions(call: AdminCall, options: NodeOptions): Promise<ApiVersionRange[]> {
  const { apiKeys } = await fetchVersions(call, 'describing versions', options);
  return apiKeys
    .map(({ apiKey, minVersion, maxVersion }) => ({ apiKey, name: apiByKey(apiKey)?.name, minVersion, maxVersion }))
    .sort((a, b) => a.apiKey - b.apiKey);
}

async function fetchVersions(call: AdminCall, what: string, { nodeId }: NodeOptions): Promise<ApiVersionsResponse> {
  const node: NodeRef = nodeId === undefined ? 'any' : await knownBroker(call, nodeId);
  return call.once(what, node, async (target) => {
    const request = createApiVersionsRequest({
      clientSoftwareName: CLIENT_SOFTWARE_NAME,
      clientSoftwareVersion: CLIENT_SOFTWARE_VERSION,
    });
    const response = await target.send({ request: apiVersionsRequest, response: apiVersionsResponse }, request, 4);
    if (response.errorCode !== ErrorCode.NONE) throw brokerError(what, response.errorCode);
    return response;
  });
}

export async function describeLogDirs(
  call: AdminCall,
  { nodeIds, partitions }: LogDirOptions,
): Promise<Outcome<{ readonly nodeId: number }, { readonly dirs: readonly LogDir[] }>[]> {
  const nodes = nodeIds ?? (await brokerIds(call));
  const what = 'describing log directories';
  const topics =
    partitions === undefined
      ? null
      : [...byTopic(partitions)].map(([topic, items]) => ({
          topic,
          partitions: items.map(({ partition }) => partition),
        }));
  const verdicts = await forEachItem(call, nodes, {
    what,
    locate: (nodeId) => knownBroker(call, nodeId),
    ask: async (target, asked) => {
      const response = await target.send(
        { request: describeLogDirsRequest, response: describeLogDirsResponse },
        createDescribeLogDirsRequest({ topics }),
      );
      const { errorCode } = response;
      return asked.map((nodeId): Verdict<{ readonly dirs: readonly LogDir[] }> =>
        errorCode === ErrorCode.NONE
          ? { value: { dirs: response.results.map(logDirOf) } }
          : { error: brokerError(`${what} of broker ${String(nodeId)}`, errorCode) },
      );
    },
  });
  return outcomesOf(nodes, verdicts, (nodeId) => ({ nodeId }));
}

export async function listPartitionReassignments(
  call: AdminCall,
  { partitions }: ReassignmentOptions,
): Promise<PartitionReassignment[]> {
  const what = 'listing reassignments of partitions';
  return call.once(what, 'controller', async (target) => {
    const topics =
      partitions === undefined
        ? null
        : [...byTopic(partitions)].map(([name, items]) => ({
            name,
            partitionIndexes: items.map(({ partition }) => partition),
          }));
    const response = await target.send(
      { request: listPartitionReassignmentsRequest, response: listPartitionReassignmentsResponse },
      createListPartitionReassignmentsRequest({ timeoutMs: call.brokerWaitMs, topics }),
    );
    if (response.errorCode !== ErrorCode.NONE) throw brokerError(what, response.errorCode, response.errorMessage);
    return response.topics.flatMap(({ name, partitions: moving }) =>
      moving.map(({ partitionIndex, replicas, addingReplicas, removingReplicas }) => ({
        topic: name,
        partition: partitionIndex,
        replicas,
        addingReplicas,
        removingReplicas,
      })),
    );
  });
}

function logDirOf(result: DescribeLogDirsResponseDescribeLogDirsResult): LogDir {
  const known = (bytes: bigint): number | undefined => (bytes < 0n ? undefined : Number(bytes));
  return {
    path: result.logDir,
    ...(result.errorCode === ErrorCode.NONE
      ? {}
      : { error: brokerError(`reading log directory ${result.logDir}`, result.errorCode) }),
    replicas: result.topics.flatMap(({ name, partitions }) =>
      partitions.map((partition) => ({
        topic: name,
        partition: partition.partitionIndex,
        sizeBytes: Number(partition.partitionSize),
        lagRecords: Number(partition.offsetLag),
        isFuture: partition.isFutureKey,
      })),
    ),
    totalBytes: known(result.totalBytes),
    usableBytes: known(result.usableBytes),
  };
}
