// Generated from schemas/*.kschema by tools/protocol-codegen. Do not edit; run "nx run protocol:generate".
// For tools and tests that treat all messages alike. Importing this loads every codec: handlers import theirs directly.
import type { MessageCodec } from '../wire/codec.ts';
import { produceRequest, produceResponse } from './00-produce.ts';
import { fetchRequest, fetchResponse } from './01-fetch.ts';
import { listOffsetsRequest, listOffsetsResponse } from './02-list-offsets.ts';
import { metadataRequest, metadataResponse } from './03-metadata.ts';
import { offsetCommitRequest, offsetCommitResponse } from './08-offset-commit.ts';
import { offsetFetchRequest, offsetFetchResponse } from './09-offset-fetch.ts';
import { findCoordinatorRequest, findCoordinatorResponse } from './10-find-coordinator.ts';
import { joinGroupRequest, joinGroupResponse } from './11-join-group.ts';
import { heartbeatRequest, heartbeatResponse } from './12-heartbeat.ts';
import { leaveGroupRequest, leaveGroupResponse } from './13-leave-group.ts';
import { syncGroupRequest, syncGroupResponse } from './14-sync-group.ts';
import { describeGroupsRequest, describeGroupsResponse } from './15-describe-groups.ts';
import { listGroupsRequest, listGroupsResponse } from './16-list-groups.ts';
import { saslHandshakeRequest, saslHandshakeResponse } from './17-sasl-handshake.ts';
import { apiVersionsRequest, apiVersionsResponse } from './18-api-versions.ts';
import { createTopicsRequest, createTopicsResponse } from './19-create-topics.ts';
import { deleteTopicsRequest, deleteTopicsResponse } from './20-delete-topics.ts';
import { deleteRecordsRequest, deleteRecordsResponse } from './21-delete-records.ts';
import { initProducerIdRequest, initProducerIdResponse } from './22-init-producer-id.ts';
import { offsetForLeaderEpochRequest, offsetForLeaderEpochResponse } from './23-offset-for-leader-epoch.ts';
import { addPartitionsToTxnRequest, addPartitionsToTxnResponse } from './24-add-partitions-to-txn.ts';
import { addOffsetsToTxnRequest, addOffsetsToTxnResponse } from './25-add-offsets-to-txn.ts';
import { endTxnRequest, endTxnResponse } from './26-end-txn.ts';
import { writeTxnMarkersRequest, writeTxnMarkersResponse } from './27-write-txn-markers.ts';
import { txnOffsetCommitRequest, txnOffsetCommitResponse } from './28-txn-offset-commit.ts';
import { describeAclsRequest, describeAclsResponse } from './29-describe-acls.ts';
import { createAclsRequest, createAclsResponse } from './30-create-acls.ts';
import { deleteAclsRequest, deleteAclsResponse } from './31-delete-acls.ts';
import { describeConfigsRequest, describeConfigsResponse } from './32-describe-configs.ts';
import { alterConfigsRequest, alterConfigsResponse } from './33-alter-configs.ts';
import { alterReplicaLogDirsRequest, alterReplicaLogDirsResponse } from './34-alter-replica-log-dirs.ts';
import { describeLogDirsRequest, describeLogDirsResponse } from './35-describe-log-dirs.ts';
import { saslAuthenticateRequest, saslAuthenticateResponse } from './36-sasl-authenticate.ts';
import { createPartitionsRequest, createPartitionsResponse } from './37-create-partitions.ts';
import { createDelegationTokenRequest, createDelegationTokenResponse } from './38-create-delegation-token.ts';
import { renewDelegationTokenRequest, renewDelegationTokenResponse } from './39-renew-delegation-token.ts';
import { expireDelegationTokenRequest, expireDelegationTokenResponse } from './40-expire-delegation-token.ts';
import { describeDelegationTokenRequest, describeDelegationTokenResponse } from './41-describe-delegation-token.ts';
import { deleteGroupsRequest, deleteGroupsResponse } from './42-delete-groups.ts';
import { electLeadersRequest, electLeadersResponse } from './43-elect-leaders.ts';
import { incrementalAlterConfigsRequest, incrementalAlterConfigsResponse } from './44-incremental-alter-configs.ts';
import { alterPartitionReassignmentsRequest, alterPartitionReassignmentsResponse } from './45-alter-partition-reassignments.ts';
import { listPartitionReassignmentsRequest, listPartitionReassignmentsResponse } from './46-list-partition-reassignments.ts';
import { offsetDeleteRequest, offsetDeleteResponse } from './47-offset-delete.ts';
import { describeClientQuotasRequest, describeClientQuotasResponse } from './48-describe-client-quotas.ts';
import { alterClientQuotasRequest, alterClientQuotasResponse } from './49-alter-client-quotas.ts';
import { describeUserScramCredentialsRequest, describeUserScramCredentialsResponse } from './50-describe-user-scram-credentials.ts';
import { alterUserScramCredentialsRequest, alterUserScramCredentialsResponse } from './51-alter-user-scram-credentials.ts';
import { describeQuorumRequest, describeQuorumResponse } from './55-describe-quorum.ts';
import { updateFeaturesRequest, updateFeaturesResponse } from './57-update-features.ts';
import { describeClusterRequest, describeClusterResponse } from './60-describe-cluster.ts';
import { describeProducersRequest, describeProducersResponse } from './61-describe-producers.ts';
import { unregisterBrokerRequest, unregisterBrokerResponse } from './64-unregister-broker.ts';
import { describeTransactionsRequest, describeTransactionsResponse } from './65-describe-transactions.ts';
import { listTransactionsRequest, listTransactionsResponse } from './66-list-transactions.ts';
import { consumerGroupHeartbeatRequest, consumerGroupHeartbeatResponse } from './68-consumer-group-heartbeat.ts';
import { consumerGroupDescribeRequest, consumerGroupDescribeResponse } from './69-consumer-group-describe.ts';
import { getTelemetrySubscriptionsRequest, getTelemetrySubscriptionsResponse } from './71-get-telemetry-subscriptions.ts';
import { pushTelemetryRequest, pushTelemetryResponse } from './72-push-telemetry.ts';
import { listConfigResourcesRequest, listConfigResourcesResponse } from './74-list-config-resources.ts';
import { describeTopicPartitionsRequest, describeTopicPartitionsResponse } from './75-describe-topic-partitions.ts';
import { shareGroupHeartbeatRequest, shareGroupHeartbeatResponse } from './76-share-group-heartbeat.ts';
import { shareGroupDescribeRequest, shareGroupDescribeResponse } from './77-share-group-describe.ts';
import { shareFetchRequest, shareFetchResponse } from './78-share-fetch.ts';
import { shareAcknowledgeRequest, shareAcknowledgeResponse } from './79-share-acknowledge.ts';
import { addRaftVoterRequest, addRaftVoterResponse } from './80-add-raft-voter.ts';
import { removeRaftVoterRequest, removeRaftVoterResponse } from './81-remove-raft-voter.ts';
import { initializeShareGroupStateRequest, initializeShareGroupStateResponse } from './83-initialize-share-group-state.ts';
import { readShareGroupStateRequest, readShareGroupStateResponse } from './84-read-share-group-state.ts';
import { writeShareGroupStateRequest, writeShareGroupStateResponse } from './85-write-share-group-state.ts';
import { deleteShareGroupStateRequest, deleteShareGroupStateResponse } from './86-delete-share-group-state.ts';
import { readShareGroupStateSummaryRequest, readShareGroupStateSummaryResponse } from './87-read-share-group-state-summary.ts';
import { streamsGroupHeartbeatRequest, streamsGroupHeartbeatResponse } from './88-streams-group-heartbeat.ts';
import { streamsGroupDescribeRequest, streamsGroupDescribeResponse } from './89-streams-group-describe.ts';
import { describeShareGroupOffsetsRequest, describeShareGroupOffsetsResponse } from './90-describe-share-group-offsets.ts';
import { alterShareGroupOffsetsRequest, alterShareGroupOffsetsResponse } from './91-alter-share-group-offsets.ts';
import { deleteShareGroupOffsetsRequest, deleteShareGroupOffsetsResponse } from './92-delete-share-group-offsets.ts';
import { streamsGroupTopologyDescriptionUpdateRequest, streamsGroupTopologyDescriptionUpdateResponse } from './93-streams-group-topology-description-update.ts';
import { unregisterControllerRequest, unregisterControllerResponse } from './94-unregister-controller.ts';
import { endTxnMarker } from './control-end-txn-marker.ts';
import { kRaftVersionRecord } from './control-kraft-version-record.ts';
import { leaderChangeMessage } from './control-leader-change-message.ts';
import { controlRecordTypeSchema } from './control-record-type.ts';
import { snapshotFooterRecord } from './control-snapshot-footer-record.ts';
import { snapshotHeaderRecord } from './control-snapshot-header-record.ts';
import { votersRecord } from './control-voters-record.ts';
import { abortedTxn } from './data-aborted-txn.ts';
import { consumerProtocolAssignment } from './data-consumer-protocol-assignment.ts';
import { consumerProtocolSubscription } from './data-consumer-protocol-subscription.ts';
import { defaultPrincipalData } from './data-default-principal.ts';
import { requestHeader } from './header-request.ts';
import { responseHeader } from './header-response.ts';

