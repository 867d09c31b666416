/**
 * The one error family of this client: what went wrong between this process and the cluster, or what the cluster answered.
 *
 * Owns: the codes (listed in docs/reference/errors.md) and what follows from each of Kafka's error codes.
 * Invariants: no message and no detail holds a secret or a record's payload.
 */
import { MillraceError, type MillraceErrorOptions } from '@millrace/base';
import { ErrorCode, errorByCode, type ErrorName } from '@millrace/protocol';

export type KafkaErrorCode =
  | 'MILLRACE_CLIENT_ABORTED'
  | 'MILLRACE_CLIENT_AUTH'
  | 'MILLRACE_CLIENT_BROKER_ERROR'
  | 'MILLRACE_CLIENT_CLOSED'
  | 'MILLRACE_CLIENT_CONNECT'
  | 'MILLRACE_CLIENT_CONNECTION_LOST'
  | 'MILLRACE_CLIENT_CORRUPT_RECORDS'
  | 'MILLRACE_CLIENT_DEAD_LETTER'
  | 'MILLRACE_CLIENT_DECODE'
  | 'MILLRACE_CLIENT_DELIVERY'
  | 'MILLRACE_CLIENT_ENCODE'
  | 'MILLRACE_CLIENT_FENCED'
  | 'MILLRACE_CLIENT_HANDLER'
  | 'MILLRACE_CLIENT_INVALID_ANSWER'
  | 'MILLRACE_CLIENT_INVALID_OPTION'
  | 'MILLRACE_CLIENT_INVALID_STATE'
  | 'MILLRACE_CLIENT_NO_POSITION'
  | 'MILLRACE_CLIENT_TIMEOUT'
  | 'MILLRACE_CLIENT_UNSUPPORTED_API'
  | 'MILLRACE_CLIENT_UNSUPPORTED_NODE';

export interface KafkaErrorOptions extends MillraceErrorOptions {
  /** This producer or consumer cannot go on: close it and make a new one. Default false. */
  readonly fatal?: boolean;
  /** The transaction has to be aborted; afterwards the producer goes on. Default false. */
  readonly needsAbort?: boolean;
  /** Kafka's name for a broker's refusal. */
  readonly kafkaCode?: ErrorName | undefined;
}

const BRAND = Symbol.for('millrace.kafka-error');

/** Every error that this client throws. Branch on `code`, or on `retriable`, `fatal` and `needsAbort`. */
export class KafkaError extends MillraceError {
  override readonly name: string = 'KafkaError';
  declare readonly code: KafkaErrorCode;
  /** This producer or consumer cannot go on: close it and make a new one. */
  readonly fatal: boolean;
  /** The transaction has to be aborted; afterwards the producer goes on. */
  readonly needsAbort: boolean;
  /** Kafka's name for a broker's refusal, when it was one. */
  readonly kafkaCode: ErrorName | undefined;

  constructor(code: KafkaErrorCode, message: string, options: KafkaErrorOptions = {}) {
    super(code, message, options);
    this.fatal = options.fatal ?? false;
    this.needsAbort = options.needsAbort ?? false;
    this.kafkaCode = options.kafkaCode;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Recognises errors of any loaded copy of this package. */
  static override is(error: unknown): error is KafkaError {
    return typeof error === 'object' && error !== null && (error as { [BRAND]?: unknown })[BRAND] === true;
  }
}

/** Another producer or consumer took this one's identity (transactional id, group instance id). Always fatal. */
export class FencedError extends KafkaError {
  override readonly name = 'FencedError';

  constructor(message: string, options: KafkaErrorOptions = {}) {
    super('MILLRACE_CLIENT_FENCED', message, { ...options, fatal: true, retriable: false });
  }
}

/** Something did not happen in time. `cause` is the last failure, when there was one. */
export class TimeoutError extends KafkaError {
  override readonly name = 'TimeoutError';

  constructor(message: string, options: KafkaErrorOptions = {}) {
    super('MILLRACE_CLIENT_TIMEOUT', message, { retriable: true, ...options });
  }
}

/** The broker did not accept who this client is, or what it may do. */
export class AuthError extends KafkaError {
  override readonly name = 'AuthError';

  constructor(message: string, options: KafkaErrorOptions = {}) {
    super('MILLRACE_CLIENT_AUTH', message, options);
  }
}

/** A record's bytes could not be turned into a value by its topic's codec or schema. */
export class DecodeError extends KafkaError {
  override readonly name = 'DecodeError';

  constructor(message: string, options: KafkaErrorOptions = {}) {
    super('MILLRACE_CLIENT_DECODE', message, options);
  }
}

/** What is known of records that were given up: that they are not in the log, or nothing. */
export type DeliveryOutcome = 'not-written' | 'unknown';

/** Records were not acknowledged. `cause` says why, `outcome` whether they may have been written all the same. */
export class DeliveryError extends KafkaError {
  override readonly name = 'DeliveryError';
  readonly outcome: DeliveryOutcome;

