import { MillraceError, type MillraceErrorOptions } from '@millrace/base';
import { errorByCode } from '@millrace/protocol';

export type ClientErrorCode =
  | 'MILLRACE_CLIENT_CONNECT'
  | 'MILLRACE_CLIENT_CONNECTION_LOST'
  | 'MILLRACE_CLIENT_TIMEOUT'
  | 'MILLRACE_CLIENT_UNSUPPORTED_API'
  | 'MILLRACE_CLIENT_INVALID_OPTION'
  | 'MILLRACE_CLIENT_CLOSED'
  | 'MILLRACE_CLIENT_BROKER_ERROR';

/** What went wrong between this process and the cluster, or what the cluster answered. */
export class ClientError extends MillraceError {
  override readonly name = 'ClientError';

  constructor(code: ClientErrorCode, message: string, options: MillraceErrorOptions = {}) {
    super(code, message, options);
  }
}

/** An error code of a response as an error: Kafka's name, the broker's own words when it sent any. */
export function brokerError(what: string, errorCode: number, errorMessage: string | null | undefined): ClientError {
  const entry = errorByCode(errorCode);
  const words = errorMessage === null || errorMessage === undefined || errorMessage === '' ? '' : `: ${errorMessage}`;
  return new ClientError('MILLRACE_CLIENT_BROKER_ERROR', `${what} failed with ${entry.name}${words}`, {
    retriable: entry.retriable,
    details: { errorCode, errorName: entry.name },
  });
}
