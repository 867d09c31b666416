import {
  createSessionKey,
  judgeSignature,
  SIGNATURE_ALGORITHM_HEADER,
  SIGNATURE_HEADER,
  signatureHeaders,
} from './request-signature.ts';

const BODY = Buffer.from('[{"a":"b"}]');
const ALLOWED = ['HmacSHA256'];

describe('signatures of requests between workers', () => {
  const sessionKey = createSessionKey('HmacSHA256', 0);
  const headers = signatureHeaders(sessionKey, 'HmacSHA256', BODY);
  const request = { signature: headers[SIGNATURE_HEADER], algorithm: headers[SIGNATURE_ALGORITHM_HEADER], body: BODY };

  it('are what HMAC says', () => {
    // RFC 4231, test case 2.
    const known = { key: Buffer.from('Jefe'), algorithm: 'HmacSHA256', createdAtMs: 0 };
    const made = signatureHeaders(known, 'HmacSHA256', Buffer.from('what do ya want for nothing?'));
    expect(Buffer.from(made[SIGNATURE_HEADER] ?? '', 'base64').toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('are accepted when key, algorithm and body are the same', () => {
    expect(judgeSignature(request, sessionKey, ALLOWED)).toBe('valid');
  });

  it('are refused when anything differs', () => {
    const other = createSessionKey('HmacSHA256', 0);
    expect(judgeSignature({ ...request, body: Buffer.from('[]') }, sessionKey, ALLOWED)).toBe('wrong');
    expect(judgeSignature(request, other, ALLOWED)).toBe('wrong');
    expect(judgeSignature({ ...request, signature: 'AAAA' }, sessionKey, ALLOWED)).toBe('wrong');
    expect(judgeSignature({ ...request, signature: undefined }, sessionKey, ALLOWED)).toBe('missing');
    expect(judgeSignature({ ...request, algorithm: 'HmacSHA512' }, sessionKey, ALLOWED)).toBe('algorithm');
  });
});
