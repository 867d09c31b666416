/**
 * ListTransactions 0–2: the transactional ids that this broker coordinates.
 *
 * Filters by state and producer id. v1+: only transactions open for longer than so long. v2+: only ids that match a pattern.
 * Pinned by test/transactions-admin.itest.ts and the tests of @millrace/coordinator.
 */
import { listTransactionsFailure } from '@millrace/coordinator';
import {
  listTransactionsRequest,
  listTransactionsResponse,
  type ListTransactionsRequest,
  type ListTransactionsResponse,
} from '@millrace/protocol/messages/66-list-transactions';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const listTransactionsHandler = defineHandler<ListTransactionsRequest, ListTransactionsResponse>({
  request: listTransactionsRequest,
  response: listTransactionsResponse,
  minVersion: 0,
  maxVersion: 2,
  handle: (context, request) => context.services.transactions.listTransactions(groupRequestContext(context), request),
  failure: (_request, errorCode) => listTransactionsFailure(errorCode),
});
