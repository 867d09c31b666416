import { ErrorCode } from '@millrace/protocol';
import { topic } from '../topic/topic.ts';
import { ConsumedPartition } from './consumed-partition.ts';
import { ConsumedTopic } from './consumed-topic.ts';
import { FetchSession, type SessionRequest } from './fetch-session.ts';
import { MemoryBudget } from './memory-budget.ts';
import { TopicDecoder } from './topic-decoder.ts';

const ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
const OTHER_ID = 'AAAAAAAAAAAAAAAAAAAAAg';

function partitionsOf(name: string, topicId: string, count: number): ConsumedPartition[] {
  const consumed = new ConsumedTopic(name, new TopicDecoder(topic(name)));
  consumed.topicId = topicId;
  const budget = new MemoryBudget(1_000, () => undefined);
  return Array.from({ length: count }, (_, index) => {
    const partition = new ConsumedPartition(consumed, index, budget);
    partition.moveTo(index * 10, 0);
    return partition;
  });
}

function named({ topics, forgottenTopicsData }: SessionRequest): unknown {
  return {
    asked: topics.flatMap((each) =>
      each.partitions.map(
        (p) => `${each.topic === '' ? each.topicId : each.topic}/${String(p.partition)}@${String(p.fetchOffset)}`,
      ),
    ),
    forgotten: forgottenTopicsData.flatMap((each) =>
      each.partitions.map((p) => `${each.topic === '' ? each.topicId : each.topic}/${String(p)}`),
    ),
  };
}

describe('FetchSession', () => {
  it('names everything once, then only what changed', () => {
    const session = new FetchSession(100);
    const partitions = partitionsOf('orders', ID, 3);

    const first = session.plan(partitions, true);
    expect([first.sessionId, first.sessionEpoch]).toEqual([0, 0]);
    expect(named(first)).toEqual({ asked: [`${ID}/0@0`, `${ID}/1@10`, `${ID}/2@20`], forgotten: [] });
    session.accept(ErrorCode.NONE, 77);

    partitions[1]?.moveTo(15, 0);
    const second = session.plan(partitions.slice(0, 2), true);
    expect([second.sessionId, second.sessionEpoch]).toEqual([77, 1]);
    expect(named(second)).toEqual({ asked: [`${ID}/1@15`], forgotten: [`${ID}/2`] });
    session.accept(ErrorCode.NONE, 77);

    const third = session.plan(partitions, true);
    expect(third.sessionEpoch).toBe(2);
    expect(named(third)).toEqual({ asked: [`${ID}/2@20`], forgotten: [] });
  });

  it('names everything again after a refusal, under the old id where the broker may still have it', () => {
    const partitions = partitionsOf('orders', ID, 1);
    for (const [code, id] of [
      [ErrorCode.FETCH_SESSION_ID_NOT_FOUND, 0],
      [ErrorCode.INVALID_FETCH_SESSION_EPOCH, 77],
    ] as const) {
      const session = new FetchSession(100);
      session.plan(partitions, true);
      session.accept(ErrorCode.NONE, 77);
      session.plan(partitions, true);

      expect(session.accept(code, 0)).toBe(false);

      const next = session.plan(partitions, true);
      expect([next.sessionId, next.sessionEpoch]).toEqual([id, 0]);
      expect(named(next)).toEqual({ asked: [`${ID}/0@0`], forgotten: [] });
    }
  });

  it('works without a session where the broker declines one', () => {
    const session = new FetchSession(100);
    const partitions = partitionsOf('orders', ID, 1);
    for (let round = 0; round < 3; round++) {
      const request = session.plan(partitions, true);
      expect([request.sessionId, request.sessionEpoch, request.topics.length]).toEqual([0, 0, 1]);
      expect(session.accept(ErrorCode.NONE, 0)).toBe(true);
    }
    expect(session.close()).toBeUndefined();
  });

  it('opens another when topics go by name instead of by id', () => {
    const session = new FetchSession(100);
    const partitions = partitionsOf('orders', ID, 1);
    session.plan(partitions, true);
    session.accept(ErrorCode.NONE, 77);

    const next = session.plan(partitions, false);

    expect([next.sessionId, next.sessionEpoch]).toEqual([77, 0]);
    expect(named(next)).toEqual({ asked: ['orders/0@0'], forgotten: [] });
  });

  it('never asks for a partition and forgets it in one request, also when it was taken away and given back', () => {
    const session = new FetchSession(100);
    session.plan(partitionsOf('orders', ID, 2), true);
    session.accept(ErrorCode.NONE, 77);

    const again = partitionsOf('orders', ID, 2);
    expect(named(session.plan(again, true))).toEqual({ asked: [`${ID}/0@0`, `${ID}/1@10`], forgotten: [] });
    session.accept(ErrorCode.NONE, 77);
    expect(session.entry(ID, 1)?.partition).toBe(again[1]);

    expect(named(session.plan(partitionsOf('orders', OTHER_ID, 1), true))).toEqual({
      asked: [`${OTHER_ID}/0@0`],
      forgotten: [`${ID}/0`, `${ID}/1`],
    });
  });

  it('says goodbye under its id', () => {
    const session = new FetchSession(100);
    session.plan(partitionsOf('orders', ID, 1), true);
    session.accept(ErrorCode.NONE, 77);
    expect(session.close()).toMatchObject({ sessionId: 77, sessionEpoch: -1, topics: [] });
  });
});
