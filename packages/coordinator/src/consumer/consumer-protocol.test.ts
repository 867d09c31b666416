import { ErrorCode } from '@millrace/protocol';
import type { JoinGroupResponse } from '@millrace/protocol/messages/11-join-group';
import {
  createConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatResponse,
} from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import type { GroupStateRecord } from '../group/group-records.ts';
import { Step } from '../runtime/step.ts';
import { GroupFixture, ORDERS, OTHER_TOPIC_ID, soleMember, TOPIC_ID } from '../../test/group-fixture.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { heartbeatProblem } from './heartbeat-request.ts';

const INTERVAL_MS = 1_000;
const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

class Members {
  readonly fixture: GroupFixture;

  constructor(config: ConstructorParameters<typeof GroupFixture>[0] = {}) {
    this.fixture = new GroupFixture(config);
  }

  get group(): ConsumerGroup {
    const group = this.fixture.shard.group('g');
    if (!(group instanceof ConsumerGroup)) throw new Error('there is no consumer group g');
    return group;
  }

  join(memberId: string, fields: Partial<ConsumerGroupHeartbeatRequest> = {}): ConsumerGroupHeartbeatResponse {
    return this.fixture.consumerHeartbeat({
      memberId,
      memberEpoch: 0,
      rebalanceTimeoutMs: 30_000,
      subscribedTopicNames: [ORDERS],
      topicPartitions: [],
      ...fields,
    });
  }

  beat(
    memberId: string,
    memberEpoch: number,
    owned: readonly number[] | null = null,
    fields: Partial<ConsumerGroupHeartbeatRequest> = {},
  ): ConsumerGroupHeartbeatResponse {
    const topicPartitions = owned && (owned.length === 0 ? [] : [{ topicId: TOPIC_ID, partitions: owned }]);
    return this.fixture.consumerHeartbeat({ memberId, memberEpoch, topicPartitions, ...fields });
  }

  /** Lets the interval between two targets pass. */
  wait(): void {
    this.fixture.advance(INTERVAL_MS);
  }

  epochOf(memberId: string): number | undefined {
    return this.group.members.get(memberId)?.current.epoch;
  }
}

/** A classic group of one member that has nothing yet. */
function classicMember(fixture: GroupFixture): JoinGroupResponse {
  const asked = fixture.join();
  fixture.advance(0);
  fixture.sync(asked.answer);
  return asked.answer;
}

/** Partitions of orders in the answer; null = it says nothing of an assignment. */
function given({ assignment }: ConsumerGroupHeartbeatResponse): readonly number[] | null {
  if (assignment === null) return null;
  return assignment.topicPartitions.find(({ topicId }) => topicId === TOPIC_ID)?.partitions ?? [];
}

function problemOf(fields: Partial<ConsumerGroupHeartbeatRequest>, apiVersion = 1): number | undefined {
  const request = createConsumerGroupHeartbeatRequest({
    groupId: 'g',
    memberId: 'a',
    rebalanceTimeoutMs: 1_000,
    subscribedTopicNames: [ORDERS],
    topicPartitions: [],
    ...fields,
  });
  return heartbeatProblem(request, apiVersion, ['uniform', 'range'])?.errorCode;
}

