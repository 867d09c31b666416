/**
 * ListPartitionReassignments 0: partitions on their way to other brokers.
 *
 * Data does not move here when an owner changes, so there is never one on its way: the list is empty, for known and unknown partitions
 * alike, as in Apache Kafka while nothing moves. Pinned by test/configs.itest.ts.
 */
import {
  createListPartitionReassignmentsResponse,
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
  type ListPartitionReassignmentsRequest,
  type ListPartitionReassignmentsResponse,
} from '@millrace/protocol/messages/46-list-partition-reassignments';
import { defineHandler } from './handler.ts';

export const listPartitionReassignmentsHandler = defineHandler<
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse
>({
  request: listPartitionReassignmentsRequest,
  response: listPartitionReassignmentsResponse,
  minVersion: 0,
  maxVersion: 0,
  handle: () => createListPartitionReassignmentsResponse({ errorMessage: null }),
  failure: (_request, errorCode) => createListPartitionReassignmentsResponse({ errorCode, errorMessage: null }),
});
