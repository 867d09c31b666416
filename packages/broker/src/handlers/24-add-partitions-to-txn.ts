/**
 * AddPartitionsToTxn 0–5: makes partitions part of a transaction before they are written.
 *
 * v2+: PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH. v4+: many transactions at once, and asking only whether partitions are part of
 * one (TRANSACTION_ABORTABLE when not); meant for other brokers, but answered to everybody. Clients that speak Produce 12 need none of it.
 * Pinned by test/transactions.itest.ts and the tests of @millrace/coordinator.
 */
import { addPartitionsFailure } from '@millrace/coordinator';
import {
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
  type AddPartitionsToTxnRequest,
  type AddPartitionsToTxnResponse,
} from '@millrace/protocol/messages/24-add-partitions-to-txn';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const addPartitionsToTxnHandler = defineHandler<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>({
  request: addPartitionsToTxnRequest,
  response: addPartitionsToTxnResponse,
  minVersion: 0,
  maxVersion: 5,
  handle: (context, request) => context.services.transactions.addPartitions(groupRequestContext(context), request),
  failure: addPartitionsFailure,
});
