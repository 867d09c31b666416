/** Lines that come out of threads. */
import type { Logger } from '@millrace/base';
import type { FromThread } from './thread-messages.ts';

export function loggerOf(log: Logger, connector: string, task?: number): Logger {
  return log.child(task === undefined ? { connector } : { connector, task });
}

export function logLine(log: Logger, { level, message, fields }: Extract<FromThread, { readonly kind: 'log' }>): void {
  log[level](message, fields);
}
