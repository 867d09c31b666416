/**
 * The loggers of a broker: `root`, and one for each part of the broker that logs under a name. A level that is set is obeyed by the next line, and
 * kept until the broker stops, as in Apache Kafka.
 *
 * Levels are Kafka's words; the logger's `silent` is FATAL there, since nothing is worse than an error here.
 * A process that hands the broker a logger without levels decides alone: then root is shown, and altering is refused.
 */
import { nearestName, ROOT_LOGGER, type LogLevel, type LogLevels } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  malformation,
  OperationKind,
  refused,
  type AlterPlan,
  type AlterRefused,
  type ConfigOperation,
} from '../alter-configs.ts';
import { asked, loggerEntry } from '../describe-configs.ts';
import { refuseBroker } from './broker-resource.ts';
import type { ConfigResourceKind } from './config-resource-kind.ts';

const KAFKA_LEVELS = {
  FATAL: 'silent',
  ERROR: 'error',
  WARN: 'warn',
  INFO: 'info',
  DEBUG: 'debug',
  TRACE: 'trace',
} as const;

export const loggerResource: ConfigResourceKind = {
  describe({ config, logger, nodeId }, name, keys) {
    const refusal = refuseBroker(name, nodeId);
    if (refusal !== undefined) return refusal;
    const { levels } = logger;
    const isAsked = asked(keys);
    if (levels === undefined)
      return isAsked(ROOT_LOGGER) ? [loggerEntry(ROOT_LOGGER, kafkaLevel(config.logLevel), true)] : [];
    return levels
      .names()
      .filter(isAsked)
      .map((each) => loggerEntry(each, kafkaLevel(levels.levelOf(each) ?? 'info'), false));
  },
  target({ logger, nodeId }, name) {
    const refusal = refuseBroker(name, nodeId);
    if (refusal !== undefined) return refusal;
    const { levels } = logger;
    if (levels === undefined) {
      return refused(ErrorCode.INVALID_REQUEST, 'the process that runs this broker decides on its log levels');
    }
    return {
      current: new Map(levels.names().map((each) => [each, kafkaLevel(levels.levelOf(each) ?? 'info')])),
      plan: (operations) => planLevels(levels, operations),
      apply(changes) {
        for (const [each, text] of changes) levels.set(each, text === null ? undefined : parsedLevel(text));
      },
    };
  },
  list: ({ metaStore }) => [...metaStore.snapshot().brokers.keys()].map(String),
};

function planLevels(levels: LogLevels, operations: readonly ConfigOperation[]): AlterPlan | AlterRefused {
  const changes = new Map<string, string | null>();
  for (const operation of operations) {
    const { name, kind, value } = operation;
    const malformed = malformation(operation, changes);
    if (malformed !== undefined) return malformed;
    if (kind !== OperationKind.set && kind !== OperationKind.delete) {
      return refused(ErrorCode.INVALID_REQUEST, `a log level is set or deleted: ${name} is no list`);
    }
    if (!levels.names().includes(name)) return refused(ErrorCode.INVALID_CONFIG, unknownLogger(name, levels));
    if (kind === OperationKind.delete) {
      if (name === ROOT_LOGGER)
        return refused(ErrorCode.INVALID_REQUEST, 'the root logger needs a level: set another one');
      changes.set(name, null);
      continue;
    }
    if (value === null || parsedLevel(value) === undefined) {
      const allowed = Object.keys(KAFKA_LEVELS).join(', ');
      return refused(
        ErrorCode.INVALID_CONFIG,
        `invalid value "${value}" for the log level of ${name}: must be one of ${allowed}`,
      );
    }
    changes.set(name, value);
  }
  return { errorCode: 0, changes };
}

function unknownLogger(name: string, levels: LogLevels): string {
  const nearest = nearestName(name, levels.names());
  const hint = nearest === undefined ? `there are ${levels.names().join(', ')}` : `did you mean ${nearest}?`;
  return `there is no logger ${name}: ${hint}`;
}

function parsedLevel(text: string): LogLevel | undefined {
  return Object.hasOwn(KAFKA_LEVELS, text) ? KAFKA_LEVELS[text as keyof typeof KAFKA_LEVELS] : undefined;
}

function kafkaLevel(level: string): string {
  return level === 'silent' ? 'FATAL' : level.toUpperCase();
}
