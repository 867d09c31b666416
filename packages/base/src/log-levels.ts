/**
 * Levels of loggers that change while the process runs: one for `root`, and one for each part of the process that wants another.
 *
 * Owns: the level of each part; a part is what a child logger calls itself in its field `part`.
 * Invariants: a part without a level of its own follows root at once; what is below the level is dropped before its fields are read.
 * Bounds: as many parts as the process has; they are named in code, never by what comes in from outside.
 * Not here: where lines go (the sink), which must let every level through.
 */
import type { Logger } from './logger.ts';

/** From the most talkative; `silent` lets nothing through. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a running process lets others read and change. */
export interface LogLevels {
  /** `root` first, then the parts by name. */
  names(): readonly string[];
  /** The level in force; undefined when there is no such logger. */
  levelOf(name: string): LogLevel | undefined;
  /** With undefined a part follows root again; root itself always has a level. */
  set(name: string, level: LogLevel | undefined): void;
}

export const ROOT_LOGGER = 'root';

/** Drops what is below the level of its part, and hands the rest to `sink`. Its `levels` change that at run time. */
export function levelledLogger(sink: Logger, rootLevel: LogLevel): Logger {
  const gates = new Gates(rootLevel);
  return new LevelledLogger(sink, gates.root, gates);
}

interface Gate {
  /** Severities from here on pass. */
  threshold: number;
  own: LogLevel | undefined;
}

const severityOf = (level: LogLevel): number => LOG_LEVELS.indexOf(level);
const [DEBUG, INFO, WARN, ERROR] = [severityOf('debug'), severityOf('info'), severityOf('warn'), severityOf('error')];

class Gates implements LogLevels {
  readonly root: Gate;
  readonly #parts = new Map<string, Gate>();

  constructor(rootLevel: LogLevel) {
    this.root = { threshold: severityOf(rootLevel), own: rootLevel };
  }

  part(name: string): Gate {
    let gate = this.#parts.get(name);
    if (gate === undefined) {
      gate = { threshold: this.root.threshold, own: undefined };
      this.#parts.set(name, gate);
    }
    return gate;
  }

  names(): readonly string[] {
    return [ROOT_LOGGER, ...[...this.#parts.keys()].sort()];
  }

  levelOf(name: string): LogLevel | undefined {
    const gate = name === ROOT_LOGGER ? this.root : this.#parts.get(name);
    return gate && LOG_LEVELS[gate.threshold];
  }

  set(name: string, level: LogLevel | undefined): void {
    if (name !== ROOT_LOGGER) {
      const gate = this.part(name);
      gate.own = level;
      gate.threshold = level === undefined ? this.root.threshold : severityOf(level);
      return;
    }
    if (level === undefined) throw new Error('the root logger always has a level');
    this.root.own = level;
    this.root.threshold = severityOf(level);
    for (const gate of this.#parts.values()) if (gate.own === undefined) gate.threshold = this.root.threshold;
  }
}

class LevelledLogger implements Logger {
  readonly levels: LogLevels;
  readonly #sink: Logger;
  readonly #gate: Gate;
  readonly #gates: Gates;

  constructor(sink: Logger, gate: Gate, gates: Gates) {
    this.levels = gates;
    this.#sink = sink;
    this.#gate = gate;
    this.#gates = gates;
  }

  debug(...line: Parameters<Logger['debug']>): void {
    if (this.#gate.threshold <= DEBUG) this.#sink.debug(...line);
  }

  info(...line: Parameters<Logger['info']>): void {
    if (this.#gate.threshold <= INFO) this.#sink.info(...line);
  }

  warn(...line: Parameters<Logger['warn']>): void {
    if (this.#gate.threshold <= WARN) this.#sink.warn(...line);
  }

  error(...line: Parameters<Logger['error']>): void {
    if (this.#gate.threshold <= ERROR) this.#sink.error(...line);
  }

  child(fields: Parameters<Logger['child']>[0]): Logger {
    const { part } = fields;
    const gate = typeof part === 'string' ? this.#gates.part(part) : this.#gate;
    return new LevelledLogger(this.#sink.child(fields), gate, this.#gates);
  }
}
