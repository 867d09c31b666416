import { SeededRandom, type Clock } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createFetchRequest,
  createFetchRequestFetchPartition,
  type FetchRequest,
} from '@millrace/protocol/messages/01-fetch';
import { FetchSessions, type FetchScope } from './fetch-sessions.ts';

const IDS = 13;
const NAMES = 12;

function request(init: Partial<FetchRequest>, partitions: readonly number[] = []): FetchRequest {
  const topics =
    partitions.length === 0
      ? []
      : [
          {
            topic: 'topic',
            topicId: 'abcdefghijklmnopqrstuA',
            partitions: partitions.map((partition) => createFetchRequestFetchPartition({ partition })),
          },
        ];
  return createFetchRequest({ topics, ...init });
}

describe('FetchSessions', () => {
  let nowMs: number;
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };

  beforeEach(() => {
    nowMs = 1_000_000;
  });

  const create = (slots = 10) => new FetchSessions(slots, clock, new SeededRandom(1));
  const accepted = (scope: ReturnType<FetchSessions['scopeOf']>): FetchScope => {
    if (!('set' in scope)) throw new Error(`refused with ${scope.errorCode}`);
    return scope;
  };
  const open = (sessions: FetchSessions, partitions = [0]) =>
    accepted(sessions.scopeOf(request({ sessionEpoch: 0 }, partitions), IDS)).session;

  it('opens a session for epoch 0, even without partitions, and none for epoch −1', () => {
    const sessions = create();
    expect(open(sessions)?.id).toBeGreaterThan(0);
    expect(accepted(sessions.scopeOf(request({ sessionEpoch: -1 }, [0]), IDS)).session).toBeUndefined();
    expect(sessions.sessionCount).toBe(1);
    expect(open(sessions, [])).toBeDefined();
  });

  it('goes on with rising epochs and wraps from the largest to 1', () => {
    const sessions = create();
    const session = open(sessions);
    const sessionId = session?.id ?? 0;
    for (const sessionEpoch of [1, 2, 3]) {
      const scope = accepted(sessions.scopeOf(request({ sessionId, sessionEpoch }), IDS));
      expect(scope.isIncremental).toBe(true);
      expect(scope.session).toBe(session);
    }
    session!.epoch = 2_147_483_647;
    accepted(sessions.scopeOf(request({ sessionId, sessionEpoch: 2_147_483_647 }), IDS));
    accepted(sessions.scopeOf(request({ sessionId, sessionEpoch: 1 }), IDS));
  });

  it('refuses unknown ids, wrong epochs and the other way of naming topics, and changes nothing', () => {
    const sessions = create();
    const sessionId = open(sessions)?.id ?? 0;
    const code = (init: Partial<FetchRequest>, version = IDS) =>
      sessions.scopeOf(request(init, [5]), version).errorCode;
    expect(code({ sessionId: sessionId + 1, sessionEpoch: 1 })).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
    expect(code({ sessionId, sessionEpoch: 2 })).toBe(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
    expect(code({ sessionId, sessionEpoch: 1 }, NAMES)).toBe(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR);
    expect(sessions.targetCount).toBe(1);
    expect(code({ sessionId, sessionEpoch: 1 })).toBe(0);
  });

  it('adds and forgets partitions', () => {
    const sessions = create();
    const sessionId = open(sessions, [0, 1, 2])?.id ?? 0;
    const forgottenTopicsData = [{ topic: '', topicId: 'abcdefghijklmnopqrstuA', partitions: [0, 1] }];
    const scope = accepted(sessions.scopeOf(request({ sessionId, sessionEpoch: 1, forgottenTopicsData }, [7]), IDS));
    expect(scope.set.news.map(({ partition }) => partition)).toEqual([2, 7]);
  });

  it('closes a session when its client starts over or says so', () => {
    const sessions = create();
    const first = open(sessions)?.id ?? 0;
    const second =
      accepted(sessions.scopeOf(request({ sessionId: first, sessionEpoch: 0 }, [0]), IDS)).session?.id ?? 0;
    expect(sessions.sessionCount).toBe(1);
    expect(sessions.scopeOf(request({ sessionId: first, sessionEpoch: 1 }), IDS).errorCode).toBe(
      ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
    );
    sessions.scopeOf(request({ sessionId: second, sessionEpoch: -1 }, [0]), IDS);
    expect(sessions.sessionCount).toBe(0);
  });

  it('declines newcomers while all slots are in use, and evicts what was quiet for two minutes', () => {
    const sessions = create(2);
    const [first, second] = [open(sessions)?.id ?? 0, open(sessions)?.id ?? 0];
    expect(open(sessions)).toBeUndefined();

    nowMs += 119_000;
    accepted(sessions.scopeOf(request({ sessionId: first, sessionEpoch: 1 }), IDS));
    expect(open(sessions)).toBeUndefined();

    nowMs += 2_000;
    expect(open(sessions)).toBeDefined();
    expect(sessions.scopeOf(request({ sessionId: second, sessionEpoch: 1 }), IDS).errorCode).toBe(
      ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
    );
    accepted(sessions.scopeOf(request({ sessionId: first, sessionEpoch: 2 }), IDS));
  });

  it('bounds the partitions of all sessions together', () => {
    const sessions = create();
    const many = Array.from({ length: 260_000 }, (_, partition) => partition);
    expect(open(sessions, many)).toBeDefined();
    expect(open(sessions, many)).toBeUndefined();
  });

  it('has no sessions without slots', () => {
    expect(open(create(0))).toBeUndefined();
  });
});
