/**
 * Whom the commands trust as a Connect worker, and what they show to it.
 *
 * Invariant: what would have no effect is refused, so that nobody believes a request protected that is not.
 */
import { createSecureContext, type SecureContext } from 'node:tls';
import { messageOf, MillraceError } from '@millrace/base';
import { wrongUsage } from '../cluster/cluster-command.ts';
import { resolveTls } from '../cluster/connection.ts';
import { loadProfile } from '../cluster/profiles.ts';

export interface WorkerTlsOptions {
  readonly profile?: string;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

export interface WorkerTls {
  readonly secureContext: SecureContext;
  /** False: any certificate will do, as `insecure` in a profile asks for. */
  readonly rejectUnauthorized: boolean;
  /** Whether the worker sees a certificate of ours. */
  readonly showsCertificate: boolean;
}

const PEM_CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;

/** Undefined for http, and when nothing is said: then authorities are those that Node trusts. */
export async function workerTls(
  url: URL,
  options: WorkerTlsOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<WorkerTls | undefined> {
  const given = flagsIn(options);
  if (given.length === 0) return undefined;
  if (url.protocol !== 'https:') {
    throw wrongUsage(`${given.join(', ')}: only for https, and the worker is at ${url.origin}; is it --url https://…?`);
  }
  const profile = await loadProfile({ name: options.profile, environment, useDefault: false });
  const tls = await resolveTls(options, profile);
  if (tls === undefined) return undefined;
  // Not `servername`: what the brokers are called is not what the worker is.
  const { ca, cert, key, rejectUnauthorized = true } = tls;
  if (ca !== undefined && !PEM_CERTIFICATE.test(String(ca))) throw unusable('the authorities are no PEM certificates');
  return {
    secureContext: contextOf({
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    }),
    rejectUnauthorized,
    showsCertificate: cert !== undefined,
  };
}

function flagsIn({ profile, tlsCa, tlsCert, tlsKey }: WorkerTlsOptions): string[] {
  const flags = { '--profile': profile, '--tls-ca': tlsCa, '--tls-cert': tlsCert, '--tls-key': tlsKey };
  return Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : flag));
}

function contextOf(options: Parameters<typeof createSecureContext>[0]): SecureContext {
  try {
    return createSecureContext(options);
  } catch (cause) {
    throw unusable(messageOf(cause), cause);
  }
}

function unusable(reason: string, cause?: unknown): MillraceError {
  const message = `the files of --tls-ca, --tls-cert and --tls-key (or of the profile) cannot be used: ${reason}`;
  return new MillraceError('MILLRACE_CLIENT_INVALID_OPTION', message, cause === undefined ? {} : { cause });
}
