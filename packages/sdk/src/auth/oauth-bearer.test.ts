import { inspect } from 'node:util';
import { ManualTime } from '@millrace/testing';
import { AuthError } from '../error.ts';
import { oauthBearerMechanism, TokenSource, type OAuthToken } from './oauth-bearer.ts';

const CONTEXT = { host: 'broker', port: 9092 };
const MINUTE_MS = 60_000;

function jwt(expSeconds: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub: 'alice', exp: expSeconds })}.`;
}

describe('OAUTHBEARER', () => {
  it('shows token and extensions as RFC 7628 writes them', async () => {
    const token = { value: 'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==', extensions: { traceId: '42' } };
    const mechanism = oauthBearerMechanism({ mechanism: 'oauthbearer', token: () => token }, new ManualTime());

    expect(mechanism.name).toBe('OAUTHBEARER');
    expect((await mechanism.begin(CONTEXT).first()).toString()).toBe(
      'n,,\u0001auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\u0001traceId=42\u0001\u0001',
    );
  });

  it('is done when the broker has nothing to say', async () => {
    const conversation = oauthBearerMechanism({ mechanism: 'oauthbearer', token: () => 'abc' }, new ManualTime()).begin(
      CONTEXT,
    );
    await conversation.first();

    expect(conversation.next(Buffer.alloc(0))).toBeUndefined();
    expect(conversation.refusal?.()).toBeUndefined();
  });

  it('acknowledges a refusal, remembers why, and fetches another token next time', async () => {
    let calls = 0;
    const token = () => ({ value: `t${String(++calls)}`, expiresAtMs: Number.MAX_SAFE_INTEGER });
    const mechanism = oauthBearerMechanism({ mechanism: 'oauthbearer', token }, new ManualTime());
    const conversation = mechanism.begin(CONTEXT);
    await conversation.first();

    expect(conversation.next(Buffer.from('{"status":"invalid_token"}'))).toEqual(Buffer.of(1));
    expect(conversation.refusal?.()).toBe('the broker says invalid_token');
    expect((await mechanism.begin(CONTEXT).first()).toString()).toContain('Bearer t2');
  });
});

describe('TokenSource', () => {
  function sourceOf(make: (call: number) => OAuthToken | string) {
    const time = new ManualTime();
    let calls = 0;
    const source = new TokenSource(() => make(++calls), time);
    return { time, source, calls: () => calls };
  }

  it('shares one call among those who come together', async () => {
    const { source, calls } = sourceOf(() => 'abc');

    await Promise.all([source.get(), source.get(), source.get()]);

    expect(calls()).toBe(1);
  });

  it.each([
    ['as the function says', (nowMs: number) => ({ value: 'abc', expiresAtMs: nowMs + 10 * MINUTE_MS })],
    ['as the JWT says', (nowMs: number) => jwt((nowMs + 10 * MINUTE_MS) / 1_000)],
  ])('uses a token until a fifth of its lifetime is left, %s', async (_how, make) => {
    const { time, source, calls } = sourceOf(() => make(time.nowMs()));

    await source.get();
    time.advance(8 * MINUTE_MS - 1);
    await source.get();
    expect(calls()).toBe(1);
    time.advance(1);
    await source.get();
    expect(calls()).toBe(2);
  });

  it('asks each time when nothing says how long a token lives', async () => {
    const { source, calls } = sourceOf(() => 'opaque');

    await source.get();
    await source.get();

    expect(calls()).toBe(2);
  });

  it.each<[string, () => unknown]>([
    ['no text', () => undefined],
    ['an empty token', () => ''],
    ['a token with a separator in it', () => 'abc\u0001host=evil'],
    ['the word Bearer', () => 'Bearer secret-token'],
    ['an extension of a wrong name', () => ({ value: 'secret-token', extensions: { 'a-b': '1' } })],
    ['an extension that would replace the token', () => ({ value: 'secret-token', extensions: { auth: '1' } })],
    ['an extension with a separator in it', () => ({ value: 'secret-token', extensions: { a: '1\u0001b=2' } })],
  ])('refuses %s, and does not repeat it', async (_what, make) => {
    const { source } = sourceOf(make as () => string);

    const failure: unknown = await source.get().catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(AuthError);
    expect(inspect(failure, { depth: 9 })).not.toContain('secret-token');
  });

  it('says that the function failed, which may pass', async () => {
    const cause = new Error('503');
    const { source, calls } = sourceOf((call) => {
      if (call === 1) throw cause;
      return 'abc';
    });

    await expect(source.get()).rejects.toMatchObject({ name: 'AuthError', retriable: true, cause });
    expect(await source.get()).toEqual({ value: 'abc' });
    expect(calls()).toBe(2);
  });
});
