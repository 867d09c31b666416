import { KafkaError } from '../error.ts';
import { checkAuth, mechanismOf, type Auth } from './auth-options.ts';
import { systemClock } from '@millrace/base';

function refusal(auth: unknown): string {
  try {
    checkAuth(auth as Auth);
  } catch (error) {
    expect(error).toMatchObject({ code: 'MILLRACE_CLIENT_INVALID_OPTION' });
    return (error as KafkaError).message;
  }
  return 'accepted';
}

describe('checkAuth', () => {
  it.each<Auth>([
    { mechanism: 'plain', username: 'u', password: 'p' },
    { mechanism: 'scram-sha-256', username: 'u', password: () => 'p' },
    { mechanism: 'scram-sha-512', username: 'u', password: 'p', isDelegationToken: true },
    { mechanism: 'oauthbearer', token: () => 't' },
    { name: 'GSSAPI', begin: () => ({ first: () => Buffer.alloc(0), next: () => undefined }) },
  ])('takes %j', (auth) => {
    expect(refusal(auth)).toBe('accepted');
    expect(mechanismOf(auth, systemClock).name).toBe(('mechanism' in auth ? auth.mechanism : auth.name).toUpperCase());
  });

  it.each([
    [null, 'kafka(): `auth` is null, but must be an object'],
    [{ mechanism: 'SCRAM' }, /^auth: `mechanism` is "SCRAM", but must be one of "plain", /],
    [{ mechanism: 'plain', username: 'u' }, 'auth needs the option `password`'],
    [{ mechanism: 'plain', usrname: 'u', password: 'p' }, 'auth has no option `usrname`: did you mean `username`?'],
    [{ mechanism: 'oauthbearer', token: 'abc' }, 'auth: `token` is not shown, but must be a function'],
    [{ name: 'X', begin: 1 }, /must be a SaslMechanism/],
  ])('refuses %j', (auth, message) => {
    expect(refusal(auth)).toMatch(message);
  });

  it('never shows a secret of a wrong kind', () => {
    const message = refusal({ mechanism: 'plain', username: 'u', password: 12_345_678 });

    expect(message).toBe('auth: `password` is not shown, but must be a string that is not empty, or a function');
  });
});

describe('PLAIN', () => {
  it('says user and password as RFC 4616 writes them', async () => {
    const mechanism = mechanismOf(
      { mechanism: 'plain', username: 'tim', password: async () => 'tanstaaftanstaaf' },
      systemClock,
    );
    const conversation = mechanism.begin({ host: 'h', port: 1 });

    expect(Buffer.from(await conversation.first()).toString()).toBe('\0tim\0tanstaaftanstaaf');
    expect(await conversation.next(Buffer.alloc(0))).toBeUndefined();
  });
});
