import { levelledLogger, silentLogger, type Logger } from '@millrace/base';
import { createMemoryMetaStore } from '@millrace/metadata';
import { OperationKind, type ConfigOperation } from '../alter-configs.ts';
import { loadBrokerConfig } from '../broker-config.ts';
import { loggerResource } from './logger-resource.ts';
import type { ResourceServices } from './config-resource-kind.ts';

function servicesWith(logger: Logger): ResourceServices {
  const config = loadBrokerConfig(new Map([['millrace.log.level', 'warn']]));
  return { nodeId: 1, config, logger, metaStore: createMemoryMetaStore() };
}

function setUp() {
  const logger = levelledLogger(silentLogger, 'info');
  logger.child({ part: 'groups' });
  const services = servicesWith(logger);
  const shown = (keys: readonly string[] | null = null) => {
    const entries = loggerResource.describe(services, '1', keys);
    return 'errorCode' in entries ? entries : entries.map(({ name, value }) => `${name}=${value ?? ''}`);
  };
  /** Error code and message, or 'done'. */
  const alter = (...operations: readonly [name: string, kind: number, value: string | null][]): string => {
    const target = loggerResource.target(services, '1');
    if ('errorCode' in target) return `${target.errorCode} ${target.errorMessage}`;
    const plan = target.plan(operations.map(([name, kind, value]): ConfigOperation => ({ name, kind, value })));
    if (!('changes' in plan)) return `${plan.errorCode} ${plan.errorMessage}`;
    target.apply?.(plan.changes);
    return 'done';
  };
  return { services, shown, alter };
}

const { set, append } = OperationKind;
const remove = OperationKind.delete;

describe('loggerResource', () => {
  it("shows root and every part with the level in force, in Kafka's words", () => {
    const { services, shown } = setUp();
    expect(shown()).toEqual(['root=INFO', 'groups=INFO']);
    expect(shown(['groups', 'none'])).toEqual(['groups=INFO']);
    expect(loggerResource.describe(services, '1', ['root'])).toEqual([
      expect.objectContaining({ readOnly: false, configSource: 6, synonyms: [] }),
    ]);
  });

  it('sets and deletes levels', () => {
    const { shown, alter } = setUp();
    expect(alter(['groups', set, 'DEBUG'], ['root', set, 'FATAL'])).toBe('done');
    expect(shown()).toEqual(['root=FATAL', 'groups=DEBUG']);
    expect(alter(['groups', remove, null])).toBe('done');
    expect(shown()).toEqual(['root=FATAL', 'groups=FATAL']);
  });

  it.each<[string, [string, number, string | null][], string]>([
    [
      'a level that does not exist',
      [['root', set, 'loud']],
      '40 invalid value "loud" for the log level of root: must be one of FATAL, ERROR, WARN, INFO, DEBUG, TRACE',
    ],
    ['an unknown logger', [['grups', set, 'INFO']], '40 there is no logger grups: did you mean groups?'],
    [
      'an unknown logger to delete',
      [['kafka.x', remove, null]],
      '40 there is no logger kafka.x: there are root, groups',
    ],
    ['to take the level of root', [['root', remove, null]], '42 the root logger needs a level: set another one'],
    ['to append', [['root', append, 'INFO']], '42 a log level is set or deleted: root is no list'],
    [
      'a logger twice',
      [
        ['root', set, 'INFO'],
        ['root', set, 'WARN'],
      ],
      '42 configuration root stands in the request twice',
    ],
  ])('refuses %s', (_, operations, expected) => {
    const { shown, alter } = setUp();
    expect(alter(['groups', set, 'ERROR'], ...operations)).toBe(expected);
    expect(shown()).toEqual(['root=INFO', 'groups=INFO']);
  });

  it('shows the level of the start, and refuses, where the process decides on levels itself', () => {
    const services = servicesWith(silentLogger);
    expect(loggerResource.describe(services, '1', null)).toEqual([
      expect.objectContaining({ name: 'root', value: 'WARN', readOnly: true }),
    ]);
    expect(loggerResource.target(services, '1')).toMatchObject({ errorCode: 42 });
  });

  it.each(['', '2', 'x'])('is that of one broker, not of "%s"', (name) => {
    const { services } = setUp();
    expect(loggerResource.target(services, name)).toMatchObject({ errorCode: 42 });
    expect(loggerResource.describe(services, name, null)).toMatchObject({ errorCode: 42 });
  });
});
