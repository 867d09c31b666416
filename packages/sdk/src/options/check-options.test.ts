import { KafkaError } from '../error.ts';
import {
  arrayOf,
  boolean,
  bytes,
  checkOptions,
  either,
  func,
  instance,
  integer,
  milliseconds,
  oneOf,
  options,
  required,
  text,
} from './check-options.ts';

const SPEC = {
  acks: oneOf('all', 1, 0),
  lingerMs: milliseconds(),
  batchBytes: bytes({ min: 1 }),
  count: integer({ min: 1, max: 5 }),
  idempotent: boolean,
  name: required(text),
  hook: func,
  signal: instance(AbortSignal),
  brokers: either(arrayOf(text, 'an array of strings'), func),
  tls: options('x().tls', { servername: text }),
};

function refusal(given: object): string {
  try {
    checkOptions('x()', given, SPEC);
  } catch (error) {
    expect(error).toMatchObject({ code: 'MILLRACE_CLIENT_INVALID_OPTION', retriable: false });
    return (error as KafkaError).message;
  }
  return 'accepted';
}

describe('checkOptions', () => {
  it('takes what is right, and what is left undefined', () => {
    const given = {
      acks: 'all',
      lingerMs: 0.5,
      batchBytes: 1,
      count: 5,
      idempotent: false,
      name: 'n',
      hook: () => 0,
      signal: new AbortController().signal,
      brokers: ['a'],
      tls: { servername: undefined },
    };

    expect(refusal(given)).toBe('accepted');
    expect(refusal({ name: 'n', acks: undefined, brokers: () => [] })).toBe('accepted');
  });

  it.each([
    [{ acks: 2 }, 'x(): `acks` is 2, but must be one of "all", 1, 0'],
    [{ lingerMs: -1 }, 'x(): `lingerMs` is -1, but must be milliseconds from 0 to 2147483647'],
    [{ lingerMs: Number.NaN }, 'x(): `lingerMs` is NaN, but must be milliseconds from 0 to 2147483647'],
    [{ batchBytes: 0.5 }, 'x(): `batchBytes` is 0.5, but must be a whole number of bytes from 1 to 2147483647'],
    [{ count: 6 }, 'x(): `count` is 6, but must be a whole number from 1 to 5'],
    [{ idempotent: 'yes' }, 'x(): `idempotent` is "yes", but must be true or false'],
    [{ hook: {} }, 'x(): `hook` is an object, but must be a function'],
    [{ signal: new AbortController() }, 'x(): `signal` is an object, but must be an AbortSignal'],
    [{ brokers: [''] }, 'x(): `brokers` is an array of 1, but must be an array of strings, or a function'],
    [{ tls: { servername: 1 } }, 'x().tls: `servername` is 1, but must be a string that is not empty'],
    [{ tls: null }, 'x(): `tls` is null, but must be an object'],
    [{ name: '' }, 'x(): `name` is "", but must be a string that is not empty'],
    [{}, 'x() needs the option `name`'],
    [{ lingerMS: 1 }, 'x() has no option `lingerMS`: did you mean `lingerMs`?'],
    [{ toString: 1 }, expect.stringMatching(/^x\(\) has no option `toString`: known are acks, /)],
  ])('refuses %j and says what is allowed', (given, message) => {
    expect(refusal('name' in given || Object.keys(given).length === 0 ? given : { name: 'n', ...given })).toEqual(
      message,
    );
  });

  it('shows no more than the beginning of a long text', () => {
    expect(refusal({ name: 'n', acks: 'a'.repeat(1_000) })).toHaveLength(
      `x(): \`acks\` is "", but must be one of "all", 1, 0`.length + 61,
    );
  });
});
