import { ErrorCode } from '@millrace/protocol';
import { brokerError } from './client-error.ts';

describe('brokerError', () => {
  it("has Kafka's name, the broker's words and whether to try again", () => {
    const error = brokerError('creating topic "a"', ErrorCode.TOPIC_ALREADY_EXISTS, 'it is there');

    expect(error).toMatchObject({
      code: 'MILLRACE_CLIENT_BROKER_ERROR',
      message: 'creating topic "a" failed with TOPIC_ALREADY_EXISTS: it is there',
      retriable: false,
      details: { errorCode: ErrorCode.TOPIC_ALREADY_EXISTS, errorName: 'TOPIC_ALREADY_EXISTS' },
    });
    expect(brokerError('x', ErrorCode.NOT_LEADER_OR_FOLLOWER, null).retriable).toBe(true);
  });

  it('does without words when the broker sent none', () => {
    expect(brokerError('x', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, '').message).toBe(
      'x failed with UNKNOWN_TOPIC_OR_PARTITION',
    );
  });
});
