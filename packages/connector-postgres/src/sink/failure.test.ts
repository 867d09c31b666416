import { MillraceError } from '@millrace/base';

import { failureKind, rowError, sinkError } from './failure.ts';

function answer(code: string, message = 'no'): Error {
  return Object.assign(new Error(message), { code });
}

describe('failures of the database', () => {
  it.each([
    ['57P01', 'retriable'],
    ['40P01', 'retriable'],
    ['25006', 'retriable'],
    ['23505', 'row'],
    ['22P02', 'row'],
    ['42703', 'stale'],
    ['42501', 'fatal'],
    ['28P01', 'fatal'],
    ['XX000', 'fatal'],
    ['ECONNRESET', 'retriable'],
  ])('%s is %s', (code, kind) => {
    expect(failureKind(answer(code))).toBe(kind);
  });

  it('takes mistakes of the program for lasting ones', () => {
    expect(failureKind(new TypeError('x is not a function'))).toBe('fatal');
    expect(failureKind(new Error('Connection terminated unexpectedly'))).toBe('retriable');
  });

  it('keeps values of records out of messages', () => {
    const error = rowError(answer('22P02', 'invalid input syntax for type integer: "4711 0815"'), 't');
    expect(error.message).toBe('table t does not take the row: invalid input syntax for type integer');
    expect(error).toMatchObject({ code: 'MILLRACE_CONNECT_POSTGRES_SINK_ROW', details: { sqlState: '22P02' } });
  });

  it('says what to do', () => {
    expect(sinkError(answer('42501', 'permission denied for table t'), 'write').message).toContain('grant');
    expect(sinkError(answer('57P01'), 'write')).toMatchObject({ retriable: true });
    expect(MillraceError.is(sinkError('odd', 'write'))).toBe(true);
  });
});