/** Every message, in the order of the schema files. */
export const MESSAGES: readonly MessageCodec<unknown>[] = [
  produceRequest,
  produceResponse,
  fetchRequest,
  fetchResponse,
  listOffsetsRequest,
  listOffsetsResponse,
  metadataRequest,
  metadataResponse,
  offsetCommitRequest,
  offsetCommitResponse,
  offsetFetchRequest,
  offsetFetchResponse,
  findCoordinatorRequest,
  findCoordinatorResponse,
  joinGroupRequest,
  joinGroupResponse,
  heartbeatRequest,
  heartbeatResponse,
  leaveGroupRequest,
  leaveGroupResponse,
  syncGroupRequest,
  syncGroupResponse,
  describeGroupsRequest,
  describeGroupsResponse,
  listGroupsRequest,
  listGroupsResponse,
  saslHandshakeRequest,
  saslHandshakeResponse,
  apiVersionsRequest,
  apiVersionsResponse,
  createTopicsRequest,
  createTopicsResponse,
  deleteTopicsRequest,
  deleteTopicsResponse,
  deleteRecordsRequest,
  deleteRecordsResponse,
  initProducerIdRequest,
  initProducerIdResponse,
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
  addOffsetsToTxnRequest,
  addOffsetsToTxnResponse,
  endTxnRequest,
  endTxnResponse,
  writeTxnMarkersRequest,
  writeTxnMarkersResponse,
  txnOffsetCommitRequest,
  txnOffsetCommitResponse,
  describeAclsRequest,
  describeAclsResponse,
  createAclsRequest,
  createAclsResponse,
  deleteAclsRequest,
  deleteAclsResponse,
  describeConfigsRequest,
  describeConfigsResponse,
  alterConfigsRequest,
  alterConfigsResponse,
  alterReplicaLogDirsRequest,
  alterReplicaLogDirsResponse,
  describeLogDirsRequest,
  describeLogDirsResponse,
  saslAuthenticateRequest,
  saslAuthenticateResponse,
  createPartitionsRequest,
  createPartitionsResponse,
  createDelegationTokenRequest,
  createDelegationTokenResponse,
  renewDelegationTokenRequest,
  renewDelegationTokenResponse,
  expireDelegationTokenRequest,
  expireDelegationTokenResponse,
  describeDelegationTokenRequest,
  describeDelegationTokenResponse,
  deleteGroupsRequest,
  deleteGroupsResponse,
  electLeadersRequest,
  electLeadersResponse,
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
  offsetDeleteRequest,
  offsetDeleteResponse,
  describeClientQuotasRequest,
  describeClientQuotasResponse,
  alterClientQuotasRequest,
  alterClientQuotasResponse,
  describeUserScramCredentialsRequest,
  describeUserScramCredentialsResponse,
  alterUserScramCredentialsRequest,
  alterUserScramCredentialsResponse,
  describeQuorumRequest,
  describeQuorumResponse,
  updateFeaturesRequest,
  updateFeaturesResponse,
  describeClusterRequest,
  describeClusterResponse,
  describeProducersRequest,
  describeProducersResponse,
  unregisterBrokerRequest,
  unregisterBrokerResponse,
  describeTransactionsRequest,
  describeTransactionsResponse,
  listTransactionsRequest,
  listTransactionsResponse,
  consumerGroupHeartbeatRequest,
  consumerGroupHeartbeatResponse,
  consumerGroupDescribeRequest,
  consumerGroupDescribeResponse,
  getTelemetrySubscriptionsRequest,
  getTelemetrySubscriptionsResponse,
  pushTelemetryRequest,
  pushTelemetryResponse,
  listConfigResourcesRequest,
  listConfigResourcesResponse,
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
  shareGroupHeartbeatRequest,
  shareGroupHeartbeatResponse,
  shareGroupDescribeRequest,
  shareGroupDescribeResponse,
  shareFetchRequest,
  shareFetchResponse,
  shareAcknowledgeRequest,
  shareAcknowledgeResponse,
  addRaftVoterRequest,
  addRaftVoterResponse,
  removeRaftVoterRequest,
  removeRaftVoterResponse,
  initializeShareGroupStateRequest,
  initializeShareGroupStateResponse,
  readShareGroupStateRequest,
  readShareGroupStateResponse,
  writeShareGroupStateRequest,
  writeShareGroupStateResponse,
  deleteShareGroupStateRequest,
  deleteShareGroupStateResponse,
  readShareGroupStateSummaryRequest,
  readShareGroupStateSummaryResponse,
  streamsGroupHeartbeatRequest,
  streamsGroupHeartbeatResponse,
  streamsGroupDescribeRequest,
  streamsGroupDescribeResponse,
  describeShareGroupOffsetsRequest,
  describeShareGroupOffsetsResponse,
  alterShareGroupOffsetsRequest,
  alterShareGroupOffsetsResponse,
  deleteShareGroupOffsetsRequest,
  deleteShareGroupOffsetsResponse,
  streamsGroupTopologyDescriptionUpdateRequest,
  streamsGroupTopologyDescriptionUpdateResponse,
  unregisterControllerRequest,
  unregisterControllerResponse,
  endTxnMarker,
  kRaftVersionRecord,
  leaderChangeMessage,
  controlRecordTypeSchema,
  snapshotFooterRecord,
  snapshotHeaderRecord,
  votersRecord,
  abortedTxn,
  consumerProtocolAssignment,
  consumerProtocolSubscription,
  defaultPrincipalData,
  requestHeader,
  responseHeader,
];

