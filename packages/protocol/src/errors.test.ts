import { errorByCode, isKnownErrorCode } from './errors.ts';
import { ERROR_TABLE, ErrorCode } from './generated/errors.ts';

describe('error table', () => {
  it('has each code and each name once', () => {
    expect(new Set(ERROR_TABLE.map(([code]) => code)).size).toBe(ERROR_TABLE.length);
    expect(Object.keys(ErrorCode)).toHaveLength(ERROR_TABLE.length);
  });

  it('says what a client should do', () => {
    expect(errorByCode(ErrorCode.NOT_LEADER_OR_FOLLOWER)).toEqual({
      code: 6,
      name: 'NOT_LEADER_OR_FOLLOWER',
      retriable: true,
      refreshMetadata: true,
    });
    expect(errorByCode(ErrorCode.TOPIC_AUTHORIZATION_FAILED).retriable).toBe(false);
    expect(errorByCode(0).name).toBe('NONE');
  });

  it('takes an unknown code for an unknown server error', () => {
    expect(errorByCode(31_000).name).toBe('UNKNOWN_SERVER_ERROR');
    expect(isKnownErrorCode(31_000)).toBe(false);
    expect(isKnownErrorCode(-1)).toBe(true);
  });
});
