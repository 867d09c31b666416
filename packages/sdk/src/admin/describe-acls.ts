/** Rules of access that the cluster's authorizer has (DescribeAcls, KIP-140, KIP-290). */
import { ErrorCode } from '@millrace/protocol';
import {
  createDescribeAclsRequest,
  describeAclsRequest,
  describeAclsResponse,
} from '@millrace/protocol/messages/29-describe-acls';
import { brokerError } from '../error.ts';
import { ACL_OPERATIONS, type AclOperation } from './acl-operation.ts';
import type { AdminCall, CallOptions } from './admin-call.ts';

/** By Kafka's code. */
const RESOURCE_TYPES = {
  2: 'topic',
  3: 'group',
  4: 'cluster',
  5: 'transactional-id',
  6: 'delegation-token',
  7: 'user',
} as const;
const PATTERN_TYPES = { 3: 'literal', 4: 'prefixed' } as const;
const PERMISSIONS = { 2: 'deny', 3: 'allow' } as const;
const ANY = 1;
/** Patterns that a resource of the given name is under, of whatever type. */
const MATCH = 2;

export type AclResourceType = (typeof RESOURCE_TYPES)[keyof typeof RESOURCE_TYPES];
export type AclPatternType = (typeof PATTERN_TYPES)[keyof typeof PATTERN_TYPES];
export type AclPermission = (typeof PERMISSIONS)[keyof typeof PERMISSIONS];

export const ACL_RESOURCE_TYPES: readonly AclResourceType[] = Object.values(RESOURCE_TYPES);
export const ACL_PATTERN_TYPES: readonly (AclPatternType | 'match')[] = [...Object.values(PATTERN_TYPES), 'match'];
export const ACL_PERMISSIONS: readonly AclPermission[] = Object.values(PERMISSIONS);

export interface DescribeAclsOptions extends CallOptions {
  /** Each of these default: any. */
  readonly resourceType?: AclResourceType;
  readonly resourceName?: string;
  /** `match`: every pattern, literal, prefixed or `*`, that covers `resourceName`. */
  readonly patternType?: AclPatternType | 'match';
  /** Such as `User:alice`. */
  readonly principal?: string;
  /** An address, or `*` for rules that are about every host. */
  readonly host?: string;
  readonly operation?: AclOperation;
  readonly permission?: AclPermission;
}

/** What a broker tells that this client does not know is `unknown`. */
export interface AclRule {
  readonly resourceType: AclResourceType | 'unknown';
  readonly resourceName: string;
  readonly patternType: AclPatternType | 'unknown';
  readonly principal: string;
  readonly host: string;
  readonly operation: AclOperation | 'unknown';
  readonly permission: AclPermission | 'unknown';
}

export async function describeAcls(call: AdminCall, options: DescribeAclsOptions): Promise<AclRule[]> {
  const what = 'describing rules of access';
  return call.once(what, 'any', async (target) => {
    const response = await target.send(
      { request: describeAclsRequest, response: describeAclsResponse },
      createDescribeAclsRequest({
        resourceTypeFilter: codeOf(RESOURCE_TYPES, options.resourceType),
        resourceNameFilter: options.resourceName ?? null,
        patternTypeFilter: options.patternType === 'match' ? MATCH : codeOf(PATTERN_TYPES, options.patternType),
        principalFilter: options.principal ?? null,
        hostFilter: options.host ?? null,
        operation: codeOf(ACL_OPERATIONS, options.operation),
        permissionType: codeOf(PERMISSIONS, options.permission),
      }),
    );
    if (response.errorCode !== ErrorCode.NONE) throw brokerError(what, response.errorCode, response.errorMessage);
    return response.resources.flatMap(({ resourceType, resourceName, patternType, acls }) =>
      acls.map(({ principal, host, operation, permissionType }) => ({
        resourceType: nameOf(RESOURCE_TYPES, resourceType),
        resourceName,
        patternType: nameOf(PATTERN_TYPES, patternType),
        principal,
        host,
        operation: nameOf(ACL_OPERATIONS, operation),
        permission: nameOf(PERMISSIONS, permissionType),
      })),
    );
  });
}

type Names = Readonly<Record<number, string>>;

function codeOf(names: Names, wanted: string | undefined): number {
  const found = Object.entries(names).find(([, name]) => name === wanted);
  return found === undefined ? ANY : Number(found[0]);
}

function nameOf<Known extends Names>(names: Known, code: number): Known[keyof Known] | 'unknown' {
  return (names as Names)[code] === undefined ? 'unknown' : names[code as keyof Known];
}
