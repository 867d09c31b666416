/** Loggers of the worker as `/admin/loggers` has them: Kafka's level names, and when a level was last changed. */
import { ROOT_LOGGER, type Clock, type Logger, type LogLevel } from '@millrace/base';

export interface LoggerLevel {
  readonly level: string;
  /** Milliseconds since 1970; undefined: not since the start. */
  readonly lastModifiedMs: number | undefined;
}

const OWN: Readonly<Record<string, LogLevel>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
  FATAL: 'error',
  OFF: 'silent',
};

export class Loggers {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #modified = new Map<string, number>();

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  names(): readonly string[] {
    return this.#log.levels?.names() ?? [];
  }

  /** Undefined: there is no such logger. */
  level(name: string): LoggerLevel | undefined {
    const level = this.#log.levels?.levelOf(name);
    if (level === undefined) return undefined;
    return { level: shown(level), lastModifiedMs: this.#modified.get(name) };
  }

  static isLevel(level: string): boolean {
    return Object.hasOwn(OWN, level.toUpperCase());
  }

  /** Resolves to the loggers whose level it is now; one that is not there is made, as Kafka does. */
  set(name: string, level: string): readonly string[] {
    const { levels } = this.#log;
    const own = OWN[level.toUpperCase()];
    if (levels === undefined || own === undefined) return [];
    const before = new Map(levels.names().map((each) => [each, levels.levelOf(each)]));
    levels.set(name, own);
    const followed = levels
      .names()
      .filter((each) => each === name || (name === ROOT_LOGGER && before.get(each) !== levels.levelOf(each)));
    for (const each of followed) this.#modified.set(each, this.#clock.nowMs());
    return followed;
  }
}

function shown(level: LogLevel): string {
  return level === 'silent' ? 'OFF' : level.toUpperCase();
}
