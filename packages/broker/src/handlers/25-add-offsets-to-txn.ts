/**
 * AddOffsetsToTxn 0–4: makes the offsets of a group part of a transaction before they are committed in it.
 *
 * v2+: PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH. v4+: TRANSACTION_ABORTABLE exists. Clients that speak TxnOffsetCommit 5 need
 * none of it. Pinned by test/transactions.itest.ts and the tests of @millrace/coordinator.
 */
import { addOffsetsFailure } from '@millrace/coordinator';
import {
  addOffsetsToTxnRequest,
  addOffsetsToTxnResponse,
  type AddOffsetsToTxnRequest,
  type AddOffsetsToTxnResponse,
} from '@millrace/protocol/messages/25-add-offsets-to-txn';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const addOffsetsToTxnHandler = defineHandler<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>({
  request: addOffsetsToTxnRequest,
  response: addOffsetsToTxnResponse,
  minVersion: 0,
  maxVersion: 4,
  handle: (context, request) => context.services.transactions.addOffsets(groupRequestContext(context), request),
  failure: (_request, errorCode, version) => addOffsetsFailure(errorCode, version),
});
