/**
 * DescribeAcls 1–3: the rules of an authorizer, of which there is none: SECURITY_DISABLED, as any Apache Kafka broker without one answers.
 *
 * Served for web interfaces, which tell by this code that there are no ACLs to show; without the API some show an error instead.
 * v2+: flexible. v3: the resource type of users. Creating and deleting rules is not served. Pinned by admin-handlers.test.ts.
 */
import { ErrorCode } from '@millrace/protocol';
import {
  createDescribeAclsResponse,
  describeAclsRequest,
  describeAclsResponse,
  type DescribeAclsRequest,
  type DescribeAclsResponse,
} from '@millrace/protocol/messages/29-describe-acls';
import { defineHandler } from './handler.ts';

export const describeAclsHandler = defineHandler<DescribeAclsRequest, DescribeAclsResponse>({
  request: describeAclsRequest,
  response: describeAclsResponse,
  minVersion: 1,
  maxVersion: 3,
  handle: () => failed(ErrorCode.SECURITY_DISABLED, 'no authorizer is configured'),
  failure: (_request, errorCode) => failed(errorCode, null),
});

function failed(errorCode: number, errorMessage: string | null): DescribeAclsResponse {
  return createDescribeAclsResponse({ errorCode, errorMessage });
}
