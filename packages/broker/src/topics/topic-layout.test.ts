import { SeededRandom } from '@millrace/base';
import { layoutByAssignment, layoutByCount, layoutOfAdded, type LayoutRules } from './topic-layout.ts';

function rules(init: Partial<LayoutRules> = {}): LayoutRules {
  return {
    nodeIds: [1, 2, 3],
    defaultPartitionCount: 4,
    defaultReplicationFactor: 2,
    allowsMoreReplicasThanBrokers: false,
    random: new SeededRandom(5),
    ...init,
  };
}

describe('layoutByCount', () => {
  it('takes the defaults for -1', () => {
    expect(layoutByCount(-1, -1, rules())).toMatchObject({ errorCode: 0, replicationFactor: 2, owners: { length: 4 } });
  });

  it('gives the brokers partitions in turn', () => {
    const layout = layoutByCount(9, 1, rules());

    const counts = new Map<number, number>();
    for (const owner of 'owners' in layout ? layout.owners : []) counts.set(owner, (counts.get(owner) ?? 0) + 1);
    expect([...counts].sort()).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it('does not start at the same broker each time', () => {
    const random = new SeededRandom(9);
    const first = Array.from({ length: 40 }, () => {
      const layout = layoutByCount(1, 1, rules({ random }));
      return 'owners' in layout ? layout.owners[0] : undefined;
    });
    expect(new Set(first)).toEqual(new Set([1, 2, 3]));
  });

  it.each([
    ['no partition', 0, 1, 37],
    ['a negative number of partitions', -2, 1, 37],
    ['no replica', 1, 0, 38],
    ['a negative factor', 1, -2, 38],
    ['more replicas than brokers', 1, 4, 38],
    ['too many partitions for one request', 10_001, 1, 44],
  ])('refuses %s', (_, count, factor, errorCode) => {
    expect(layoutByCount(count, factor, rules())).toMatchObject({
      errorCode,
      errorMessage: expect.any(String) as string,
    });
  });

  it('takes more replicas than brokers when the setting says so', () => {
    const layout = layoutByCount(1, 3, rules({ nodeIds: [1], allowsMoreReplicasThanBrokers: true }));
    expect(layout).toEqual({ errorCode: 0, owners: [1], replicationFactor: 3 });
  });

  it('names the setting when it refuses', () => {
    expect(layoutByCount(1, 4, rules())).toMatchObject({
      errorMessage: expect.stringContaining('millrace.replication.factor.above.brokers') as string,
    });
  });
});

describe('layoutByAssignment', () => {
  const assign = (assignments: Record<number, number[]>) =>
    layoutByAssignment(
      new Map(Object.entries(assignments).map(([partition, nodes]) => [Number(partition), nodes])),
      rules(),
    );

  it('lets the first replica own the partition', () => {
    expect(assign({ 0: [2, 1], 1: [3, 2] })).toEqual({ errorCode: 0, owners: [2, 3], replicationFactor: 2 });
  });

  it.each<[string, Record<number, number[]>]>([
    ['a gap', { 0: [1], 2: [1] }],
    ['a partition without replicas', { 0: [] }],
    ['a broker twice', { 0: [1, 1] }],
    ['an unknown broker', { 0: [9] }],
    ['partitions with different numbers of replicas', { 0: [1], 1: [1, 2] }],
  ])('refuses %s', (_, assignments) => {
    expect(assign(assignments)).toMatchObject({ errorCode: 39 });
  });
});

describe('layoutOfAdded', () => {
  it('chooses owners unless they are given', () => {
    expect(layoutOfAdded(2, null, 2, rules())).toMatchObject({ errorCode: 0, owners: { length: 2 } });
    expect(
      layoutOfAdded(
        2,
        [
          [1, 2],
          [3, 1],
        ],
        2,
        rules(),
      ),
    ).toMatchObject({ owners: [1, 3] });
  });

  it.each<[string, number, number[][]]>([
    ['fewer assignments than partitions', 2, [[1, 2]]],
    ['another number of replicas', 1, [[1]]],
    ['an unknown broker', 1, [[1, 7]]],
  ])('refuses %s', (_, count, assignments) => {
    expect(layoutOfAdded(count, assignments, 2, rules())).toMatchObject({ errorCode: 39 });
  });

  it('asks for no more replicas by hand than there are brokers', () => {
    const one = rules({ nodeIds: [1], allowsMoreReplicasThanBrokers: true });
    expect(layoutOfAdded(1, [[1]], 3, one)).toMatchObject({ errorCode: 0, owners: [1] });
  });

  it('refuses too many for one request', () => {
    expect(layoutOfAdded(10_001, null, 1, rules())).toMatchObject({ errorCode: 44 });
  });
});
