import { MillraceError } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  abortable,
  AbortError,
  AuthError,
  brokerError,
  ClosedError,
  DecodeError,
  DeliveryError,
  FencedError,
  isRefusal,
  KafkaError,
  TimeoutError,
} from './error.ts';

describe('brokerError', () => {
  it("has Kafka's name, the broker's words and whether to try again", () => {
    const error = brokerError('creating topic "a"', ErrorCode.TOPIC_ALREADY_EXISTS, 'it is there');

    expect(error).toMatchObject({
      name: 'KafkaError',
      code: 'MILLRACE_CLIENT_BROKER_ERROR',
      kafkaCode: 'TOPIC_ALREADY_EXISTS',
      message: 'creating topic "a" failed with TOPIC_ALREADY_EXISTS: it is there',
      retriable: false,
      fatal: false,
      needsAbort: false,
      details: { errorCode: ErrorCode.TOPIC_ALREADY_EXISTS, errorName: 'TOPIC_ALREADY_EXISTS' },
    });
    expect(brokerError('x', ErrorCode.NOT_LEADER_OR_FOLLOWER, null).retriable).toBe(true);
  });

  it('does without words when the broker sent none', () => {
    expect(brokerError('x', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, '').message).toBe(
      'x failed with UNKNOWN_TOPIC_OR_PARTITION',
    );
  });

  it('says where', () => {
    const error = brokerError('producing', ErrorCode.MESSAGE_TOO_LARGE, null, { topic: 'orders', partition: 0 });

    expect(error.message).toBe('producing at orders[0] failed with MESSAGE_TOO_LARGE');
    expect(error.details).toMatchObject({ topic: 'orders', partition: 0 });
  });

  it.each([ErrorCode.PRODUCER_FENCED, ErrorCode.FENCED_INSTANCE_ID])(
    'takes %i for being fenced, which is fatal',
    (errorCode) => {
      const error = brokerError('x', errorCode);

      expect(error).toBeInstanceOf(FencedError);
      expect(error).toMatchObject({ code: 'MILLRACE_CLIENT_FENCED', fatal: true, retriable: false });
    },
  );

  it('tells what to do about a refusal on grounds of who asks', () => {
    const error = brokerError('reading', ErrorCode.TOPIC_AUTHORIZATION_FAILED, null, { topic: 'orders' });

    expect(error).toBeInstanceOf(AuthError);
    expect(error.message).toBe(
      'reading at orders failed with TOPIC_AUTHORIZATION_FAILED: grant this user the operation on the topic',
    );
  });

  it.each([ErrorCode.TRANSACTION_ABORTABLE, ErrorCode.INVALID_PRODUCER_EPOCH])(
    'says that the transaction has to be aborted after %i',
    (errorCode) => {
      expect(brokerError('x', errorCode)).toMatchObject({ needsAbort: true, fatal: false });
    },
  );

  it('takes a code that nobody knows for an unknown server error', () => {
    expect(brokerError('x', 9_999)).toMatchObject({
      kafkaCode: 'UNKNOWN_SERVER_ERROR',
      details: { errorCode: 9_999 },
    });
  });
});

describe('the error family', () => {
  it.each([
    [new FencedError('x'), 'FencedError', 'MILLRACE_CLIENT_FENCED'],
    [new TimeoutError('x'), 'TimeoutError', 'MILLRACE_CLIENT_TIMEOUT'],
    [new AuthError('x'), 'AuthError', 'MILLRACE_CLIENT_AUTH'],
    [new DecodeError('x'), 'DecodeError', 'MILLRACE_CLIENT_DECODE'],
    [new DeliveryError('x'), 'DeliveryError', 'MILLRACE_CLIENT_DELIVERY'],
    [new ClosedError(), 'ClosedError', 'MILLRACE_CLIENT_CLOSED'],
    [new AbortError('x', AbortSignal.abort()), 'AbortError', 'MILLRACE_CLIENT_ABORTED'],
  ])('%s is a KafkaError and a MillraceError', (error, name, code) => {
    expect(error).toMatchObject({ name, code });
    expect(KafkaError.is(error)).toBe(true);
    expect(MillraceError.is(error)).toBe(true);
  });

  it('knows its own', () => {
    expect(KafkaError.is(new MillraceError('MILLRACE_X', 'x'))).toBe(false);
    expect(KafkaError.is(new Error('x'))).toBe(false);
    expect(KafkaError.is(undefined)).toBe(false);
    expect(isRefusal(brokerError('x', ErrorCode.NOT_CONTROLLER), ErrorCode.NOT_CONTROLLER)).toBe(true);
    expect(isRefusal(new ClosedError(), ErrorCode.NOT_CONTROLLER)).toBe(false);
  });
});

describe('abortable', () => {
  it('is the promise while the signal is quiet', async () => {
    const { signal } = new AbortController();

    expect(await abortable('x', Promise.resolve(1), signal)).toBe(1);
    await expect(abortable('x', Promise.reject(new ClosedError()), signal)).rejects.toBeInstanceOf(ClosedError);
  });

  it('rejects with the reason as cause as soon as the signal is aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const waiting = abortable('waiting for rain', new Promise(() => undefined), controller.signal);

    controller.abort(reason);

    await expect(waiting).rejects.toMatchObject({
      name: 'AbortError',
      message: 'waiting for rain was aborted by its signal',
      cause: reason,
    });
    await expect(abortable('x', Promise.resolve(1), controller.signal)).rejects.toBeInstanceOf(AbortError);
  });
});
