/**
 * EndTxn 0–5: commits or aborts a transaction.
 *
 * v2+: PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH. v4+: TRANSACTION_ABORTABLE exists. v5+: every end gives the producer its next
 * epoch (KIP-890), which the answer holds. The answer leaves when decision and markers are durable.
 * Pinned by test/transactions.itest.ts and the tests of @millrace/coordinator.
 */
import { endTxnFailure } from '@millrace/coordinator';
import {
  endTxnRequest,
  endTxnResponse,
  type EndTxnRequest,
  type EndTxnResponse,
} from '@millrace/protocol/messages/26-end-txn';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const endTxnHandler = defineHandler<EndTxnRequest, EndTxnResponse>({
  request: endTxnRequest,
  response: endTxnResponse,
  minVersion: 0,
  maxVersion: 5,
  handle: (context, request) => context.services.transactions.endTransaction(groupRequestContext(context), request),
  failure: (_request, errorCode, version) => endTxnFailure(errorCode, version),
});
