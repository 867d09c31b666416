/** Why another worker could not be asked, and what to do about it. */
import { messageOf } from '@millrace/base';

/** Node's, of certificates of others: they come from OpenSSL's names, as they are. */
const CERTIFICATE_CODE = /CERT|^UNABLE_TO_(?:GET|VERIFY)|^INVALID_(?:CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$/;

interface PeerError {
  readonly code?: unknown;
  readonly cert?: { readonly subject?: { readonly CN?: unknown }; readonly subjectaltname?: unknown };
}

/** Two sentences, without a full stop at the end. `url` is that of the other worker. */
export function peerFailure(cause: unknown, url: string): string {
  const { code, cert } = (typeof cause === 'object' && cause !== null ? cause : {}) as PeerError;
  const host = new URL(url).hostname;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return (
      `its certificate is for ${namesOf(cert)}, and not for ${host}. Give that worker a certificate for ${host}, or set its ` +
      'rest.advertised.host.name to a name that the certificate is for'
    );
  }
  if (typeof code === 'string' && CERTIFICATE_CODE.test(code)) {
    return (
      `its certificate is not accepted here (${messageOf(cause)}). Set listeners.https.ssl.truststore.location of this worker to the ` +
      'authorities of the other workers, and see that their certificates are valid'
    );
  }
  return (
    `${messageOf(cause)}. If that worker has just died, try again after session.timeout.ms; otherwise check that its ` +
    'rest.advertised.host.name and rest.advertised.port can be reached from this one'
  );
}

function namesOf(cert: PeerError['cert']): string {
  const [names, common] = [cert?.subjectaltname, cert?.subject?.CN];
  if (typeof names === 'string') return names;
  return typeof common === 'string' ? `CN=${common}` : 'no name at all';
}
