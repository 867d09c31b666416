/**
 * DescribeCluster 0–2: the brokers, as reached by the listener that the question came on, and who acts as controller.
 *
 * v1+: endpoint type; controllers (2) have no endpoints of their own here → MISMATCHED_ENDPOINT_TYPE, as on any Apache Kafka broker.
 * v2+: fenced brokers on request; a broker that is not up is not listed here, so none is ever fenced.
 * Pinned by test/configs.itest.ts.
 */
import { ErrorCode } from '@millrace/protocol';
import {
  createDescribeClusterResponse,
  describeClusterRequest,
  describeClusterResponse,
  type DescribeClusterRequest,
  type DescribeClusterResponse,
} from '@millrace/protocol/messages/60-describe-cluster';
import { controllerId, endpointsOf } from '../partitions/endpoints.ts';
import { CLUSTER_OPERATIONS, OPERATIONS_OMITTED } from '../partitions/partition-view.ts';
import { defineHandler } from './handler.ts';

const BROKER_ENDPOINTS = 1;
const CONTROLLER_ENDPOINTS = 2;

export const describeClusterHandler = defineHandler<DescribeClusterRequest, DescribeClusterResponse>({
  request: describeClusterRequest,
  response: describeClusterResponse,
  minVersion: 0,
  maxVersion: 2,
  handle({ services, connection }, request) {
    const { endpointType, includeClusterAuthorizedOperations } = request;
    if (endpointType === CONTROLLER_ENDPOINTS) {
      return failed(ErrorCode.MISMATCHED_ENDPOINT_TYPE, 'this is a broker: ask for endpoints of type 1');
    }
    if (endpointType !== BROKER_ENDPOINTS) {
      return failed(ErrorCode.UNSUPPORTED_ENDPOINT_TYPE, `endpoint type ${endpointType} does not exist`);
    }
    const snapshot = services.metaStore.snapshot();
    return createDescribeClusterResponse({
      endpointType,
      clusterId: snapshot.clusterId,
      controllerId: controllerId(snapshot),
      brokers: endpointsOf(snapshot, connection.listenerName).map(({ nodeId, host, port, rack }) => {
        return { brokerId: nodeId, host, port, rack, isFenced: false };
      }),
      clusterAuthorizedOperations: includeClusterAuthorizedOperations ? CLUSTER_OPERATIONS : OPERATIONS_OMITTED,
    });
  },
  failure: (_request, errorCode) => failed(errorCode, null),
});

function failed(errorCode: number, errorMessage: string | null): DescribeClusterResponse {
  return createDescribeClusterResponse({ errorCode, errorMessage });
}
