import { isCertificateError, messageOf, MillraceError } from '@millrace/base';

/** Why something with Redis did not work. Listed in docs/reference/errors.md. */
export type RedisErrorCode =
  | 'MILLRACE_CONNECT_REDIS_UNAVAILABLE'
  | 'MILLRACE_CONNECT_REDIS_DENIED'
  | 'MILLRACE_CONNECT_REDIS_REFUSED'
  | 'MILLRACE_CONNECT_REDIS_UNREADABLE_ENTRY'
  | 'MILLRACE_CONNECT_REDIS_UNWRITABLE_RECORD';

export class RedisError extends MillraceError {
  declare readonly code: RedisErrorCode;

  constructor(code: RedisErrorCode, message: string, options: ConstructorParameters<typeof MillraceError>[2] = {}) {
    super(code, message, options);
  }
}

/** Answers of a server that cannot do it now: it starts, fails over, is full, or a script holds it up. */
const PASSING = /^(?:LOADING|BUSY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|READONLY|NOREPLICAS|OOM|MISCONF)\b/;
/** Codes of failures of TLS that stay until somebody changes something; others may be of a network that breaks. */
const TLS_REMEDIES: readonly (readonly [codes: RegExp, remedy: string])[] = [
  [
    /^ERR_SSL_.*_ALERT_(?:(?:BAD|NO|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)$/,
    'the server refuses the connection: check redis.tls.cert and redis.tls.key, and whether it trusts their authority',
  ],
  [
    /^ERR_SSL_(?:.*_ALERT_PROTOCOL_VERSION|(?:WRONG|UNSUPPORTED)_(?:SSL_)?(?:VERSION_NUMBER|VERSION|PROTOCOL))$/,
    'check that redis.uri names a port for TLS, and that the server takes TLS 1.2 or 1.3',
  ],
  [/^ERR_OSSL_/, 'check the files of redis.tls.ca, redis.tls.cert and redis.tls.key'],
];
const DENIED = /^(?:NOAUTH|WRONGPASS|NOPERM|ERR AUTH\b|ERR invalid password)/;

/** An answer of the server, as opposed to a connection that broke. */
export function isAnswer(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** An answer of a server that is not, or not yet, the master it was: a failover may leave connections to it open. */
export function isOfNoMaster(error: unknown): boolean {
  return isAnswer(error) && /^(?:READONLY|MASTERDOWN|LOADING)\b/.test(messageOf(error));
}

function tlsRemedy(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  if (typeof code !== 'string') return undefined;
  return TLS_REMEDIES.find(([codes]) => codes.test(code))?.[1];
}

/** Made of whatever the client threw: says what was attempted and whether to try again. */
export function redisError(attempt: string, error: unknown): RedisError {
  if (error instanceof RedisError) return error;
  const said = messageOf(error);
  if (isCertificateError(error)) {
    const message = `cannot ${attempt}: ${said}; check redis.tls.ca, and that the certificate is for the host of redis.uri`;
    return new RedisError('MILLRACE_CONNECT_REDIS_DENIED', message, { cause: error });
  }
  const remedy = tlsRemedy(error);
  if (remedy !== undefined) {
    // The message of OpenSSL is one for its developers.
    const { reason = said } = error as { readonly reason?: string };
    return new RedisError('MILLRACE_CONNECT_REDIS_DENIED', `cannot ${attempt}: ${reason}; ${remedy}`, { cause: error });
  }
  if (!isAnswer(error) || PASSING.test(said)) {
    const message = `cannot ${attempt}: ${said}; it will be tried again`;
    return new RedisError('MILLRACE_CONNECT_REDIS_UNAVAILABLE', message, { retriable: true, cause: error });
  }
  if (DENIED.test(said)) {
    const message = `cannot ${attempt}: ${said}; check redis.username, redis.password and what the user may do`;
    return new RedisError('MILLRACE_CONNECT_REDIS_DENIED', message, { cause: error });
  }
  return new RedisError('MILLRACE_CONNECT_REDIS_REFUSED', `cannot ${attempt}: ${said}`, { cause: error });
}
