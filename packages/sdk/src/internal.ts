/** For the packages of this repository that take part in groups in ways of their own (Connect workers); not a public interface. */
export { Cluster } from './cluster/cluster.ts';
export { backoffMs, delay } from './cluster/retry.ts';
export { asFatal, brokerError } from './error.ts';
export { classicVerdict, remedyFor, type ClassicVerdict } from './group/classic-verdicts.ts';
export { HEARTBEAT, JOIN_GROUP, LEAVE_GROUP, SYNC_GROUP } from './group/group-apis.ts';
export { GroupClient } from './group/group-client.ts';
export type { GroupCluster, GroupLane } from './group/group-cluster.ts';
export { asKafkaError, passing } from './group/group-errors.ts';
export { SessionLease } from './group/session-lease.ts';
export { within } from './group/within.ts';
export { systemRuntime, type ClientRuntime } from './runtime.ts';
