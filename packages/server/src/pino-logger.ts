import type { LogFields, Logger } from '@millrace/base';
import { pino, type DestinationStream, type Logger as Pino } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

/** Structured JSON lines on stderr; stdout belongs to the one ready line. */
export function createPinoLogger(level: string, destination?: DestinationStream): Logger {
  const stream = destination ?? pino.destination({ fd: 2, sync: true });
  return wrap(pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream));
}

function wrap(target: Pino): Logger {
  return {
    debug: (message, fields) => target.debug(withError(fields), message),
    info: (message, fields) => target.info(withError(fields), message),
    warn: (message, fields) => target.warn(withError(fields), message),
    error: (message, fields) => target.error(withError(fields), message),
    child: (fields) => wrap(target.child(fields)),
  };
}

/** pino serialises errors only under `err`. */
function withError(fields: LogFields | undefined): LogFields {
  if (fields?.['error'] instanceof Error) {
    const { error, ...rest } = fields;
    return { ...rest, err: error };
  }
  return fields ?? {};
}
