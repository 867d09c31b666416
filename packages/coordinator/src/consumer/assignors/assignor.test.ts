import { wantersOf, type AssignorMember } from './assignor.ts';
import { rangeAssignor } from './range-assignor.ts';
import { uniformAssignor } from './uniform-assignor.ts';

/** Tells how often somebody went through it. */
class CountedSet extends Set<string> {
  walks = 0;

  override [Symbol.iterator](): SetIterator<string> {
    this.walks++;
    return super[Symbol.iterator]();
  }
}

function memberOf(memberId: string, topicIds: ReadonlySet<string>, rackId: string | null = null): AssignorMember {
  return { memberId, instanceId: null, rackId, topicIds, before: new Map() };
}

describe('members that want the same topics', () => {
  it.each([uniformAssignor, rangeAssignor])('are looked at together, not topic by topic each ($name)', (assignor) => {
    const names = Array.from({ length: 50 }, (_, at) => `topic-${at}`);
    const topicIds = new CountedSet(names);
    const members = Array.from({ length: 100 }, (_, at) => memberOf(`member-${at}`, topicIds));
    const topics = new Map(names.map((name) => [name, { partitionCount: 2 }]));

    const assigning = assignor.assign({ members, topics });
    let turn = assigning.next();
    while (turn.done !== true) turn = assigning.next();

    expect(turn.value.size).toBe(100);
    // Once while they are grouped, not a hundred times.
    expect(topicIds.walks).toBeLessThan(5);
  });
});

describe('racks', () => {
  it.each([uniformAssignor, rangeAssignor])('give others a turn while they are looked at ($name)', (assignor) => {
    const topicIds = new Set(['topic']);
    const members = Array.from({ length: 200 }, (_, at) => memberOf(`member-${at}`, topicIds, `rack-${at % 3}`));
    const racks = Array.from({ length: 2_000 }, (_, at) => `rack-${at % 4}`);
    const topics = new Map([['topic', { partitionCount: racks.length, racks }]]);

    let turns = 1;
    const assigning = assignor.assign({ members, topics });
    while (assigning.next().done !== true) turns++;

    expect(turns).toBeGreaterThan(assignor === rangeAssignor ? 20 : 1);
  });
});

describe('who wants a topic', () => {
  it('is told in the order of the members, whatever their sets have in common', () => {
    const both = new Set(['a', 'b']);
    const members = [memberOf('1', both), memberOf('2', new Set(['b'])), memberOf('3', both), memberOf('4', new Set())];

    expect([...wantersOf(members)]).toEqual([
      ['a', [0, 2]],
      ['b', [0, 1, 2]],
    ]);
  });
});
