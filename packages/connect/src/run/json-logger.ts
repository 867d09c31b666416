/** Log lines as JSON on a stream: `{"level":"warn","time":"…","msg":"…",…}`. */
import { levelledLogger, type LogFields, type Logger, type LogLevel } from '@millrace/base';

/** `write` gets each line with its end. Levels can be changed at run time. */
export function jsonLogger(level: LogLevel, write: (line: string) => void, nowMs: () => number): Logger {
  return levelledLogger(sink({}, write, nowMs), level);
}

function sink(bound: LogFields, write: (line: string) => void, nowMs: () => number): Logger {
  const line =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void =>
      write(`${text({ level, time: new Date(nowMs()).toISOString(), msg: message, ...bound, ...fields })}\n`);
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => sink({ ...bound, ...fields }, write, nowMs),
  };
}

function text(fields: LogFields): string {
  return JSON.stringify(fields, (_key, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    return value instanceof Error ? errorFields(value) : value;
  });
}

function errorFields(error: Error): object {
  const { name, message, stack, cause } = error;
  const { code } = error as { readonly code?: unknown };
  return { name, message, ...(code === undefined ? {} : { code }), stack, ...(cause === undefined ? {} : { cause }) };
}
