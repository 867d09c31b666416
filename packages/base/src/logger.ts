import type { LogLevels } from './log-levels.ts';

export type LogFields = Readonly<Record<string, unknown>>;

/** Structured logging as the libraries see it; the process decides where lines go. Never pass secrets or payloads. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
  /** Levels that can be changed at run time; absent where whoever takes the lines decides alone. */
  readonly levels?: LogLevels;
}

/** Drops everything. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