export interface ApiCodecs {
  readonly request: MessageCodec<unknown>;
  readonly response: MessageCodec<unknown>;
}

/** Request and response codec of each API by its key. */
export const API_CODECS: ReadonlyMap<number, ApiCodecs> = new Map([
  [0, { request: produceRequest, response: produceResponse }],
  [1, { request: fetchRequest, response: fetchResponse }],
  [2, { request: listOffsetsRequest, response: listOffsetsResponse }],
  [3, { request: metadataRequest, response: metadataResponse }],
  [8, { request: offsetCommitRequest, response: offsetCommitResponse }],
  [9, { request: offsetFetchRequest, response: offsetFetchResponse }],
  [10, { request: findCoordinatorRequest, response: findCoordinatorResponse }],
  [11, { request: joinGroupRequest, response: joinGroupResponse }],
  [12, { request: heartbeatRequest, response: heartbeatResponse }],
  [13, { request: leaveGroupRequest, response: leaveGroupResponse }],
  [14, { request: syncGroupRequest, response: syncGroupResponse }],
  [15, { request: describeGroupsRequest, response: describeGroupsResponse }],
  [16, { request: listGroupsRequest, response: listGroupsResponse }],
  [17, { request: saslHandshakeRequest, response: saslHandshakeResponse }],
  [18, { request: apiVersionsRequest, response: apiVersionsResponse }],
  [19, { request: createTopicsRequest, response: createTopicsResponse }],
  [20, { request: deleteTopicsRequest, response: deleteTopicsResponse }],
  [21, { request: deleteRecordsRequest, response: deleteRecordsResponse }],
  [22, { request: initProducerIdRequest, response: initProducerIdResponse }],
  [23, { request: offsetForLeaderEpochRequest, response: offsetForLeaderEpochResponse }],
  [24, { request: addPartitionsToTxnRequest, response: addPartitionsToTxnResponse }],
  [25, { request: addOffsetsToTxnRequest, response: addOffsetsToTxnResponse }],
  [26, { request: endTxnRequest, response: endTxnResponse }],
  [27, { request: writeTxnMarkersRequest, response: writeTxnMarkersResponse }],
  [28, { request: txnOffsetCommitRequest, response: txnOffsetCommitResponse }],
  [29, { request: describeAclsRequest, response: describeAclsResponse }],
  [30, { request: createAclsRequest, response: createAclsResponse }],
  [31, { request: deleteAclsRequest, response: deleteAclsResponse }],
  [32, { request: describeConfigsRequest, response: describeConfigsResponse }],
  [33, { request: alterConfigsRequest, response: alterConfigsResponse }],
  [34, { request: alterReplicaLogDirsRequest, response: alterReplicaLogDirsResponse }],
  [35, { request: describeLogDirsRequest, response: describeLogDirsResponse }],
  [36, { request: saslAuthenticateRequest, response: saslAuthenticateResponse }],
  [37, { request: createPartitionsRequest, response: createPartitionsResponse }],
  [38, { request: createDelegationTokenRequest, response: createDelegationTokenResponse }],
  [39, { request: renewDelegationTokenRequest, response: renewDelegationTokenResponse }],
  [40, { request: expireDelegationTokenRequest, response: expireDelegationTokenResponse }],
  [41, { request: describeDelegationTokenRequest, response: describeDelegationTokenResponse }],
  [42, { request: deleteGroupsRequest, response: deleteGroupsResponse }],
  [43, { request: electLeadersRequest, response: electLeadersResponse }],
  [44, { request: incrementalAlterConfigsRequest, response: incrementalAlterConfigsResponse }],
  [45, { request: alterPartitionReassignmentsRequest, response: alterPartitionReassignmentsResponse }],
  [46, { request: listPartitionReassignmentsRequest, response: listPartitionReassignmentsResponse }],
  [47, { request: offsetDeleteRequest, response: offsetDeleteResponse }],
  [48, { request: describeClientQuotasRequest, response: describeClientQuotasResponse }],
  [49, { request: alterClientQuotasRequest, response: alterClientQuotasResponse }],
  [50, { request: describeUserScramCredentialsRequest, response: describeUserScramCredentialsResponse }],
  [51, { request: alterUserScramCredentialsRequest, response: alterUserScramCredentialsResponse }],
  [55, { request: describeQuorumRequest, response: describeQuorumResponse }],
  [57, { request: updateFeaturesRequest, response: updateFeaturesResponse }],
  [60, { request: describeClusterRequest, response: describeClusterResponse }],
  [61, { request: describeProducersRequest, response: describeProducersResponse }],
  [64, { request: unregisterBrokerRequest, response: unregisterBrokerResponse }],
  [65, { request: describeTransactionsRequest, response: describeTransactionsResponse }],
  [66, { request: listTransactionsRequest, response: listTransactionsResponse }],
  [68, { request: consumerGroupHeartbeatRequest, response: consumerGroupHeartbeatResponse }],
  [69, { request: consumerGroupDescribeRequest, response: consumerGroupDescribeResponse }],
  [71, { request: getTelemetrySubscriptionsRequest, response: getTelemetrySubscriptionsResponse }],
  [72, { request: pushTelemetryRequest, response: pushTelemetryResponse }],
  [74, { request: listConfigResourcesRequest, response: listConfigResourcesResponse }],
  [75, { request: describeTopicPartitionsRequest, response: describeTopicPartitionsResponse }],
  [76, { request: shareGroupHeartbeatRequest, response: shareGroupHeartbeatResponse }],
  [77, { request: shareGroupDescribeRequest, response: shareGroupDescribeResponse }],
  [78, { request: shareFetchRequest, response: shareFetchResponse }],
  [79, { request: shareAcknowledgeRequest, response: shareAcknowledgeResponse }],
  [80, { request: addRaftVoterRequest, response: addRaftVoterResponse }],
  [81, { request: removeRaftVoterRequest, response: removeRaftVoterResponse }],
  [83, { request: initializeShareGroupStateRequest, response: initializeShareGroupStateResponse }],
  [84, { request: readShareGroupStateRequest, response: readShareGroupStateResponse }],
  [85, { request: writeShareGroupStateRequest, response: writeShareGroupStateResponse }],
  [86, { request: deleteShareGroupStateRequest, response: deleteShareGroupStateResponse }],
  [87, { request: readShareGroupStateSummaryRequest, response: readShareGroupStateSummaryResponse }],
  [88, { request: streamsGroupHeartbeatRequest, response: streamsGroupHeartbeatResponse }],
  [89, { request: streamsGroupDescribeRequest, response: streamsGroupDescribeResponse }],
  [90, { request: describeShareGroupOffsetsRequest, response: describeShareGroupOffsetsResponse }],
  [91, { request: alterShareGroupOffsetsRequest, response: alterShareGroupOffsetsResponse }],
  [92, { request: deleteShareGroupOffsetsRequest, response: deleteShareGroupOffsetsResponse }],
  [93, { request: streamsGroupTopologyDescriptionUpdateRequest, response: streamsGroupTopologyDescriptionUpdateResponse }],
  [94, { request: unregisterControllerRequest, response: unregisterControllerResponse }],
]);
