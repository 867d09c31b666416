import { isCertificateError, messageOf, MillraceError } from '@millrace/base';

/** Why something with S3 did not work. Listed in docs/reference/errors.md. */
export type S3ErrorCode =
  | 'MILLRACE_CONNECT_S3_UNAVAILABLE'
  | 'MILLRACE_CONNECT_S3_DENIED'
  | 'MILLRACE_CONNECT_S3_NOT_FOUND'
  | 'MILLRACE_CONNECT_S3_REFUSED'
  | 'MILLRACE_CONNECT_S3_NAME_TAKEN'
  | 'MILLRACE_CONNECT_S3_TOPIC_REPLACED'
  | 'MILLRACE_CONNECT_S3_UNWRITABLE_RECORD'
  | 'MILLRACE_CONNECT_S3_UNREADABLE_OBJECT'
  | 'MILLRACE_CONNECT_S3_BUFFER_FAILED';

export class S3Error extends MillraceError {
  declare readonly code: S3ErrorCode;

  constructor(code: S3ErrorCode, message: string, options: ConstructorParameters<typeof MillraceError>[2] = {}) {
    super(code, message, options);
  }
}

export function unwritable(message: string, cause?: unknown): S3Error {
  return new S3Error('MILLRACE_CONNECT_S3_UNWRITABLE_RECORD', message, { cause });
}

/** Of what was thrown while nothing but a record was looked at: it is the record's fault, and another one may be written. */
export function recordError(error: unknown): S3Error {
  return error instanceof S3Error ? error : unwritable(`the record cannot be written: ${messageOf(error)}`, error);
}

/** What an S3 client throws, as far as it is looked at. */
interface ServiceFailure {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const RETRIABLE_STATUSES: ReadonlySet<number> = new Set([408, 409, 425, 429]);
const RETRIABLE_NAMES: ReadonlySet<string> = new Set([
  'SlowDown',
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'ExpiredToken',
  'InternalError',
  // Completed, and the answer was lost: the next attempt finds the object.
  'NoSuchUpload',
]);

/** The HTTP status of an answer; undefined when there was none. */
export function statusOf(error: unknown): number | undefined {
  return (error as ServiceFailure | null)?.$metadata?.httpStatusCode;
}

/** An answer to HEAD has no body, so the client knows neither code nor message: then the status says more. */
function answerOf(name: string, status: number | undefined, error: unknown): string {
  const message = messageOf(error);
  if (message !== 'UnknownError' || status === undefined) return `${name}: ${message}`;
  return `HTTP status ${status}`;
}

/** Made of whatever the client threw: says what was attempted and whether to try again. */
export function s3Error(attempt: string, error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  const status = statusOf(error);
  const name = (error as ServiceFailure | null)?.name ?? 'Error';
  const answer = answerOf(name, status, error);
  const details = { status, name };
  if (isCertificateError(error)) {
    const remedy =
      'check that the certificate is for the host of store.url; name the authority of a private one in NODE_EXTRA_CA_CERTS';
    return new S3Error('MILLRACE_CONNECT_S3_DENIED', `may not ${attempt}: ${messageOf(error)}; ${remedy}`, {
      details,
      cause: error,
    });
  }
  const isOutage = status === undefined ? name !== 'CredentialsProviderError' : status >= 500;
  if (isOutage || RETRIABLE_STATUSES.has(status ?? 0) || RETRIABLE_NAMES.has(name)) {
    return new S3Error('MILLRACE_CONNECT_S3_UNAVAILABLE', `cannot ${attempt}: ${answer}; it will be tried again`, {
      retriable: true,
      details,
      cause: error,
    });
  }
  if (status === undefined || status === 401 || status === 403) {
    return new S3Error(
      'MILLRACE_CONNECT_S3_DENIED',
      `may not ${attempt}: ${answer}; check the keys (aws.access.key.id, or the environment's) and the bucket's policy`,
      { details, cause: error },
    );
  }
  if (status === 404) {
    return new S3Error(
      'MILLRACE_CONNECT_S3_NOT_FOUND',
      `cannot ${attempt}: ${answer}; check s3.bucket.name, s3.region and store.url`,
      { details, cause: error },
    );
  }
  // A server that checks signatures answers so when they are for another region.
  const remedy = status === 400 || status === 301 ? '; check s3.region and store.url' : '';
  return new S3Error('MILLRACE_CONNECT_S3_REFUSED', `cannot ${attempt}: ${answer}${remedy}`, { details, cause: error });
}
