import { describeAnomaly, type AnomalyKind } from './anomaly.ts';
import { checkHistory, type HistoryReport } from './history-checker.ts';
import type { HistoryEvent, PolledRecord, SaidEvent } from './history-event.ts';

/** Tells a history event by event, a millisecond apart. */
class Story {
  readonly events: HistoryEvent[] = [];
  #at = 1_000;

  say(...said: SaidEvent[]): this {
    for (const one of said) this.events.push({ at: (this.#at += 1), by: 'test', ...one });
    return this;
  }

  check(): HistoryReport {
    return checkHistory(this.events, { pipes: [{ from: 'in', to: 'out' }] });
  }

  kinds(): AnomalyKind[] {
    return this.check().anomalies.map((one) => one.kind);
  }
}

const send = (transaction: string | undefined, partition: number, ...records: string[]): SaidEvent => {
  return { type: 'send', topic: 'out', partition, records, ...(transaction === undefined ? {} : { transaction }) };
};
const offset = (transaction: string, partition: number, at: number): SaidEvent => {
  return { type: 'offset', transaction, group: 'g', topic: 'in', partition, offset: at };
};
const end = (transaction: string, outcome: 'commit' | 'abort'): SaidEvent => ({ type: 'end', transaction, outcome });
const ended = (transaction: string, result: 'committed' | 'aborted' | 'unknown'): SaidEvent => {
  return { type: 'ended', transaction, result };
};
const poll = (consumer: string, partition: number, ...records: PolledRecord[]): SaidEvent => {
  return { type: 'poll', consumer, isolation: 'read_committed', topic: 'out', partition, records };
};
const groupOffset = (partition: number, at: number, transaction?: string, since = 0): SaidEvent => {
  const of = transaction === undefined ? {} : { transaction };
  return { type: 'group-offset', group: 'g', topic: 'in', partition, offset: at, since, ...of };
};
const final = (partition: number, at: number, transaction?: string): SaidEvent => {
  return { ...groupOffset(partition, at, transaction), isFinal: true } as SaidEvent;
};

/** Everything of both output partitions, as the last reader gets it. */
const view = (...partitions: (readonly PolledRecord[])[]): SaidEvent[] =>
  partitions.flatMap((records, partition): SaidEvent[] => [
    ...(records.length === 0 ? [] : [poll('view', partition, ...records)]),
    { type: 'complete', consumer: 'view', topic: 'out', partition, endOffset: 100 },
  ]);

/** A transaction that writes to both partitions and moves the group on, up to the question for its end. */
const work = (name: string, first: number): SaidEvent[] => [
  send(name, 0, `a:${first}`, `a:${first + 1}`),
  send(name, 1, `b:${first}`),
  offset(name, 0, first + 2),
];
const committed = (name: string, first: number): SaidEvent[] => [
  ...work(name, first),
  end(name, 'commit'),
  ended(name, 'committed'),
];

const A0: readonly PolledRecord[] = [
  [0, 'a:0', 't1'],
  [1, 'a:1', 't1'],
];
const B0: readonly PolledRecord[] = [[0, 'b:0', 't1']];
const A2: readonly PolledRecord[] = [
  [3, 'a:2', 't2'],
  [4, 'a:3', 't2'],
];
const B2: readonly PolledRecord[] = [[2, 'b:2', 't2']];

describe('a history that exactly-once allows', () => {
  it('passes with committed, aborted and abandoned transactions', () => {
    const story = new Story()
      .say(...committed('t1', 0), poll('along', 0, ...A0), groupOffset(0, 2, 't1'))
      .say(...work('gone', 2), ...work('t-', 2), end('t-', 'abort'), ended('t-', 'aborted'))
      .say(...committed('t2', 2), poll('along', 1, ...B0, ...B2))
      .say(...view([...A0, ...A2], [...B0, ...B2]), final(0, 4, 't2'));

    const report = story.check();

    expect(report.anomalies.map(describeAnomaly)).toEqual([]);
    expect(report.transactions).toEqual({ committed: 2, aborted: 1, open: 1, unknown: 0 });
    expect(report.records).toBe(6);
  });

  it.each([
    ['all of it is there', [...A0, ...A2], [...B0, ...B2], final(0, 4, 't2')],
    ['nothing of it is there', A0, B0, final(0, 2, 't1')],
  ])('takes an unanswered commit for either: %s', (_what, a, b, last) => {
    const story = new Story().say(...committed('t1', 0), ...work('t2', 2), end('t2', 'commit'), ended('t2', 'unknown'));

    expect(story.say(...view(a, b), last).kinds()).toEqual([]);
  });

  it('takes a process that died right after it asked for the commit for either', () => {
    const story = new Story().say(...committed('t1', 0), ...work('t2', 2), end('t2', 'commit'));

    expect(story.say(...view(A0, B0), final(0, 2, 't1')).kinds()).toEqual([]);
  });

  it('lets a consumer read again from where its position was set', () => {
    const position: SaidEvent = { type: 'position', consumer: 'along', topic: 'out', partition: 0 };
    const story = new Story().say(...committed('t1', 0), poll('along', 0, ...A0), position, poll('along', 0, ...A0));

    expect(story.say(...view(A0, B0), final(0, 2, 't1')).kinds()).toEqual([]);
  });

  it('lets a consumer with read_uncommitted see what aborts', () => {
    const story = new Story().say(...work('t1', 0));
    const dirty = { ...poll('dirty', 0, ...A0), isolation: 'read_uncommitted' } as SaidEvent;

    expect(story.say(dirty, end('t1', 'abort'), ended('t1', 'aborted'), ...view([], [])).kinds()).toEqual([]);
  });

  it('lets an earlier question for a group offset be answered late', () => {
    const story = new Story().say(...committed('t1', 0), ...committed('t2', 2));
    story.say(groupOffset(0, 4, 't2'), groupOffset(0, 2, 't1'));

    expect(story.say(...view([...A0, ...A2], [...B0, ...B2]), final(0, 4, 't2')).kinds()).toEqual([]);
  });

  it('says nothing of what is missing while nobody has read everything', () => {
    expect(new Story().say(...committed('t1', 0), poll('along', 0, ...A0)).kinds()).toEqual([]);
  });

  it('accepts records outside transactions, acknowledged or not', () => {
    const acknowledged: SaidEvent = { type: 'acknowledged', topic: 'out', partition: 0, records: ['p:0'] };
    const story = new Story().say(send(undefined, 0, 'p:0', 'p:1'), send(undefined, 0, 'p:2'), acknowledged);

    expect(story.say(...view([[0, 'p:0'] as const], [])).kinds()).toEqual([]);
  });
});

describe('a planted anomaly', () => {
  it('lost: a transaction whose commit was acknowledged is not there', () => {
    const story = new Story().say(...committed('t1', 0), ...view([], []), final(0, -1));

    const [found, ...others] = story.check().anomalies;

    expect(others).toEqual([]);
    expect(found).toMatchObject({ kind: 'lost', transactions: ['t1'] });
    expect(found?.detail).toContain('4 of 4 parts are missing: a:0 in out/0, a:1 in out/0, b:0 in out/1, offset 2');
    expect(found?.lines).toEqual(['history:4', 'history:5', 'history:1', 'history:2', 'history:3 history:8']);
  });

  it('lost: a record outside transactions was acknowledged and is not there', () => {
    const acknowledged: SaidEvent = { type: 'acknowledged', topic: 'out', partition: 0, records: ['p:0'] };
    const story = new Story().say(send(undefined, 0, 'p:0'), acknowledged, ...view([], []));

    expect(story.check().anomalies).toMatchObject([{ kind: 'lost', record: 'p:0', lines: ['history:2'] }]);
  });

  it('lost: a record was read and nothing came of it', () => {
    const input: SaidEvent = { ...poll('view', 0, [0, 'a:7', 's']), topic: 'in' } as SaidEvent;
    const source: SaidEvent = { type: 'send', transaction: 's', topic: 'in', partition: 0, records: ['a:7'] };
    const complete: SaidEvent = { type: 'complete', consumer: 'view', topic: 'in', partition: 0, endOffset: 1 };
    const story = new Story().say(source, end('s', 'commit'), input, complete, ...view([], []));

    expect(story.check().anomalies).toMatchObject([{ kind: 'lost', topic: 'in', record: 'a:7', offsets: [0] }]);
  });

  it('duplicated: one record was committed by two transactions', () => {
    const story = new Story().say(...committed('t1', 0), send('t2', 0, 'a:1'), end('t2', 'commit'));
    story.say(...view([...A0, [3, 'a:1', 't2']], B0), final(0, 2, 't1'));

    expect(story.check().anomalies).toMatchObject([
      { kind: 'duplicated', topic: 'out', record: 'a:1', offsets: [1, 3], transactions: ['t1', 't2'] },
    ]);
  });

  it('duplicated: one record is twice in one transaction', () => {
    const story = new Story().say(...committed('t1', 0), ...view([...A0, [2, 'a:1', 't1']], B0), final(0, 2, 't1'));

    expect(story.kinds()).toEqual(['duplicated']);
  });

  it('reordered: a record is behind a later one of its stream', () => {
    const story = new Story().say(...committed('t2', 2), ...committed('t1', 0));
    const late: PolledRecord[] = [
      [6, 'a:0', 't1'],
      [7, 'a:1', 't1'],
    ];
    story.say(...view([...A2, ...late], [...B2, [4, 'b:0', 't1']]), final(0, 4, 't2'));

    const { anomalies } = story.check();

    expect(anomalies.map((one) => [one.kind, one.record, one.offsets])).toEqual([
      ['reordered', 'a:0', [4, 6]],
      ['reordered', 'a:1', [4, 7]],
      ['reordered', 'b:0', [2, 4]],
    ]);
  });

  it('reordered: the same disorder seen by two consumers is named once', () => {
    const story = new Story().say(send('t1', 0, 'a:1', 'a:0'), end('t1', 'commit'), ended('t1', 'committed'));
    const wrong: PolledRecord[] = [
      [0, 'a:1', 't1'],
      [1, 'a:0', 't1'],
    ];

    expect(story.say(poll('along', 0, ...wrong), ...view(wrong, [])).kinds()).toEqual(['reordered']);
  });

  it('aborted-read: a consumer got a record of an aborted transaction', () => {
    const story = new Story().say(...work('t1', 0), end('t1', 'abort'), ended('t1', 'aborted'));
    story.say(poll('along', 1, [0, 'b:0', 't1']), ...view([], B0));

    const aborted = story.check().anomalies.filter((one) => one.kind === 'aborted-read');

    expect(aborted).toMatchObject([{ record: 'b:0', offsets: [0], transactions: ['t1'] }, { record: 'b:0' }]);
    expect(aborted[0]?.lines).toEqual(['history:6', 'history:4', 'history:5', 'history:2']);
  });

  it('aborted-read: a group kept the offset of an aborted transaction', () => {
    const story = new Story().say(...work('t1', 0), end('t1', 'abort'), ...view([], []), final(0, 2, 't1'));

    expect(story.check().anomalies).toMatchObject([{ kind: 'aborted-read', topic: 'in', offsets: [2] }]);
  });

  it('precommitted-read: a consumer got a record before the commit was asked for', () => {
    const story = new Story().say(...work('t1', 0), poll('along', 0, A0[0] as PolledRecord));
    story.say(end('t1', 'commit'), ended('t1', 'committed'), ...view(A0, B0), final(0, 2, 't1'));

    expect(story.check().anomalies).toMatchObject([{ kind: 'precommitted-read', record: 'a:0', topic: 'out' }]);
  });

  it('precommitted-read: a group had the offset before the commit was asked for', () => {
    const story = new Story().say(...work('t1', 0), groupOffset(0, 2, 't1'), end('t1', 'commit'));

    expect(story.say(...view(A0, B0), final(0, 2, 't1')).kinds()).toEqual(['precommitted-read']);
  });

  it('precommitted-read: a record of a process that died before it asked for an end', () => {
    const story = new Story().say(...work('t1', 0), ...view(A0, B0), final(0, -1));

    expect(story.kinds()).toEqual(['precommitted-read', 'precommitted-read', 'precommitted-read']);
  });

  it('torn: a partition of a committed transaction is missing', () => {
    const story = new Story().say(...committed('t1', 0), ...view(A0, []), final(0, 2, 't1'));

    const { anomalies } = story.check();

    expect(anomalies).toMatchObject([{ kind: 'torn', transactions: ['t1'] }]);
    expect(anomalies[0]?.detail).toContain('1 of 4 parts are missing: b:0 in out/1');
    expect(anomalies[0]?.lines).toContain('history:2');
  });

  it('torn: the group offset of a committed transaction is missing', () => {
    const story = new Story().say(...committed('t1', 0), ...view(A0, B0), final(0, -1));

    const { anomalies } = story.check();

    expect(anomalies).toMatchObject([{ kind: 'torn', transactions: ['t1'] }]);
    expect(anomalies[0]?.detail).toContain('offset 2 of group g in in/0, which ended at -1');
  });

  it('torn: an unanswered commit is there by half', () => {
    const story = new Story().say(...work('t1', 0), end('t1', 'commit'), ended('t1', 'unknown'));

    expect(story.say(...view(A0, []), final(0, 2, 't1')).kinds()).toEqual(['torn']);
  });

  it('torn: the offset of an unanswered commit is there, and its records are not', () => {
    const story = new Story().say(...work('t1', 0), end('t1', 'commit'), ended('t1', 'unknown'));

    expect(story.say(...view([], []), final(0, 2, 't1')).kinds()).toEqual(['torn']);
  });

  it('torn: the records of an unanswered commit are there, and its offset is not', () => {
    const story = new Story().say(...work('t1', 0), end('t1', 'commit'), ended('t1', 'unknown'));

    expect(story.say(...view(A0, B0), final(0, -1)).kinds()).toEqual(['torn']);
  });

  it('non-monotonic: a consumer was given an offset again', () => {
    const story = new Story().say(...committed('t1', 0), poll('along', 0, ...A0), poll('along', 0, ...A0.slice(1)));
    story.say(...view(A0, B0), final(0, 2, 't1'));

    expect(story.check().anomalies).toMatchObject([
      { kind: 'non-monotonic', offsets: [1], lines: ['history:6', 'history:7'] },
    ]);
  });

  it('non-monotonic: the offset of a group went back', () => {
    const story = new Story().say(...committed('t1', 0), ...committed('t2', 2));
    story.say(groupOffset(0, 4, 't2'), groupOffset(0, 2, 't1', 2_000));

    expect(story.say(...view([...A0, ...A2], [...B0, ...B2])).kinds()).toEqual(['non-monotonic']);
  });

  it('changed: two consumers got different records at one offset', () => {
    const story = new Story().say(...committed('t1', 0), ...committed('t2', 2));
    story.say(poll('along', 0, [3, 'a:3', 't2']), ...view([...A0, ...A2], [...B0, ...B2]), final(0, 4));

    expect(story.check().anomalies).toMatchObject([{ kind: 'changed', topic: 'out', partition: 0, offsets: [3] }]);
  });

  it('vanished: a consumer got a record that is not there in the end', () => {
    const story = new Story().say(...work('t1', 0), end('t1', 'commit'), poll('along', 0, ...A0));
    story.say(...view([], []), final(0, -1));

    expect(story.check().anomalies.map((one) => [one.kind, one.offsets])).toEqual([
      ['vanished', [0]],
      ['vanished', [1]],
    ]);
  });

  it('vanished: one of two consumers that read everything did not get a record', () => {
    const story = new Story().say(...committed('t1', 0), ...view(A0, B0), final(0, 2, 't1'));
    const complete: SaidEvent = { type: 'complete', consumer: 'other', topic: 'out', partition: 0, endOffset: 2 };
    story.say(poll('other', 0, ...A0.slice(1)), complete);

    expect(story.check().anomalies).toMatchObject([
      { kind: 'vanished', record: 'a:0', offsets: [0], lines: ['history:6'] },
    ]);
  });

  it('unsent: a record of a transaction that did not send it', () => {
    const story = new Story().say(...committed('t1', 0), ...view([...A0, [9, 'z:0', 't1']], B0), final(0, 2, 't1'));

    expect(story.check().anomalies).toMatchObject([{ kind: 'unsent', record: 'z:0', offsets: [9] }]);
  });

  it('unsent: a record without a transaction that nobody sent', () => {
    expect(new Story().say(...view([[0, 'z:0']], [])).kinds()).toEqual(['unsent']);
  });

  it('is counted when too many of a kind were found to be told', () => {
    const story = new Story().say(
      ...view(
        Array.from({ length: 50 }, (_, at) => [at, `z:${at}`] as const),
        [],
      ),
    );

    const report = story.check();

    expect(report.anomalies).toHaveLength(20);
    expect([report.counts.unsent, report.anomalyCount]).toEqual([50, 50]);
  });
});
