/**
 * FindCoordinator 0–6: which broker looks after a group or a transactional id.
 *
 * v1+: key type (0 group, 1 transaction, 2 share) and error message. v4+: many keys at once. v6+: share groups.
 * The internal topic is made on first use, and the answer waits for it.
 * Differs from Apache Kafka: share groups are refused until they exist here. Pinned by test/coordinators.itest.ts.
 */
import { ErrorCode } from '@millrace/protocol';
import {
  createFindCoordinatorResponse,
  findCoordinatorRequest,
  findCoordinatorResponse,
  type FindCoordinatorRequest,
  type FindCoordinatorResponse,
} from '@millrace/protocol/messages/10-find-coordinator';
import { endpointOf } from '../partitions/endpoints.ts';
import { GROUP_TOPIC, TRANSACTION_TOPIC } from '../partitions/topic-names.ts';
import { defineHandler, type RequestContext } from './handler.ts';

const GROUP = 0;
const TRANSACTION = 1;
const SHARE = 2;
const BATCHED_VERSION = 4;

type Coordinator = FindCoordinatorResponse['coordinators'][number];

export const findCoordinatorHandler = defineHandler<FindCoordinatorRequest, FindCoordinatorResponse>({
  request: findCoordinatorRequest,
  response: findCoordinatorResponse,
  minVersion: 0,
  maxVersion: 6,
  async handle(context, request) {
    const keys = context.apiVersion >= BATCHED_VERSION ? request.coordinatorKeys : [request.key];
    const coordinators: Coordinator[] = [];
    for (const key of keys) coordinators.push(await find(context, request.keyType, key));
    return respond(context.apiVersion, coordinators);
  },
  failure(request, errorCode, version) {
    const keys = version >= BATCHED_VERSION ? request.coordinatorKeys : [request.key];
    return respond(
      version,
      keys.map((key) => failed(key, errorCode, null)),
    );
  },
});

async function find(context: RequestContext, keyType: number, key: string): Promise<Coordinator> {
  const { groups, transactions } = context.services;
  switch (keyType) {
    case GROUP:
      return findOwner(context, GROUP_TOPIC, key, () => groups.partitionFor(key));
    case TRANSACTION:
      return findOwner(context, TRANSACTION_TOPIC, key, () => transactions.partitionFor(key));
    case SHARE:
      return failed(key, ErrorCode.INVALID_REQUEST, 'share groups are not supported by this broker yet');
    default:
      return failed(key, ErrorCode.INVALID_REQUEST, `there is no coordinator of type ${keyType}`);
  }
}

/** The owner of the internal partition that the key lives in. */
async function findOwner(
  { services, connection }: RequestContext,
  topicName: string,
  key: string,
  partitionOf: () => number,
): Promise<Coordinator> {
  const { metaStore, topics } = services;
  if (!metaStore.snapshot().topicsByName.has(topicName)) {
    const made = await topics.ensureInternalTopic(topicName);
    if (made.errorCode !== ErrorCode.NONE) {
      const reason = 'errorMessage' in made ? made.errorMessage : null;
      return failed(key, ErrorCode.COORDINATOR_NOT_AVAILABLE, reason);
    }
  }
  const snapshot = metaStore.snapshot();
  const owner = snapshot.topicsByName.get(topicName)?.partitions[partitionOf()]?.owner;
  const endpoint = owner === undefined ? undefined : endpointOf(snapshot, owner, connection.listenerName);
  if (endpoint === undefined) {
    return failed(key, ErrorCode.COORDINATOR_NOT_AVAILABLE, `the coordinator of "${key}" is not up`);
  }
  const { nodeId, host, port } = endpoint;
  return { key, nodeId, host, port, errorCode: ErrorCode.NONE, errorMessage: null };
}

function failed(key: string, errorCode: number, errorMessage: string | null): Coordinator {
  return { key, nodeId: -1, host: '', port: -1, errorCode, errorMessage };
}

function respond(version: number, coordinators: readonly Coordinator[]): FindCoordinatorResponse {
  if (version >= BATCHED_VERSION) return createFindCoordinatorResponse({ coordinators });
  const [only] = coordinators;
  if (only === undefined) return createFindCoordinatorResponse({ errorCode: ErrorCode.INVALID_REQUEST });
  const { nodeId, host, port, errorCode, errorMessage } = only;
  return createFindCoordinatorResponse({ nodeId, host, port, errorCode, errorMessage });
}
