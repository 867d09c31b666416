import type { GroupRequestContext } from '@millrace/coordinator';
import type { RequestContext } from './handler.ts';

/** How an IPv4 address looks on a socket that also takes IPv6. */
const MAPPED_IPV4_PREFIX = '::ffff:';

/** Who sends a group request, as the coordinator notes it of members. */
export function groupRequestContext({ apiVersion, clientId, connection }: RequestContext): GroupRequestContext {
  const address = connection.remoteAddress;
  const plain = address.startsWith(MAPPED_IPV4_PREFIX) ? address.slice(MAPPED_IPV4_PREFIX.length) : address;
  return { apiVersion, clientId: clientId ?? '', clientHost: `/${plain}` };
}
