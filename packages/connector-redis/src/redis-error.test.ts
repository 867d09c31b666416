import { redisError } from './redis-error.ts';

const failure = (code: string): Error => Object.assign(new Error('40CD89EB:error:0A00045C:SSL routines'), { code });

describe('redisError', () => {
  it.each([
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED',
    'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
  ])('does not try again what the server refuses for our certificate: %s', (code) => {
    const error = Object.assign(failure(code), { reason: 'alert of the server' });

    expect(redisError('reach Redis', error)).toMatchObject({
      code: 'MILLRACE_CONNECT_REDIS_DENIED',
      retriable: false,
      message: expect.stringMatching(
        /^cannot reach Redis: alert of the server; .*redis\.tls\.cert and redis\.tls\.key/,
      ),
      cause: error,
    });
  });

  it.each(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'ERR_SSL_UNSUPPORTED_PROTOCOL'])(
    'does not try again what is no TLS, or one of another version: %s',
    (code) => {
      expect(redisError('reach Redis', failure(code))).toMatchObject({
        code: 'MILLRACE_CONNECT_REDIS_DENIED',
        message: expect.stringContaining('check that redis.uri names a port for TLS'),
      });
    },
  );

  it('does not try files again that hold no certificate and key', () => {
    expect(redisError('reach Redis', failure('ERR_OSSL_X509_KEY_VALUES_MISMATCH'))).toMatchObject({
      code: 'MILLRACE_CONNECT_REDIS_DENIED',
    });
  });

  it.each(['ERR_SSL_UNEXPECTED_EOF_WHILE_READING', 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'ECONNRESET'])(
    'tries again what may pass: %s',
    (code) => {
      expect(redisError('reach Redis', failure(code))).toMatchObject({
        code: 'MILLRACE_CONNECT_REDIS_UNAVAILABLE',
        retriable: true,
      });
    },
  );
});
