import { MillraceError, messageOf } from './error.ts';

describe('MillraceError', () => {
  it('is recognised by its brand, not by its class', () => {
    const foreign = Object.assign(new Error('x'), { [Symbol.for('millrace.error')]: true });

    expect(MillraceError.is(new MillraceError('MILLRACE_TEST', 'cannot test'))).toBe(true);
    expect(MillraceError.is(foreign)).toBe(true);
    expect(MillraceError.is(new Error('x'))).toBe(false);
  });

  it('keeps its cause and is not retriable unless told so', () => {
    const cause = new Error('disk');

    const error = new MillraceError('MILLRACE_TEST', 'cannot test', { cause });

    expect(error.cause).toBe(cause);
    expect(error.retriable).toBe(false);
    expect(messageOf(error)).toBe('cannot test');
    expect(messageOf('text')).toBe('text');
  });
});
