import { describeAnomaly, judge, type Anomaly } from './checker.ts';
import { roundAt, type Acknowledged, type History, type Stored } from './history.ts';

const KILLED_AT_MS = [1_000, 2_000];

/** Two keys that share a partition, written in turn before and after the first kill, all acknowledged and read along. */
function soundHistory(): { acknowledged: Acknowledged[]; stored: Stored[]; followed: Stored[]; killedAtMs: number[] } {
  const stored = Array.from({ length: 20 }, (_, offset): Stored => {
    const key = offset % 2 === 0 ? 'java-0' : 'kafkajs-0';
    return { topic: 't', partition: 0, offset, key, sequence: offset >> 1, timestampMs: 500 + offset * 50 };
  });
  const acknowledged = stored.map(({ timestampMs, ...one }) => ({ ...one, round: roundAt(KILLED_AT_MS, timestampMs) }));
  return { acknowledged, stored, followed: [...stored], killedAtMs: KILLED_AT_MS };
}

/** The log without some records, those behind them moved up. */
function without(stored: readonly Stored[], offsets: readonly number[]): Stored[] {
  return stored.filter((one) => !offsets.includes(one.offset)).map((one, offset) => ({ ...one, offset }));
}

function found(history: History): string[] {
  return judge(history).anomalies.map((one) => `${one.kind} ${one.key} ${one.sequence}`);
}

function only(anomalies: readonly Anomaly[]): Anomaly {
  expect(anomalies).toHaveLength(1);
  return anomalies[0] as Anomaly;
}

describe('judge', () => {
  it('finds nothing in a log that holds each acknowledged record once, in order', () => {
    expect(found(soundHistory())).toEqual([]);
  });

  it('lets a record be there that was never acknowledged, and be missing', () => {
    const history = soundHistory();
    history.acknowledged.pop();
    expect(found(history)).toEqual([]);
    history.stored.pop();
    history.followed.pop();
    expect(found(history)).toEqual([]);
  });

  it('finds an acknowledged record at the end of the log that is lost', () => {
    const history = soundHistory();
    history.stored.pop();
    history.followed.pop();
    const anomaly = only(judge(history).anomalies);
    expect(anomaly).toMatchObject({
      kind: 'lost',
      topic: 't',
      partition: 0,
      offset: 19,
      key: 'kafkajs-0',
      sequence: 9,
    });
    expect(describeAnomaly(anomaly, 7)).toBe(
      'lost topic t partition 0 offset 19 key kafkajs-0 sequence 9 round 1 seed 7: acknowledged there, nothing is there, and it is nowhere else',
    );
  });

  it('finds an acknowledged record whose place another record has taken', () => {
    const history = soundHistory();
    history.stored = without(history.stored, [4]);
    history.followed = [];
    const kinds = found(history);
    expect(kinds[0]).toBe('lost java-0 2');
    expect(kinds.slice(1).every((one) => one.startsWith('moved '))).toBe(true);
  });

  it('finds a doubled record, acknowledged or not, and takes it for nothing else', () => {
    for (const isAcknowledged of [true, false]) {
      const history = soundHistory();
      if (!isAcknowledged) history.acknowledged = history.acknowledged.filter((one) => one.offset !== 2);
      history.stored.push({ ...(history.stored[2] as Stored), offset: 20 });
      const anomaly = only(judge(history).anomalies);
      expect(anomaly).toMatchObject({ kind: 'doubled', offset: 20, key: 'java-0', sequence: 1 });
      expect(anomaly.detail).toBe('first at partition 0 offset 2');
    }
  });

  it('finds two records of a key that changed places', () => {
    const history = soundHistory();
    const [first, second] = [history.stored[6] as Stored, history.stored[8] as Stored];
    history.stored[6] = { ...second, offset: 6 };
    history.stored[8] = { ...first, offset: 8 };
    history.acknowledged = [];
    history.followed = [];
    expect(only(judge(history).anomalies)).toMatchObject({ kind: 'reordered', offset: 8, sequence: 3, key: 'java-0' });
  });

  it('finds a key in two partitions', () => {
    const history = soundHistory();
    history.acknowledged = [];
    history.stored.push({ topic: 't', partition: 1, offset: 0, key: 'java-0', sequence: 10, timestampMs: 2_500 });
    expect(only(judge(history).anomalies)).toMatchObject({ kind: 'moved', partition: 1, round: 2 });
  });

  it('finds an offset that no record has', () => {
    const history = soundHistory();
    history.stored.splice(5, 1);
    history.acknowledged.splice(5, 1);
    history.followed.splice(5, 1);
    expect(only(judge(history).anomalies)).toMatchObject({ kind: 'missing', offset: 5 });
  });

  it('finds a record that a consumer was given and that is gone', () => {
    const history = soundHistory();
    history.stored.pop();
    history.acknowledged.pop();
    expect(only(judge(history).anomalies)).toMatchObject({ kind: 'vanished', offset: 19, key: 'kafkajs-0' });
  });

  it('counts what it does not name any more, by the client that owns the key', () => {
    const history = soundHistory();
    const many = Array.from({ length: 1_000 }, (_, index) => ({
      ...(history.acknowledged[0] as Acknowledged),
      offset: 1_000 + index,
      sequence: 1_000 + index,
    }));
    const verdict = judge({ ...history, acknowledged: many });
    expect(verdict.count('lost')).toBe(1_000);
    expect(verdict.count('lost', 'java')).toBe(1_000);
    expect(verdict.count('lost', 'kafkajs')).toBe(0);
    expect(verdict.anomalies).toHaveLength(20);
  });
});

describe('roundAt', () => {
  it('is the number of kills before the moment', () => {
    expect([999, 1_000, 1_999, 5_000].map((moment) => roundAt(KILLED_AT_MS, moment))).toEqual([0, 1, 1, 2]);
  });
});
