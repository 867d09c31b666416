import { silenceOf } from './worker-silence.ts';

const HTTP = new URL('http://worker:8083/');
const HTTPS = new URL('https://worker:8443/');

function failure(code: string, message = 'what Node said'): Error {
  return Object.assign(new Error(message), { code });
}

describe('silenceOf', () => {
  it.each(['ECONNRESET', 'EPIPE', 'HPE_INVALID_CONSTANT'])('offers https where %s answers http', (code) => {
    const { reason, isLasting } = silenceOf(failure(code, 'socket hang up'), HTTP, false);

    expect(reason).toMatch(/try --url https:\/\/worker:8083 \(socket hang up\)$/);
    expect(isLasting).toBe(false);
  });

  it('offers no other protocol where nobody listens', () => {
    for (const url of [HTTP, HTTPS]) {
      expect(silenceOf(failure('ECONNREFUSED', 'refused'), url, false)).toEqual({
        reason: 'refused',
        isLasting: false,
      });
    }
  });

  it('tells of every address that was tried', () => {
    const cause = new AggregateError([new Error('refused at ::1'), new Error('refused at 127.0.0.1')]);

    expect(silenceOf(cause, HTTP, false).reason).toBe('refused at ::1; refused at 127.0.0.1');
  });

  it.each<[string, boolean, string]>([
    ['SELF_SIGNED_CERT_IN_CHAIN', false, '--tls-ca'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', false, '--tls-ca'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true, '--tls-ca'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', false, '--tls-ca'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false, '--url'],
    ['CERT_HAS_EXPIRED', false, 'renew it'],
    ['CERT_SIGNATURE_FAILURE', false, '--tls-ca'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', false, 'give --tls-cert and --tls-key'],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', false, 'give --tls-cert and --tls-key'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', true, 'does not accept the certificate of --tls-cert'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', true, '--url http://worker:8443'],
  ])('names for %s (own certificate: %s) %s, for good', (code, showsCertificate, remedy) => {
    const { reason, isLasting } = silenceOf(failure(code), HTTPS, showsCertificate);

    expect(reason).toContain(remedy);
    expect(reason).toContain(code);
    expect(isLasting).toBe(true);
  });

  it('reads what OpenSSL says in words alone', () => {
    const words = 'write EPROTO 00A0:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number';

    expect(silenceOf(failure('EPROTO', words), HTTPS, false).reason).toMatch(/speak https: try --url http:/);
  });

  it('asks after the certificate when it is hung up on', () => {
    const hungUp = failure('ECONNRESET', 'socket hang up');

    expect(silenceOf(hungUp, HTTPS, false).reason).toMatch(/give --tls-cert and --tls-key \(socket hang up\)$/);
    expect(silenceOf(hungUp, HTTPS, true).reason).toMatch(/trust the authority that signed --tls-cert\?/);
    expect(silenceOf(hungUp, HTTPS, true).isLasting).toBe(false);
  });
});
