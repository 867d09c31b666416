/**
 * Whether certificates and keys can be used, told by setting, file and remedy: what OpenSSL says of them names none of these.
 *
 * Invariants: nothing of a key or a password is in a message; what passes here is taken by a listener.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { messageOf } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';
import type { StoredTls } from '../task/client-settings.ts';
import { listenError } from './listener.ts';

const CERTIFICATE = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----.*?-----END \1-----/gs;
const PRIVATE_KEY = /-----BEGIN ((?:[A-Z]+ )*PRIVATE KEY)-----.*?-----END \1-----/s;
const ENCRYPTED_KEY = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/** Of `tlsProperties`, and the properties that they come from. */
export type TlsMaterial = {
  readonly [Name in 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase']: StoredTls[Name] | undefined;
};

/** Throws MILLRACE_CONNECT_LISTEN. `prefix` is what stands before `ssl.…` in the worker's settings. */
export function assertUsable(material: TlsMaterial, ssl: ConfigProperties, prefix: string): void {
  const { ca, cert, key, pfx } = material;
  if (ca !== undefined) {
    const setting = oneOf(ssl, 'ssl.truststore.certificates', 'ssl.truststore.location');
    assertCertificates(ca.toString(), namedSetting(ssl, prefix, setting));
  }
  if (pfx !== undefined) assertPkcs12(material, namedSetting(ssl, prefix, 'ssl.keystore.location'), prefix);
  if (cert !== undefined && key !== undefined)
    assertPair(cert.toString(), key.toString(), material.passphrase, ssl, prefix);
  try {
    createSecureContext(material);
  } catch (cause) {
    // A key that is too small for the security level, for example.
    throw listenError(`the certificates of ${prefix}ssl.… cannot be used: ${messageOf(cause)}`, cause);
  }
}

function assertPair(
  cert: string,
  key: string,
  passphrase: string | undefined,
  ssl: ConfigProperties,
  prefix: string,
): void {
  const certAt = namedSetting(ssl, prefix, oneOf(ssl, 'ssl.keystore.certificate.chain', 'ssl.keystore.location'));
  const keyAt = namedSetting(ssl, prefix, oneOf(ssl, 'ssl.keystore.key', 'ssl.keystore.location'));
  const [first = ''] = assertCertificates(cert, certAt);
  const privateKey = assertKey(key, passphrase, keyAt, prefix);
  if (new X509Certificate(first).checkPrivateKey(privateKey)) return;
  throw listenError(
    `the private key in ${keyAt} is not that of the first certificate in ${certAt}: give the key that the certificate was made for, and ` +
      'put the worker’s own certificate before those of authorities',
  );
}

/** Which of two settings is used. */
function oneOf(ssl: ConfigProperties, first: string, second: string): string {
  return ssl[first] === undefined ? second : first;
}

/** The name of a setting, and the file when it names one. */
function namedSetting(ssl: ConfigProperties, prefix: string, setting: string): string {
  return setting.endsWith('.location') ? `${prefix}${setting} (${ssl[setting] ?? ''})` : prefix + setting;
}

/** Returns them, as PEM. */
function assertCertificates(pem: string, where: string): readonly string[] {
  const found = pem.match(CERTIFICATE) ?? [];
  if (found.length === 0) {
    throw listenError(
      `${where} has no certificate in it: it has to be PEM text with -----BEGIN CERTIFICATE----- before each certificate`,
    );
  }
  for (const [index, each] of found.entries()) {
    try {
      new X509Certificate(each);
    } catch (cause) {
      throw listenError(
        `certificate ${index + 1} of ${where} cannot be read (${messageOf(cause)}): export it again as PEM`,
        cause,
      );
    }
  }
  return found;
}

function assertKey(
  pem: string,
  passphrase: string | undefined,
  where: string,
  prefix: string,
): ReturnType<typeof createPrivateKey> {
  const [key] = PRIVATE_KEY.exec(pem) ?? [];
  if (key === undefined) {
    throw listenError(
      `${where} has no private key in it: it has to be PEM text with -----BEGIN PRIVATE KEY-----, beside the certificates in the same ` +
        `file, or set ${prefix}ssl.keystore.key and ${prefix}ssl.keystore.certificate.chain to the texts`,
    );
  }
  const isEncrypted = ENCRYPTED_KEY.test(key);
  if (isEncrypted && passphrase === undefined) {
    throw listenError(`the private key in ${where} is encrypted: set ${prefix}ssl.key.password to its password`);
  }
  try {
    return createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (cause) {
    throw listenError(
      `the private key in ${where} cannot be read (${messageOf(cause)}): ` +
        (isEncrypted
          ? `check that ${prefix}ssl.key.password is its password`
          : 'export it again as PEM, PKCS#8 for example'),
      cause,
    );
  }
}

function assertPkcs12({ pfx, passphrase }: TlsMaterial, where: string, prefix: string): void {
  try {
    createSecureContext({ pfx, passphrase });
  } catch (cause) {
    const remedy = /mac verify/.test(messageOf(cause))
      ? `its password is not right: set ${prefix}ssl.keystore.password to it`
      : `it is no PKCS#12 file: export key and certificates as one, or set ${prefix}ssl.keystore.type to PEM for a PEM file`;
    throw listenError(`${where} cannot be read (${messageOf(cause)}): ${remedy}`, cause);
  }
}