  constructor(message: string, options: KafkaErrorOptions & { readonly outcome?: DeliveryOutcome } = {}) {
    super('MILLRACE_CLIENT_DELIVERY', message, options);
    this.outcome = options.outcome ?? 'unknown';
  }
}

/** The client was closed before the call, or while it waited. */
export class ClosedError extends KafkaError {
  override readonly name = 'ClosedError';

  constructor(message = 'this client is closed: make a new one', options: KafkaErrorOptions = {}) {
    super('MILLRACE_CLIENT_CLOSED', message, options);
  }
}

/** What was waited for was given up by the caller's signal, whose reason is the `cause`. */
export class AbortError extends KafkaError {
  override readonly name = 'AbortError';

  constructor(what: string, signal: AbortSignal) {
    super('MILLRACE_CLIENT_ABORTED', `${what} was aborted by its signal`, { cause: signal.reason });
  }
}

const FENCED: ReadonlySet<ErrorCode> = new Set([ErrorCode.PRODUCER_FENCED, ErrorCode.FENCED_INSTANCE_ID]);

/** Refusals of a record after which its transaction can only be aborted. A log says the second for one whose time was over, too. */
const ABORTABLE: ReadonlySet<ErrorCode> = new Set([ErrorCode.TRANSACTION_ABORTABLE, ErrorCode.INVALID_PRODUCER_EPOCH]);

/** What to do about a refusal on grounds of who is asking. */
const AUTH_REMEDIES: ReadonlyMap<ErrorCode, string> = new Map([
  [ErrorCode.SASL_AUTHENTICATION_FAILED, 'check user and password, or the token, in `auth`'],
  [ErrorCode.UNSUPPORTED_SASL_MECHANISM, 'choose a mechanism in `auth` that this listener offers'],
  [ErrorCode.ILLEGAL_SASL_STATE, 'set `auth`, or use a listener that wants none'],
  [ErrorCode.SECURITY_DISABLED, 'the broker runs without an authorizer'],
  [ErrorCode.TOPIC_AUTHORIZATION_FAILED, 'grant this user the operation on the topic'],
  [ErrorCode.GROUP_AUTHORIZATION_FAILED, 'grant this user READ on the group'],
  [ErrorCode.CLUSTER_AUTHORIZATION_FAILED, 'grant this user the operation on the cluster'],
  [ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, 'grant this user WRITE on the transactional id'],
  [ErrorCode.DELEGATION_TOKEN_AUTHORIZATION_FAILED, 'grant this user the operation on the token'],
]);

/** An error code of a response as an error: Kafka's name, the broker's own words when it sent any. */
export function brokerError(
  what: string,
  errorCode: number,
  message?: string | null,
  where: { readonly topic?: string; readonly partition?: number } = {},
): KafkaError {
  const { code, name, retriable } = errorByCode(errorCode);
  const place = where.topic === undefined ? '' : ` at ${where.topic}${partitionSuffix(where.partition)}`;
  const remedy = AUTH_REMEDIES.get(code);
  const words = [message ?? '', remedy ?? ''].filter((each) => each !== '').join('; ');
  const text = `${what}${place} failed with ${name}${words === '' ? '' : `: ${words}`}`;
  const options = {
    retriable,
    kafkaCode: name,
    details: { errorCode, errorName: name, ...where },
    needsAbort: ABORTABLE.has(code),
  };
  if (FENCED.has(code)) return new FencedError(text, options);
  if (remedy !== undefined) return new AuthError(text, options);
  return new KafkaError('MILLRACE_CLIENT_BROKER_ERROR', text, options);
}

/** The same error saying that nothing goes on after it. */
export function asFatal(error: KafkaError): KafkaError {
  if (error.fatal) return error;
  const { code, message, details, kafkaCode } = error;
  return new KafkaError(code, message, { details, kafkaCode, cause: error, fatal: true });
}

/** Whether the broker refused with this code. */
export function isRefusal(error: unknown, errorCode: ErrorCode): error is KafkaError {
  return KafkaError.is(error) && error.details['errorCode'] === errorCode;
}

/** Why what an aborted signal ended did not go on: the client was closed, or its caller gave it up. */
export function abortReason(what: string, signal: AbortSignal): KafkaError {
  const reason: unknown = signal.reason;
  return reason instanceof ClosedError ? reason : new AbortError(what, signal);
}

/** Throws when the signal was aborted already. */
export function throwIfAborted(what: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortReason(what, signal);
}

/** The promise, or AbortError as soon as the signal is aborted; what the promise stands for goes on. */
export function abortable<T>(what: string, promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  if (signal.aborted) {
    promise.catch(() => undefined);
    return Promise.reject(abortReason(what, signal));
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortReason(what, signal));
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function partitionSuffix(partition: number | undefined): string {
  return partition === undefined ? '' : `[${String(partition)}]`;
}
