/**
 * DescribeTransactions 0: state, producer and partitions of transactions by transactional id.
 *
 * Pinned by test/transactions-admin.itest.ts and the tests of @millrace/coordinator.
 */
import { describeTransactionsFailure } from '@millrace/coordinator';
import {
  describeTransactionsRequest,
  describeTransactionsResponse,
  type DescribeTransactionsRequest,
  type DescribeTransactionsResponse,
} from '@millrace/protocol/messages/65-describe-transactions';
import { groupRequestContext } from './group-request-context.ts';
import { defineHandler } from './handler.ts';

export const describeTransactionsHandler = defineHandler<DescribeTransactionsRequest, DescribeTransactionsResponse>({
  request: describeTransactionsRequest,
  response: describeTransactionsResponse,
  minVersion: 0,
  maxVersion: 0,
  handle: (context, request) =>
    context.services.transactions.describeTransactions(groupRequestContext(context), request),
  failure: describeTransactionsFailure,
});
