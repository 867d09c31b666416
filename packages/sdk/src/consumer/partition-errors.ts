import { ErrorCode } from '@millrace/protocol';

/** What follows from an error code that a broker answers for one partition. */
export type PartitionErrorAction =
  /** Ask again after a while. */
  | 'retry'
  /** Somebody else leads it, or nobody at the moment: look it up, then ask again. */
  | 'find-leader'
  /** The offset is not in the log (any more). */
  | 'out-of-range'
  /** Nothing here will help: the application has to hear of it. */
  | 'fail';

const ACTIONS: ReadonlyMap<number, PartitionErrorAction> = new Map<number, PartitionErrorAction>([
  [ErrorCode.OFFSET_OUT_OF_RANGE, 'out-of-range'],
  [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'find-leader'],
  [ErrorCode.LEADER_NOT_AVAILABLE, 'find-leader'],
  [ErrorCode.NOT_LEADER_OR_FOLLOWER, 'find-leader'],
  [ErrorCode.REPLICA_NOT_AVAILABLE, 'find-leader'],
  [ErrorCode.KAFKA_STORAGE_ERROR, 'find-leader'],
  [ErrorCode.FENCED_LEADER_EPOCH, 'find-leader'],
  [ErrorCode.UNKNOWN_LEADER_EPOCH, 'find-leader'],
  [ErrorCode.UNKNOWN_TOPIC_ID, 'find-leader'],
  [ErrorCode.INCONSISTENT_TOPIC_ID, 'find-leader'],
  [ErrorCode.TOPIC_AUTHORIZATION_FAILED, 'fail'],
  [ErrorCode.INVALID_TOPIC_EXCEPTION, 'fail'],
  [ErrorCode.UNSUPPORTED_VERSION, 'fail'],
  [ErrorCode.INVALID_REQUEST, 'fail'],
  [ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, 'fail'],
]);

/** Unknown codes are retried: a newer broker may say something passing in a new way, and explain() tells of it. */
export function actionOf(errorCode: number): PartitionErrorAction {
  return ACTIONS.get(errorCode) ?? 'retry';
}