describe('a heartbeat', () => {
  it('joins with epoch 0 and gets the whole assignment, which later ones do not repeat', () => {
    const members = new Members();
    const joined = members.join('a');
    expect(joined).toMatchObject({ errorCode: 0, memberId: 'a', memberEpoch: 2, heartbeatIntervalMs: 5_000 });
    expect(given(joined)).toEqual(ALL);
    expect(given(members.beat('a', 2))).toBeNull();
  });

  it('that tells all of the member is told the whole assignment again', () => {
    const members = new Members();
    members.join('a');
    const full = members.join('a', {
      memberEpoch: 2,
      topicPartitions: [{ topicId: TOPIC_ID, partitions: ALL }],
    });
    expect(given(full)).toEqual(ALL);
  });

  it('without a member id gets one in version 0', () => {
    const members = new Members();
    const { memberId, errorCode } = members.join('');
    expect(errorCode).toBe(0);
    expect(memberId).toHaveLength(22);
  });

  it.each<[string, Partial<ConsumerGroupHeartbeatRequest>, number | undefined, number?]>([
    ['without a member id in version 1', { memberId: '' }, ErrorCode.INVALID_REQUEST],
    ['without a member id in version 0', { memberId: '' }, undefined, 0],
    ['without a group', { groupId: '' }, ErrorCode.INVALID_REQUEST],
    ['with an empty instance id', { instanceId: '' }, ErrorCode.INVALID_REQUEST],
    ['with an empty rack', { rackId: '' }, ErrorCode.INVALID_REQUEST],
    ['that joins without rebalance timeout', { rebalanceTimeoutMs: -1 }, ErrorCode.INVALID_REQUEST],
    ['that joins without a word of partitions', { topicPartitions: null }, ErrorCode.INVALID_REQUEST],
    [
      'that joins with partitions',
      { topicPartitions: [{ topicId: TOPIC_ID, partitions: [0] }] },
      ErrorCode.INVALID_REQUEST,
    ],
    ['that joins without subscription', { subscribedTopicNames: null }, ErrorCode.INVALID_REQUEST],
    ['that leaves for a while without instance', { memberEpoch: -2 }, ErrorCode.INVALID_REQUEST],
    ['with an epoch below −2', { memberEpoch: -3 }, ErrorCode.INVALID_REQUEST],
    ['that asks for an unknown assignor', { serverAssignor: 'sticky' }, ErrorCode.UNSUPPORTED_ASSIGNOR],
    ['that asks for range', { serverAssignor: 'range' }, undefined],
  ])('%s is judged before the group is asked', (_, fields, expected, apiVersion = 1) => {
    expect(problemOf(fields, apiVersion)).toBe(expected);
  });

  it('of who is not known is refused', () => {
    const members = new Members();
    expect(members.beat('a', 3).errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
    members.join('a');
    expect(members.beat('x', 3).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(members.beat('x', -1).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  it('is fenced with a greater epoch, and with an older one unless it is the last and all that it names is its own', () => {
    const members = new Members();
    members.join('a');
    members.join('b');
    members.wait();
    expect(given(members.beat('a', 2))).toEqual([0, 1, 2, 3, 4]);
    expect(members.beat('a', 2, [0, 1, 2, 3, 4]).memberEpoch).toBe(3);

    expect(members.beat('a', 9).errorCode).toBe(ErrorCode.FENCED_MEMBER_EPOCH);
    expect(members.beat('a', 2).errorCode).toBe(ErrorCode.FENCED_MEMBER_EPOCH);
    expect(members.beat('a', 2, ALL).errorCode).toBe(ErrorCode.FENCED_MEMBER_EPOCH);
    expect(members.beat('a', 1, []).errorCode).toBe(ErrorCode.FENCED_MEMBER_EPOCH);
    expect(members.beat('a', 2, [0, 1])).toMatchObject({ errorCode: 0, memberEpoch: 3 });
  });

  it('that names more than a record can hold is refused, and changes nothing', () => {
    const members = new Members();
    members.join('a');
    const names = Array.from({ length: 40_000 }, (_, at) => `topic-${at}`);
    expect(members.join('b', { subscribedTopicNames: names }).errorCode).toBe(ErrorCode.INVALID_REQUEST);
    expect([...members.group.members.keys()]).toEqual(['a']);
  });

  it('above group.consumer.max.size is refused', () => {
    const members = new Members({ groupConsumerMaxSize: 1 });
    members.join('a');
    expect(members.join('b').errorCode).toBe(ErrorCode.GROUP_MAX_SIZE_REACHED);
    expect(members.beat('a', 2).errorCode).toBe(0);
  });
});

describe('a partition', () => {
  it('is handed on only after its owner has said that it gave it up', () => {
    const members = new Members();
    members.join('a');
    expect(given(members.join('b'))).toEqual([]);
    members.wait();
    expect(given(members.beat('a', 2))).toEqual([0, 1, 2, 3, 4]);
    expect(given(members.beat('a', 2))).toBeNull();
    expect(given(members.beat('a', 2, ALL))).toBeNull();
    expect(given(members.beat('b', members.epochOf('b') ?? -1))).toBeNull();
    members.beat('a', 2, [0, 1, 2, 3, 4]);

    expect(given(members.beat('b', members.epochOf('b') ?? -1))).toEqual([5, 6, 7, 8, 9]);
    expect(members.group.state).toBe('Stable');
  });

  it('of a member that takes longer than its rebalance timeout goes to others, and the member is removed', () => {
    const members = new Members();
    members.join('a');
    members.join('b');
    members.wait();
    members.beat('a', 2);
    for (let spentMs = 0; spentMs < 30_000; spentMs += 5_000) {
      expect(members.beat('a', 2).errorCode).toBe(0);
      members.beat('b', members.epochOf('b') ?? -1);
      members.fixture.advance(5_000);
    }

    expect(members.beat('a', 2).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    members.wait();
    expect(given(members.beat('b', members.epochOf('b') ?? -1))).toEqual(ALL);
  });

  it('of a silent member goes to others after the session timeout', () => {
    const members = new Members();
    members.join('a');
    members.join('b');
    for (let spentMs = 0; spentMs < 50_000; spentMs += 5_000) {
      members.fixture.advance(5_000);
      members.beat('b', members.epochOf('b') ?? -1);
    }
    expect(members.group.members.has('a')).toBe(false);
    expect(members.group.members.get('b')?.current.assigned.get(TOPIC_ID)?.size).toBe(10);
  });

  it('that is new is given out at the next heartbeat', () => {
    const members = new Members();
    members.join('a');
    members.wait();
    members.fixture.topics.add(ORDERS, TOPIC_ID, 12);
    expect(given(members.beat('a', 2))).toEqual([...ALL, 10, 11]);
  });
});

describe('the target of a group', () => {
  it('is computed at most once in the interval, and who waits for it is asked back for it', () => {
    const members = new Members();
    members.join('a');
    const second = members.join('b');
    expect(members.group.state).toBe('Assigning');
    expect(second.heartbeatIntervalMs).toBeLessThanOrEqual(INTERVAL_MS + 100);
    members.wait();
    expect(members.group.state).toBe('Reconciling');
    expect(members.group.target('b').get(TOPIC_ID)).toHaveLength(5);
  });

  it('is by the assignor that most members ask for', () => {
    const members = new Members({ groupConsumerAssignmentIntervalMs: 0 });
    members.join('a', { serverAssignor: 'range' });
    expect(members.group.assignorName).toBe('range');
    members.join('b', { serverAssignor: 'uniform' });
    members.join('c', { serverAssignor: 'uniform' });
    expect(members.group.assignorName).toBe('uniform');
  });

  it('waits for nobody else, follows settings of the group', () => {
    const members = new Members();
    members.fixture.overrides.set('g', { heartbeatIntervalMs: 9_000, sessionTimeoutMs: 50_000 });
    expect(members.join('a').heartbeatIntervalMs).toBe(9_000);
    members.fixture.advance(49_000);
    expect(members.group.members.has('a')).toBe(true);
    members.fixture.advance(2_000);
    expect(members.group.members.has('a')).toBe(false);
  });
});

describe('a member whose share does not fit into a record', () => {
  it('waits with what it has, and the group goes on', () => {
    const members = new Members();
    members.fixture.topics.add(ORDERS, TOPIC_ID, 400_000);
    expect(given(members.join('a'))).toEqual([]);
    expect(members.beat('a', members.epochOf('a') ?? -1).errorCode).toBe(0);
    for (let at = 0; at < 5; at++) members.join(`more-${at}`);
    members.fixture.advance(10_000);
    for (const memberId of [...members.group.members.keys()])
      members.beat(memberId, members.epochOf(memberId) ?? -1, []);
    expect(members.group.members.get('a')?.current.assigned.get(TOPIC_ID)?.size).toBeGreaterThan(60_000);
  });
});

describe('a static member', () => {
  const one = { instanceId: 'one' };

  it('leaves for a while with epoch −2, and comes back under another id to what it had, without a new epoch', () => {
    const members = new Members();
    members.join('a', one);
    members.join('b', { instanceId: 'two' });
    members.wait();
    members.beat('a', 2, null, one);
    members.beat('a', 2, [0, 1, 2, 3, 4], one);
    expect(members.beat('a', -2, null, one)).toMatchObject({ errorCode: 0, memberEpoch: -2 });
    const { epoch } = members.group;

    const back = members.join('c', one);

    expect(given(back)).toEqual([0, 1, 2, 3, 4]);
    expect(members.group.epoch).toBe(epoch);
    expect(members.beat('a', 3, null, one).errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID);
  });

  it('that is there keeps another of its name out', () => {
    const members = new Members();
    members.join('a', one);
    expect(members.join('b', one).errorCode).toBe(ErrorCode.UNRELEASED_INSTANCE_ID);
    expect(members.beat('b', 2, null, one).errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(members.beat('a', 2, null, { instanceId: 'two' }).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  it('that stays away is removed after its session', () => {
    const members = new Members();
    members.join('a', one);
    members.beat('a', -2, null, one);
    members.fixture.advance(46_000);
    expect(members.group.state).toBe('Empty');
  });
});

describe('members with the same topics', () => {
  it('keep one list of them, so that no assignment has to compare them', () => {
    const members = new Members();
    members.join('a', { subscribedTopicNames: [ORDERS, 'returns'] });
    members.join('b', { subscribedTopicNames: ['returns', ORDERS] });
    const [one, other] = [...members.group.members.values()].map(({ subscription }) => subscription.topicNames);
    expect(one).toEqual([ORDERS, 'returns']);
    expect(other).toBe(one);
  });
});

describe('a pattern', () => {
  const pattern = { subscribedTopicNames: null, subscribedTopicRegex: 'ord.*' };

  it('is resolved by the broker, as a whole and in the notation of RE2', () => {
    const members = new Members();
    expect(given(members.join('a', pattern))).toEqual(ALL);
    expect(given(members.join('b', { ...pattern, subscribedTopicRegex: 'rder' }))).toEqual([]);
  });

  it.each([
    ['is unclosed', '['],
    ['looks ahead', '(?=a)'],
    ['refers back', 'a\\1'],
    ['repeats too much', '(abcde){1000}{1000}'],
    ['is too long', 'x'.repeat(2_001)],
  ])('that %s is refused', (_, bad) => {
    const members = new Members();
    expect(members.join('a', { ...pattern, subscribedTopicRegex: bad }).errorCode).toBe(
      ErrorCode.INVALID_REGULAR_EXPRESSION,
    );
  });

  it('that is refused makes no group, and leaves a classic one as it is', () => {
    const members = new Members();
    const bad = { ...pattern, subscribedTopicRegex: '[' };
    members.join('a', bad);
    expect(members.fixture.shard.group('g')).toBeUndefined();

    classicMember(members.fixture);
    expect(members.join('a', bad).errorCode).toBe(ErrorCode.INVALID_REGULAR_EXPRESSION);
    expect(members.fixture.shard.group('g')?.type).toBe('classic');
  });

  it('is looked at again after a topic was made, at most every ten seconds', () => {
    const members = new Members();
    members.join('a', pattern);
    members.fixture.advance(2_000);
    members.fixture.topics.add('orders-eu', OTHER_TOPIC_ID, 3);
    members.beat('a', members.epochOf('a') ?? -1);
    expect(members.group.isSubscribedTo('orders-eu')).toBe(false);
    members.fixture.advance(8_000);
    expect(members.group.isSubscribedTo('orders-eu')).toBe(true);
    members.wait();
    const { assignment } = members.beat('a', members.epochOf('a') ?? -1);
    expect(assignment?.topicPartitions.map(({ topicId }) => topicId).sort()).toEqual([OTHER_TOPIC_ID, TOPIC_ID].sort());
  });

  it('that nobody has any more is forgotten', () => {
    const members = new Members();
    members.join('a', pattern);
    members.beat('a', members.epochOf('a') ?? -1, null, { subscribedTopicRegex: '', subscribedTopicNames: [ORDERS] });
    expect(members.group.patterns.size).toBe(0);
    members.wait();
    expect(members.group.isSubscribedTo(ORDERS)).toBe(true);
  });
});

describe('offsets of a consumer group', () => {
  function shared(): Members {
    const members = new Members();
    members.join('a');
    members.join('b');
    members.wait();
    members.beat('a', 2);
    members.beat('a', 2, [0, 1, 2, 3, 4]);
    return members;
  }

  it('are committed under the epoch of the member, or an older one in which it had the partition already', () => {
    const { fixture } = shared();
    const commit = (memberId: string, generation: number, partition = 0, version = 9) =>
      fixture.commit({ memberId, generation, version, entry: { partition } });
    const stale = { groupError: ErrorCode.STALE_MEMBER_EPOCH };
    expect(commit('a', 3)).toEqual({ partitionErrors: [0] });
    expect(commit('a', 2)).toEqual({ partitionErrors: [0] });
    expect(commit('a', 2, 7)).toEqual({ partitionErrors: [ErrorCode.STALE_MEMBER_EPOCH] });
    expect(commit('a', 1)).toEqual({ partitionErrors: [ErrorCode.STALE_MEMBER_EPOCH] });
    expect(commit('a', 4)).toEqual(stale);
    expect(commit('a', -1)).toEqual(stale);
    expect(commit('x', 3)).toEqual({ groupError: ErrorCode.UNKNOWN_MEMBER_ID });
    expect(commit('', -1)).toEqual({ groupError: ErrorCode.UNKNOWN_MEMBER_ID });
    expect(commit('a', 3, 0, 8)).toEqual({ groupError: ErrorCode.UNSUPPORTED_VERSION });
  });

  it('of a transaction need the epoch too, if the request names a member', () => {
    const { fixture } = shared();
    expect(fixture.commitTransactional(1, { memberId: 'a', generation: 3 })).toEqual({ partitionErrors: [0] });
    expect(fixture.commitTransactional(1, { memberId: 'a', generation: 9 })).toEqual({
      groupError: ErrorCode.STALE_MEMBER_EPOCH,
    });
    expect(fixture.commitTransactional(1)).toEqual({ partitionErrors: [0] });
    fixture.endTransaction(1, 'commit');
    expect(fixture.shard.group('g')?.offsets.count).toBe(1);
  });

  it('stay when a group without members becomes one, and are deleted like others', () => {
    const members = new Members();
    members.fixture.commit();
    members.join('a');
    expect(members.group.offsets.count).toBe(1);
    expect(members.fixture.deleteOffsets([{ topic: ORDERS, partitions: [0] }])).toEqual({
      partitionErrors: [ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC],
    });
    expect(members.fixture.deleteGroup()).toBe(ErrorCode.NON_EMPTY_GROUP);
    members.beat('a', -1);
    expect(members.fixture.deleteGroup()).toBe(ErrorCode.NONE);
    expect(members.fixture.rebuilt([...members.fixture.records]).group('g')).toBeUndefined();
  });
});

describe('a group that has members', () => {
  it('becomes a consumer group with the first member of that protocol, and a classic one when the last such member goes', () => {
    const members = new Members();
    const { fixture } = members;
    const joined = classicMember(fixture);
    members.join('new');
    const group = members.group;
    expect(group.members.size).toBe(2);
    expect(group.classicCount).toBe(1);
    members.wait();
    expect(fixture.heartbeat(joined.memberId, joined.generationId)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);

    members.beat('new', -1);

    expect(fixture.group().state).toBe('PreparingRebalance');
    expect([...fixture.group().members.keys()]).toEqual([joined.memberId]);
  });

  it('stays classic when there is no room for who would turn it', () => {
    const members = new Members({ groupConsumerMaxSize: 1 });
    classicMember(members.fixture);
    expect(members.join('new').errorCode).toBe(ErrorCode.GROUP_MAX_SIZE_REACHED);
    expect(members.fixture.group().members.size).toBe(1);
  });

  it('is classic again, whatever work on a target is still under way', () => {
    let isOver = false;
    // The work may rest after any of its turns.
    for (let turns = 0; !isOver; turns++) {
      const { fixture } = new Members();
      const joined = classicMember(fixture);
      fixture.topics.add(ORDERS, TOPIC_ID, 5_000);
      const step = new Step<GroupStateRecord>();
      const beat = (memberEpoch: number): ConsumerGroupHeartbeatResponse => {
        const request = createConsumerGroupHeartbeatRequest({
          groupId: 'g',
          memberId: 'new',
          memberEpoch,
          rebalanceTimeoutMs: 30_000,
          subscribedTopicNames: [ORDERS],
          topicPartitions: [],
        });
        return fixture.shard.consumerHeartbeat(fixture.context(1), request, step);
      };
      expect(beat(0).errorCode).toBe(ErrorCode.NONE);
      const work = fixture.shard.takeWork()?.(step);
      for (let turn = 0; turn < turns; turn++) isOver = work?.next().done !== false;
      expect(beat(-1).errorCode).toBe(ErrorCode.NONE);
      for (const _ of work ?? []);

      expect([...fixture.group().members.keys()]).toEqual([joined.memberId]);
      expect(turns).toBeLessThan(100);
    }
  });

  it.each([
    ['disabled', false, false],
    ['upgrade', true, false],
    ['downgrade', false, true],
    ['BIDIRECTIONAL', true, true],
  ])(
    'under group.consumer.migration.policy=%s may become the other kind or not',
    (policy, canUpgrade, canDowngrade) => {
      const members = new Members({ groupConsumerMigrationPolicy: policy });
      const { fixture } = members;
      classicMember(fixture);
      expect(members.join('new').errorCode).toBe(canUpgrade ? 0 : ErrorCode.GROUP_ID_NOT_FOUND);
      fixture.config.groupConsumerMigrationPolicy = 'bidirectional';
      members.join('new');
      fixture.config.groupConsumerMigrationPolicy = policy;
      members.beat('new', -1);
      expect(fixture.shard.group('g')?.type).toBe(canDowngrade ? 'classic' : 'consumer');
    },
  );

  it('that are not consumers stays what it is', () => {
    const members = new Members();
    soleMember(members.fixture, { protocolType: 'connect', protocols: [{ name: 'x', metadata: Buffer.alloc(0) }] });
    expect(members.join('new').errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
    expect(members.fixture.group().state).toBe('Stable');
  });
});
