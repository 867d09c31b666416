import { MillraceError } from '@millrace/base';
import { OperationKind, planBrokerAlteration, type AlterRefused } from './alter-configs.ts';
import { loadBrokerConfig } from './broker-config.ts';

type Settings = Readonly<Record<string, string>>;

const load = (settings: Settings) => loadBrokerConfig(new Map(Object.entries(settings)));

/** What the start says of these settings. */
function problemsOf(settings: Settings): unknown {
  try {
    load(settings);
    return [];
  } catch (error) {
    if (!MillraceError.is(error)) throw error;
    return error.details['problems'];
  }
}

/** Why a running broker with the settings `given` refuses this change; undefined when it takes it. Null deletes. */
function refusalOf(
  given: Settings,
  change: Readonly<Record<string, string | null>>,
  scope: 'one' | 'all' = 'all',
  config = load(given),
): AlterRefused | undefined {
  const operations = Object.entries(change).map(([name, value]) => ({
    name,
    kind: value === null ? OperationKind.delete : OperationKind.set,
    value,
  }));
  const plan = planBrokerAlteration(config, scope, operations);
  return 'changes' in plan ? undefined : plan;
}

const GROUP = 'group.consumer';

describe('settings of groups that contradict each other', () => {
  it.each<[Settings, string[]]>([
    [
      { 'group.min.session.timeout.ms': '10', 'group.max.session.timeout.ms': '5' },
      ['group.min.session.timeout.ms: 10 is above group.max.session.timeout.ms (5)'],
    ],
    [
      { [`${GROUP}.session.timeout.ms`]: '10000' },
      [`${GROUP}.session.timeout.ms: 10000 is below ${GROUP}.min.session.timeout.ms (45000)`],
    ],
    [
      { [`${GROUP}.session.timeout.ms`]: '60001' },
      [`${GROUP}.session.timeout.ms: 60001 is above ${GROUP}.max.session.timeout.ms (60000)`],
    ],
    [
      { [`${GROUP}.max.session.timeout.ms`]: '40000' },
      [`${GROUP}.min.session.timeout.ms: 45000 is above ${GROUP}.max.session.timeout.ms (40000)`],
    ],
    [
      { [`${GROUP}.heartbeat.interval.ms`]: '4999' },
      [`${GROUP}.heartbeat.interval.ms: 4999 is below ${GROUP}.min.heartbeat.interval.ms (5000)`],
    ],
    [
      { [`${GROUP}.heartbeat.interval.ms`]: '15001' },
      [`${GROUP}.heartbeat.interval.ms: 15001 is above ${GROUP}.max.heartbeat.interval.ms (15000)`],
    ],
    [
      { [`${GROUP}.min.session.timeout.ms`]: '1000', [`${GROUP}.session.timeout.ms`]: '5000' },
      [`${GROUP}.heartbeat.interval.ms: 5000 is not below ${GROUP}.session.timeout.ms (5000)`],
    ],
    [
      { [`${GROUP}.assignment.interval.ms`]: '15001' },
      [`${GROUP}.assignment.interval.ms: 15001 is above ${GROUP}.max.assignment.interval.ms (15000)`],
    ],
  ])('%j is refused at the start, with both keys', (settings, problems) => {
    expect(problemsOf(settings)).toEqual(problems);
  });

  it('at the bounds there is none', () => {
    const settings = {
      [`${GROUP}.session.timeout.ms`]: '60000',
      [`${GROUP}.heartbeat.interval.ms`]: '15000',
      [`${GROUP}.assignment.interval.ms`]: '0',
    };
    expect(problemsOf(settings)).toEqual([]);
  });

  it('are refused while the broker runs', () => {
    const key = `${GROUP}.assignment.interval.ms`;
    const given = { [`${GROUP}.min.assignment.interval.ms`]: '500' };
    expect(refusalOf(given, { [key]: '499' })).toEqual({
      errorCode: 42,
      errorMessage: `${key}: 499 is below ${GROUP}.min.assignment.interval.ms (500)`,
    });
    expect(refusalOf(given, { [key]: '500' })).toBeUndefined();
  });
});

