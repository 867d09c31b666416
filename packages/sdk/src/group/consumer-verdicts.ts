/** What each error code of ConsumerGroupHeartbeat (KIP-848) means for a member. */
import { ErrorCode } from '@millrace/protocol';

/**
 * - `ok`; `again`: wait a moment and repeat; `moved`: the same at another broker;
 * - `fenced`: the group goes on without this member, which has lost what it held and joins anew;
 * - `instanceTaken`: the predecessor of a static member has not been given up yet;
 * - `patternRefused`: the broker cannot read the pattern;
 * - `notOffered`: this group or cluster does not speak the protocol;
 * - `fatal`: no retry helps.
 */
export type ConsumerVerdict =
  'ok' | 'again' | 'moved' | 'fenced' | 'instanceTaken' | 'patternRefused' | 'notOffered' | 'fatal';

const VERDICTS: ReadonlyMap<number, ConsumerVerdict> = new Map<number, ConsumerVerdict>([
  [ErrorCode.NONE, 'ok'],
  [ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, 'again'],
  [ErrorCode.REQUEST_TIMED_OUT, 'again'],
  [ErrorCode.COORDINATOR_NOT_AVAILABLE, 'moved'],
  [ErrorCode.NOT_COORDINATOR, 'moved'],
  [ErrorCode.UNKNOWN_MEMBER_ID, 'fenced'],
  [ErrorCode.FENCED_MEMBER_EPOCH, 'fenced'],
  [ErrorCode.STALE_MEMBER_EPOCH, 'fenced'],
  [ErrorCode.UNRELEASED_INSTANCE_ID, 'instanceTaken'],
  [ErrorCode.INVALID_REGULAR_EXPRESSION, 'patternRefused'],
  [ErrorCode.GROUP_ID_NOT_FOUND, 'notOffered'],
  [ErrorCode.UNSUPPORTED_VERSION, 'notOffered'],
]);

/** Codes that are not in the table are fatal. */
export function consumerVerdict(errorCode: number): ConsumerVerdict {
  return VERDICTS.get(errorCode) ?? 'fatal';
}
