import { MillraceError } from '@millrace/base';

/** Everything that can be wrong with bytes from the network, or with a message that is about to be written. */
export type ProtocolErrorCode =
  | 'MILLRACE_PROTOCOL_TRUNCATED'
  | 'MILLRACE_PROTOCOL_TRAILING_BYTES'
  | 'MILLRACE_PROTOCOL_BAD_LENGTH'
  | 'MILLRACE_PROTOCOL_BAD_VARINT'
  | 'MILLRACE_PROTOCOL_BAD_TAG'
  | 'MILLRACE_PROTOCOL_BAD_UUID'
  | 'MILLRACE_PROTOCOL_TOO_MANY_ELEMENTS'
  | 'MILLRACE_PROTOCOL_NULL_FIELD'
  | 'MILLRACE_PROTOCOL_VALUE_OUT_OF_RANGE'
  | 'MILLRACE_PROTOCOL_UNKNOWN_API'
  | 'MILLRACE_PROTOCOL_UNSUPPORTED_VERSION'
  | 'MILLRACE_PROTOCOL_UNSUPPORTED_FIELD';

/** A message that cannot be read or written as asked. Never retriable: the same bytes fail the same way again. */
export class ProtocolError extends MillraceError {
  override readonly name: string = 'ProtocolError';
  declare readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(code, message, { details });
  }
}

/** A field that is null in a version whose bytes have no room for null. */
export function nullField(message: string, field: string, version: number): ProtocolError {
  return new ProtocolError(
    'MILLRACE_PROTOCOL_NULL_FIELD',
    `${message} v${version}: field ${field} cannot be null in this version`,
    { message, field, version },
  );
}

/** A field that carries a value in a version that does not know it and must not lose it silently. */
export function unsupportedField(message: string, field: string, version: number): ProtocolError {
  return new ProtocolError(
    'MILLRACE_PROTOCOL_UNSUPPORTED_FIELD',
    `${message} v${version}: field ${field} is set but this version does not carry it; use another version or leave it out`,
    { message, field, version },
  );
}

export function unsupportedVersion(message: string, version: number, min: number, max: number): ProtocolError {
  return new ProtocolError(
    'MILLRACE_PROTOCOL_UNSUPPORTED_VERSION',
    `${message} has no version ${version}; versions ${min} to ${max} exist`,
    { message, version, min, max },
  );
}
