import { OperationKind, planBrokerAlteration, planTopicAlteration, replaceAll } from './alter-configs.ts';
import { loadBrokerConfig } from './broker-config.ts';

const config = loadBrokerConfig(new Map());
const { set, append, subtract } = OperationKind;
const remove = OperationKind.delete;

type Operation = [name: string, kind: number, value: string | null];

const operations = (list: readonly Operation[]) => list.map(([name, kind, value]) => ({ name, kind, value }));

/** The changes as an object, or the error code. */
function topicPlan(current: Record<string, string>, ...list: Operation[]): unknown {
  const plan = planTopicAlteration(config, new Map(Object.entries(current)), operations(list));
  return 'changes' in plan ? Object.fromEntries(plan.changes) : plan.errorCode;
}

function brokerPlan(scope: 'one' | 'all', ...list: Operation[]): unknown {
  const plan = planBrokerAlteration(config, scope, operations(list));
  return 'changes' in plan ? Object.fromEntries(plan.changes) : plan.errorCode;
}

describe('planTopicAlteration', () => {
  it('sets and deletes, in canonical text', () => {
    expect(topicPlan({ 'segment.ms': '5' }, ['retention.ms', set, ' 007 '], ['segment.ms', remove, null])).toEqual({
      'retention.ms': '7',
      'segment.ms': null,
    });
  });

  it.each([
    ['what is set', { 'cleanup.policy': 'compact' }, append, 'delete', 'compact,delete'],
    ['what is in force while unset', {}, append, 'compact', 'delete,compact'],
    ['without repeating an item', { 'cleanup.policy': 'compact' }, append, 'delete,compact', 'compact,delete'],
    ['nothing to an empty list', { 'cleanup.policy': '' }, append, '', ''],
  ])('appends to %s', (_, current, kind, value, expected) => {
    expect(topicPlan(current, ['cleanup.policy', kind, value])).toEqual({ 'cleanup.policy': expected });
  });

  it.each([
    ['an item', { 'cleanup.policy': 'delete,compact' }, 'delete', 'compact'],
    ['an item that is not there', { 'cleanup.policy': 'compact' }, 'delete', 'compact'],
    ['the last item', { 'cleanup.policy': 'compact' }, 'compact', ''],
    ['from the default', {}, 'delete', ''],
  ])('subtracts %s', (_, current, value, expected) => {
    expect(topicPlan(current, ['cleanup.policy', subtract, value])).toEqual({ 'cleanup.policy': expected });
  });

  it.each<[string, Operation[], number]>([
    ['a bad value', [['retention.ms', set, 'x']], 40],
    ['an unknown name', [['retention.mss', set, '1']], 40],
    ['an unknown name to append to', [['retention.mss', append, '1']], 40],
    ['appending to a number', [['retention.ms', append, '1']], 40],
    ['subtracting from a number', [['retention.ms', subtract, '1']], 40],
    ['appending a value that is not allowed', [['cleanup.policy', append, 'vacuum']], 40],
    [
      'a good entry beside a bad one',
      [
        ['segment.ms', set, '5'],
        ['retention.ms', set, 'x'],
      ],
      40,
    ],
    [
      'a key that stands twice',
      [
        ['retention.ms', set, '1'],
        ['retention.ms', remove, null],
      ],
      42,
    ],
    ['setting null', [['retention.ms', set, null]], 42],
    ['appending null', [['cleanup.policy', append, null]], 42],
    ['an operation that does not exist', [['retention.ms', 9, '1']], 42],
    [
      'lags that contradict each other',
      [
        ['min.compaction.lag.ms', set, '9'],
        ['max.compaction.lag.ms', set, '3'],
      ],
      40,
    ],
  ])('refuses %s', (_, list, errorCode) => {
    expect(topicPlan({}, ...list)).toBe(errorCode);
  });

  it('judges an entry together with what is stored', () => {
    expect(topicPlan({ 'max.compaction.lag.ms': '5' }, ['min.compaction.lag.ms', set, '6'])).toBe(40);
  });

  it('deletes what was never set, and names that do not exist', () => {
    expect(topicPlan({}, ['retention.ms', remove, null], ['foo', remove, null])).toEqual({
      'retention.ms': null,
      foo: null,
    });
  });
});

describe('planBrokerAlteration', () => {
  it('sets and deletes settings that may change at run time', () => {
    expect(brokerPlan('one', ['log.retention.ms', set, '05'], ['num.partitions', remove, null])).toEqual({
      'log.retention.ms': '5',
      'num.partitions': null,
    });
    expect(brokerPlan('all', ['log.cleanup.policy', subtract, 'delete'])).toEqual({ 'log.cleanup.policy': '' });
  });

  it.each<[string, Operation, number]>([
    ['a setting that is fixed at the start', ['node.id', set, '3'], 42],
    ['a setting without meaning here', ['num.io.threads', set, '3'], 42],
    ['an unknown setting', ['zork', set, '3'], 40],
    ['a bad value', ['log.retention.ms', set, 'x'], 42],
    ['appending to a number', ['log.retention.ms', append, '1'], 40],
    ['null', ['log.retention.ms', set, null], 42],
  ])('refuses %s', (_, operation, errorCode) => {
    expect(brokerPlan('all', operation)).toBe(errorCode);
  });
});

describe('replaceAll', () => {
  it('sets what is given and deletes the rest of what is stored', () => {
    const current = new Map([
      ['retention.ms', '5'],
      ['segment.ms', '6'],
    ]);

    expect(replaceAll(current, [{ name: 'segment.ms', value: '7' }])).toEqual([
      { name: 'segment.ms', kind: set, value: '7' },
      { name: 'retention.ms', kind: remove, value: null },
    ]);
  });

  it('leaves a repeated key to be refused', () => {
    const twice = [
      { name: 'segment.ms', value: '7' },
      { name: 'segment.ms', value: '8' },
    ];
    expect(planTopicAlteration(config, new Map(), replaceAll(new Map(), twice))).toMatchObject({ errorCode: 42 });
  });
});
