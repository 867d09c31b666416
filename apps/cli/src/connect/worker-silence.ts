/** Why a Connect worker did not answer, in words that name the remedy. */
import { messageOf } from '@millrace/base';

export interface Silence {
  readonly reason: string;
  /** Whether trying again leads to the same. */
  readonly isLasting: boolean;
}

const NO_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE/;
const UNKNOWN_AUTHORITY = /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED/;
/** Alerts of TLS by which a server refuses what a client shows. */
const REFUSED_CLIENT =
  /CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(UNKNOWN|EXPIRED|REVOKED)|HANDSHAKE_FAILURE|UNKNOWN_CA|ALERT_ACCESS_DENIED/;
/** What a server that expects TLS, or wants it otherwise, does to a request. */
const HUNG_UP = /ECONNRESET|EPIPE|HPE_/;

/**
 * @param cause what Node said
 * @param showsCertificate whether the worker was shown a certificate of ours
 */
export function silenceOf(cause: unknown, url: URL, showsCertificate: boolean): Silence {
  const said = cause instanceof AggregateError ? cause.errors.map(messageOf).join('; ') : messageOf(cause);
  const { code } = cause as NodeJS.ErrnoException;
  if (typeof code !== 'string') return { reason: said, isLasting: false };
  // OpenSSL says some in the code, some only in words.
  const signs = `${code} ${said}`.toUpperCase().replace(/\s/g, '_');
  if (url.protocol === 'http:') {
    const hint = `it closes the connection without an answer; when this port speaks https, try --url https://${url.host}`;
    return { reason: HUNG_UP.test(code) ? `${hint} (${said})` : said, isLasting: false };
  }
  const remedy = tlsRemedy(code, signs, said, url, showsCertificate);
  if (remedy !== undefined) return { reason: `${remedy} (${code})`, isLasting: true };
  // Many a server says no more than this of a certificate that it does not like.
  if (HUNG_UP.test(code)) {
    const hint = showsCertificate
      ? 'does it trust the authority that signed --tls-cert?'
      : 'when it asks for a certificate of yours, give --tls-cert and --tls-key';
    return { reason: `it closes the connection; ${hint} (${said})`, isLasting: false };
  }
  return { reason: said, isLasting: false };
}

function tlsRemedy(code: string, signs: string, said: string, url: URL, showsCertificate: boolean): string | undefined {
  if (NO_TLS.test(signs)) return `this port does not speak https: try --url http://${url.host}`;
  if (UNKNOWN_AUTHORITY.test(code)) {
    return 'its certificate is signed by nobody trusted: give the file of its authority as --tls-ca';
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `its certificate is for another name: ask for it by that one in --url, or is --tls-ca another worker's? ${said}`;
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return 'its certificate has expired, or the authority in --tls-ca has: renew it at the worker';
  }
  if (REFUSED_CLIENT.test(signs)) {
    return showsCertificate
      ? 'it does not accept the certificate of --tls-cert: is it signed by an authority that the worker trusts?'
      : 'it asks for a certificate of yours: give --tls-cert and --tls-key';
  }
  return code.startsWith('CERT_')
    ? `its certificate is not right for --tls-ca (${said}), or --tls-cert not for it`
    : undefined;
}