describe('settings of the cleaner', () => {
  it.each([
    ['log.cleaner.io.max.bytes.per.second', '0', 'DOUBLE', '(0,...]'],
    ['log.cleaner.io.max.bytes.per.second', '-1', 'DOUBLE', '(0,...]'],
    ['log.cleaner.io.max.bytes.per.second', 'NaN', 'DOUBLE', '(0,...]'],
    ['log.cleaner.io.buffer.size', '0', 'INT', '[1,...]'],
    ['log.cleaner.io.buffer.load.factor', '0', 'DOUBLE', '(0,...,1]'],
    ['log.cleaner.io.buffer.load.factor', '1.01', 'DOUBLE', '(0,...,1]'],
    ['log.cleaner.dedupe.buffer.size', '1048575', 'LONG', '[1048576,...]'],
    ['log.cleaner.threads', '-1', 'INT', '[0,...]'],
    ['log.cleaner.backoff.ms', '-1', 'LONG', '[0,...]'],
    ['log.cleaner.delete.retention.ms', '-1', 'LONG', '[0,...]'],
    ['log.cleaner.min.cleanable.ratio', '1.5', 'DOUBLE', '[0,...,1]'],
    ['log.cleaner.min.compaction.lag.ms', '-1', 'LONG', '[0,...]'],
    ['log.cleaner.max.compaction.lag.ms', '0', 'LONG', '[1,...]'],
  ])('%s=%s is refused at the start and while the broker runs', (key, value, type, allowed) => {
    const message = `invalid value "${value}" for configuration ${key}: must be of type ${type} with allowed values ${allowed}`;
    expect(problemsOf({ [key]: value })).toEqual([message]);
    expect(refusalOf({}, { [key]: value }, 'one')).toEqual({ errorCode: 42, errorMessage: message });
    expect(refusalOf({}, { [key]: value }, 'all')).toEqual({ errorCode: 42, errorMessage: message });
  });

  it('that are small are taken', () => {
    const settings = {
      'log.cleaner.io.max.bytes.per.second': '0.5',
      'log.cleaner.io.buffer.size': '1',
      'log.cleaner.io.buffer.load.factor': '1.0',
      'log.cleaner.dedupe.buffer.size': '1048576',
      'log.cleaner.threads': '0',
    };
    expect(problemsOf(settings)).toEqual([]);
    expect(refusalOf({}, settings)).toBeUndefined();
  });

  const TOO_LITTLE = 'log.cleaner.dedupe.buffer.size: 2097151 is less than 1048576 for each of log.cleaner.threads (2)';

  it('leave each thread the memory that it needs', () => {
    const given = { 'log.cleaner.threads': '2', 'log.cleaner.dedupe.buffer.size': '2097151' };
    expect(problemsOf(given)).toEqual([TOO_LITTLE]);
    expect(problemsOf({ ...given, 'log.cleaner.enable': 'false' })).toEqual([]);
    expect(refusalOf({}, given)).toEqual({ errorCode: 42, errorMessage: TOO_LITTLE });
    expect(refusalOf({ 'log.cleaner.threads': '2' }, { 'log.cleaner.dedupe.buffer.size': '2097151' })).toEqual({
      errorCode: 42,
      errorMessage: TOO_LITTLE,
    });
  });

  it('are judged as they are in force once the change is made', () => {
    const config = load({ 'log.cleaner.dedupe.buffer.size': '2097151' });
    config.applyDynamic(new Map([['log.cleaner.threads', '2']]), new Map([['log.cleaner.threads', '1']]));
    // For all brokers it is hidden behind this one's own, until that goes.
    expect(refusalOf({}, { 'log.cleaner.threads': '3' }, 'all', config)).toBeUndefined();
    expect(refusalOf({}, { 'log.cleaner.threads': null }, 'one', config)).toMatchObject({ errorMessage: TOO_LITTLE });
    // What has nothing to do with it can always be changed.
    expect(refusalOf({}, { 'num.partitions': '3' }, 'one', config)).toBeUndefined();
  });

  it('do not have records wait longer than they may', () => {
    const [min, max] = ['log.cleaner.min.compaction.lag.ms', 'log.cleaner.max.compaction.lag.ms'];
    expect(problemsOf({ [min]: '9', [max]: '3' })).toEqual([`${min}: 9 is above ${max} (3)`]);
    expect(refusalOf({ [min]: '9' }, { [max]: '3' })).toMatchObject({ errorMessage: `${min}: 9 is above ${max} (3)` });
  });
});
