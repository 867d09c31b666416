/**
 * Certificates of REST, by Kafka Connect's keys: `listeners.https.ssl.…`, or the worker's `ssl.…` when there is none of those; for `/admin`
 * on its own listeners `admin.listeners.https.ssl.…`.
 *
 * Invariants: what would weaken security when ignored is refused.
 */
import type { TlsOptions } from 'node:tls';
import { messageOf } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';
import { tlsProperties, withPrefix } from '../task/client-settings.ts';
import { listenError } from './listener.ts';
import { assertUsable } from './tls-material.ts';

export type ListenersKey = 'listeners' | 'admin.listeners';

type PeerTls = ReturnType<typeof tlsProperties>;

const CLIENT_AUTH: Readonly<Record<string, TlsOptions>> = {
  none: {},
  requested: { requestCert: true, rejectUnauthorized: false },
  required: { requestCert: true, rejectUnauthorized: true },
};
const PROTOCOLS = ['TLSv1.2', 'TLSv1.3'] as const;

/** What an https listener shows and asks for. Throws MILLRACE_CONNECT_LISTEN. */
export function serverTls(properties: ConfigProperties, key: ListenersKey = 'listeners'): TlsOptions {
  const { ssl, prefix, from } = sslOf(properties, key);
  const { ca, cert, key: privateKey, pfx, passphrase } = read(ssl, key);
  if (pfx === undefined && (cert === undefined || privateKey === undefined)) {
    throw listenError(
      `${key} has an https:// address and there is no certificate for it: set ${prefix}ssl.keystore.location to a PEM file with the private ` +
        `key and the certificates, and ${prefix}ssl.keystore.type to PEM`,
    );
  }
  assertUsable({ ca, cert, key: privateKey, pfx, passphrase }, ssl, from);
  const auth = (ssl['ssl.client.auth'] ?? 'none').toLowerCase();
  const asked = CLIENT_AUTH[auth];
  if (asked === undefined) {
    throw listenError(`${prefix}ssl.client.auth is "${auth}": use one of ${Object.keys(CLIENT_AUTH).join(', ')}`);
  }
  if (auth === 'required' && ca === undefined) {
    throw listenError(
      `${prefix}ssl.client.auth is required, and nothing says whose certificates to accept: set ${prefix}ssl.truststore.location to a PEM ` +
        'file of authorities',
    );
  }
  if (ssl['ssl.cipher.suites'] !== undefined) {
    throw listenError(
      `${prefix}ssl.cipher.suites is not known here: leave it out, and narrow ${prefix}ssl.enabled.protocols instead`,
    );
  }
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(privateKey === undefined ? {} : { key: privateKey }),
    ...(pfx === undefined ? {} : { pfx }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...versions(ssl, prefix),
    ...asked,
  };
}

/** What this worker shows to others, and whom it trusts among them. Throws MILLRACE_CONNECT_LISTEN. */
export function peerTls(properties: ConfigProperties): PeerTls {
  return read(sslOf(properties, 'listeners').ssl, 'listeners');
}

/** All of one kind or all of the other, as in Kafka Connect. */
function sslOf(
  properties: ConfigProperties,
  key: ListenersKey,
): {
  readonly ssl: ConfigProperties;
  readonly prefix: string;
  /** What stands before the settings that are used. */
  readonly from: string;
} {
  const prefix = `${key}.https.`;
  const own = withPrefix(properties, prefix);
  return Object.keys(own).length > 0 ? { ssl: own, prefix, from: prefix } : { ssl: properties, prefix, from: '' };
}

function read(ssl: ConfigProperties, key: ListenersKey): PeerTls {
  try {
    return tlsProperties(ssl);
  } catch (cause) {
    throw listenError(`the certificates for https in ${key} cannot be used: ${messageOf(cause)}`, cause);
  }
}

function versions(ssl: ConfigProperties, prefix: string): TlsOptions {
  const text = ssl['ssl.enabled.protocols'];
  if (text === undefined) return {};
  const named = text.split(',').map((each) => each.trim());
  const unknown = named.find((each) => !PROTOCOLS.some((known) => known === each));
  if (unknown !== undefined) {
    throw listenError(`${prefix}ssl.enabled.protocols has "${unknown}": use ${PROTOCOLS.join(', ')} or both`);
  }
  const enabled = PROTOCOLS.filter((known) => named.includes(known));
  const [minVersion, maxVersion] = [enabled.at(0), enabled.at(-1)];
  return minVersion === undefined || maxVersion === undefined ? {} : { minVersion, maxVersion };
}
