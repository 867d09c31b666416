import { isCertificateError } from './certificate-error.ts';

describe('isCertificateError', () => {
  it.each([
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'CERT_HAS_EXPIRED',
    'CERT_SIGNATURE_FAILURE',
    'INVALID_PURPOSE',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('knows %s', (code) => {
    expect(isCertificateError(Object.assign(new Error('no'), { code }))).toBe(true);
  });

  it.each([
    { code: 'ECONNRESET' },
    { code: 'ERR_SSL_WRONG_VERSION_NUMBER' },
    { code: 42 },
    {},
    null,
    undefined,
    'CERT_',
  ])('takes nothing else for one: %p', (error) => {
    expect(isCertificateError(error)).toBe(false);
  });
});
