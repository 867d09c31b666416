/**
 * Errors that a herder answers a request with. REST makes `{"error_code": status, "message": …}` of them; the numbers and, where clients are
 * known to look at them, the texts are Kafka Connect's.
 */
import { MillraceError } from '@millrace/base';

export type HerderErrorCode =
  | 'MILLRACE_CONNECT_NOT_FOUND'
  | 'MILLRACE_CONNECT_ALREADY_EXISTS'
  | 'MILLRACE_CONNECT_BAD_REQUEST'
  | 'MILLRACE_CONNECT_INVALID_CONFIG'
  | 'MILLRACE_CONNECT_CONFLICT'
  | 'MILLRACE_CONNECT_FORBIDDEN'
  | 'MILLRACE_CONNECT_NOT_THE_TARGET'
  | 'MILLRACE_CONNECT_UNAVAILABLE'
  | 'MILLRACE_CONNECT_TIMEOUT'
  | 'MILLRACE_CONNECT_UNSUPPORTED'
  | 'MILLRACE_CONNECT_FAILED';

const STATUS: Readonly<Record<HerderErrorCode, number>> = {
  MILLRACE_CONNECT_NOT_FOUND: 404,
  MILLRACE_CONNECT_ALREADY_EXISTS: 409,
  MILLRACE_CONNECT_BAD_REQUEST: 400,
  MILLRACE_CONNECT_INVALID_CONFIG: 400,
  MILLRACE_CONNECT_CONFLICT: 409,
  MILLRACE_CONNECT_FORBIDDEN: 403,
  MILLRACE_CONNECT_NOT_THE_TARGET: 409,
  MILLRACE_CONNECT_UNAVAILABLE: 503,
  MILLRACE_CONNECT_TIMEOUT: 500,
  MILLRACE_CONNECT_UNSUPPORTED: 500,
  MILLRACE_CONNECT_FAILED: 500,
};

const RETRIABLE: ReadonlySet<HerderErrorCode> = new Set([
  'MILLRACE_CONNECT_CONFLICT',
  'MILLRACE_CONNECT_NOT_THE_TARGET',
  'MILLRACE_CONNECT_UNAVAILABLE',
  'MILLRACE_CONNECT_TIMEOUT',
]);

/** A request that a herder refuses or cannot serve. The message says what to do. */
export class HerderError extends MillraceError {
  override readonly name: string = 'HerderError';
  /** HTTP status of the answer. */
  readonly status: number;

  constructor(
    code: HerderErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(code, message, { retriable: RETRIABLE.has(code), ...options });
    this.status = STATUS[code];
  }
}

/** Another worker has to serve the request: the leader, or the one that runs the task. REST passes the request on, at most two hops. */
export class NotTheTargetError extends HerderError {
  override readonly name: string = 'NotTheTargetError';
  /** Base URL of that worker. Undefined: not known now; the client gets a 409. */
  readonly forwardUrl: string | undefined;

  constructor(message: string, forwardUrl: string | undefined) {
    super('MILLRACE_CONNECT_NOT_THE_TARGET', message);
    this.forwardUrl = forwardUrl;
  }
}

export const notFound = {
  connector: (name: string): HerderError =>
    new HerderError('MILLRACE_CONNECT_NOT_FOUND', `Connector ${name} not found`),
  /** Of what changes its state. */
  unknownConnector: (name: string): HerderError =>
    new HerderError('MILLRACE_CONNECT_NOT_FOUND', `Unknown connector ${name}`),
  connectorToRestart: (name: string): HerderError =>
    new HerderError('MILLRACE_CONNECT_NOT_FOUND', `Unknown connector: ${name}`),
  taskToRestart: (name: string, task: number): HerderError =>
    new HerderError('MILLRACE_CONNECT_NOT_FOUND', `Unknown task: ${name}-${task}`),
  connectorStatus: (name: string): HerderError =>
    new HerderError('MILLRACE_CONNECT_NOT_FOUND', `No status found for connector ${name}`),
  taskStatus: (name: string, task: number): HerderError =>
    new HerderError('MILLRACE_CONNECT_NOT_FOUND', `No status found for task ${name}-${task}`),
};

export function alreadyExists(name: string): HerderError {
  return new HerderError('MILLRACE_CONNECT_ALREADY_EXISTS', `Connector ${name} already exists`);
}

/** Offsets of a connector that is not STOPPED are not altered. */
export function notStopped(name: string): HerderError {
  return new HerderError(
    'MILLRACE_CONNECT_BAD_REQUEST',
    'Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by ' +
      `issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`,
  );
}
