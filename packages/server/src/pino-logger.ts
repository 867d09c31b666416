import { levelledLogger, type LogFields, type Logger, type LogLevel } from '@millrace/base';
import { pino, type DestinationStream, type Logger as Pino } from 'pino';

/** Structured JSON lines on stderr; stdout belongs to the one ready line. */
export function createPinoLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const stream = destination ?? pino.destination({ fd: 2, sync: true });
  // pino itself lets everything through: a level that rises or falls later is decided in one place.
  return levelledLogger(
    wrap(pino({ level: 'trace', base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream)),
    level,
  );
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
