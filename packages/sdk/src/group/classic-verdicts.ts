/** What each error code of the classic group protocol means for a member. One table, so that the calls agree. */
import { ErrorCode } from '@millrace/protocol';

/**
 * - `ok`; `memberIdGiven`: join again with the id that came along (KIP-394);
 * - `again`: wait a moment and repeat; `moved`: the same at another broker;
 * - `rejoin`: the group rebalances, take part;
 * - `generationOver`: the group went on without this member, which has lost what it held;
 * - `memberUnknown`: the same, and its member id means nothing any more;
 * - `fatal`: no retry helps.
 */
export type ClassicVerdict =
  'ok' | 'memberIdGiven' | 'again' | 'moved' | 'rejoin' | 'generationOver' | 'memberUnknown' | 'fatal';

const VERDICTS: ReadonlyMap<number, ClassicVerdict> = new Map<number, ClassicVerdict>([
  [ErrorCode.NONE, 'ok'],
  [ErrorCode.MEMBER_ID_REQUIRED, 'memberIdGiven'],
  [ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, 'again'],
  [ErrorCode.REQUEST_TIMED_OUT, 'again'],
  [ErrorCode.COORDINATOR_NOT_AVAILABLE, 'moved'],
  [ErrorCode.NOT_COORDINATOR, 'moved'],
  [ErrorCode.REBALANCE_IN_PROGRESS, 'rejoin'],
  [ErrorCode.ILLEGAL_GENERATION, 'generationOver'],
  [ErrorCode.UNKNOWN_MEMBER_ID, 'memberUnknown'],
  // The group was deleted or has expired; it is made anew by joining.
  [ErrorCode.GROUP_ID_NOT_FOUND, 'memberUnknown'],
]);

/** Codes that are neither in the table nor known to pass are fatal: authorization, a fenced instance, no common assignor. */
export function classicVerdict(errorCode: number): ClassicVerdict {
  return VERDICTS.get(errorCode) ?? 'fatal';
}

const REMEDIES: ReadonlyMap<number, string> = new Map([
  [
    ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    'the members know no common assignor: name in `assignors` one that all of them have, such as range',
  ],
  [
    ErrorCode.INVALID_SESSION_TIMEOUT,
    'set `sessionTimeoutMs` within group.min.session.timeout.ms and group.max.session.timeout.ms of the broker',
  ],
  [ErrorCode.GROUP_MAX_SIZE_REACHED, 'the group has as many members as the broker allows (group.max.size)'],
  [ErrorCode.FENCED_INSTANCE_ID, 'another member has come with the same `instanceId`: give each one of its own'],
  [ErrorCode.UNRELEASED_INSTANCE_ID, 'another member has this `instanceId`: stop it, or give each one of its own'],
  [ErrorCode.UNSUPPORTED_ASSIGNOR, 'the broker has no such `serverAssignor`; it usually has uniform and range'],
  [ErrorCode.INVALID_REGULAR_EXPRESSION, 'the broker does not understand the pattern'],
]);

/** What to do about a refusal, for the message. */
export function remedyFor(errorCode: number): string | undefined {
  return REMEDIES.get(errorCode);
}
