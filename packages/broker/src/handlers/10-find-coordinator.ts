/**
 * FindCoordinator 0–6: which broker looks after a group.
 *
 * v1+: key type (0 group, 1 transaction, 2 share) and error message. v4+: many keys at once. v6+: share groups.
 * The internal topic is made on first use, and the answer waits for it.
 * Differs from Apache Kafka: transactions and share groups are refused until they exist here: transactions with
 * TRANSACTIONAL_ID_AUTHORIZATION_FAILED, on which every client gives up at once. Pinned by test/coordinators.itest.ts.
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
import { GROUP_TOPIC } from '../partitions/owned-partitions.ts';
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
  switch (keyType) {
    case GROUP:
      return findGroupCoordinator(context, key);
    case TRANSACTION:
      return failed(
        key,
        ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        'transactions are not supported by this broker yet; leave out transactional.id',
      );
    case SHARE:
      return failed(key, ErrorCode.INVALID_REQUEST, 'share groups are not supported by this broker yet');
    default:
      return failed(key, ErrorCode.INVALID_REQUEST, `there is no coordinator of type ${keyType}`);
  }
}

async function findGroupCoordinator({ services, connection }: RequestContext, groupId: string): Promise<Coordinator> {
  const { metaStore, topics, groups } = services;
  if (!metaStore.snapshot().topicsByName.has(GROUP_TOPIC)) {
    const made = await topics.ensureInternalTopic(GROUP_TOPIC);
    if (made.errorCode !== ErrorCode.NONE) {
      const reason = 'errorMessage' in made ? made.errorMessage : null;
      return failed(groupId, ErrorCode.COORDINATOR_NOT_AVAILABLE, reason);
    }
  }
  const snapshot = metaStore.snapshot();
  const topic = snapshot.topicsByName.get(GROUP_TOPIC);
  const owner = topic?.partitions[groups.partitionFor(groupId)]?.owner;
  const endpoint = owner === undefined ? undefined : endpointOf(snapshot, owner, connection.listenerName);
  if (endpoint === undefined) {
    return failed(groupId, ErrorCode.COORDINATOR_NOT_AVAILABLE, 'the coordinator of the group is not up');
  }
  const { nodeId, host, port } = endpoint;
  return { key: groupId, nodeId, host, port, errorCode: ErrorCode.NONE, errorMessage: null };
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
