import { messageOf } from '@millrace/base';
import { KafkaError } from '../error.ts';

/** Anything that was thrown as an error of this client's family. */
export function asKafkaError(error: unknown): KafkaError {
  if (KafkaError.is(error)) return error;
  return new KafkaError('MILLRACE_CLIENT_INVALID_STATE', messageOf(error), { cause: error });
}

/** The same error saying that another attempt may help, although its code alone would not say so. */
export function passing(error: KafkaError): KafkaError {
  if (error.retriable) return error;
  const { code, message, details, kafkaCode } = error;
  return new KafkaError(code, message, { details, kafkaCode, cause: error, retriable: true });
}
