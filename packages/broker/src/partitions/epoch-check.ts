import { ErrorCode } from '@millrace/protocol';

/** 0, or the error for a client whose idea of the leader epoch is not the log's; −1 = the client does not say. */
export function checkLeaderEpoch(leaderEpoch: number, clientEpoch: number): number {
  if (clientEpoch < 0 || clientEpoch === leaderEpoch) return ErrorCode.NONE;
  return clientEpoch < leaderEpoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH;
}
