import { ErrorCode } from '@millrace/protocol';
import { createMetadataResponsePartition, createMetadataResponseTopic } from '@millrace/protocol/messages/03-metadata';
import { MetadataView } from './metadata-view.ts';

const ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
const OTHER_ID = 'AAAAAAAAAAAAAAAAAAAAAg';

function topicWith(leaders: readonly (readonly [leaderId: number, leaderEpoch: number])[], topicId = ID) {
  return createMetadataResponseTopic({
    name: 'orders',
    topicId,
    partitions: leaders.map(([leaderId, leaderEpoch], partitionIndex) =>
      createMetadataResponsePartition({ partitionIndex, leaderId, leaderEpoch, replicaNodes: [1, 2], isrNodes: [1] }),
    ),
  });
}

describe('MetadataView', () => {
  it('knows a topic by name and by id, its partitions by index whatever their order', () => {
    const view = new MetadataView();
    const topic = topicWith([
      [1, 5],
      [2, 6],
    ]);

    const changed = view.apply([{ ...topic, partitions: topic.partitions.toReversed() }]);

    expect(changed).toHaveLength(1);
    expect(view.topic('orders')).toBe(view.topicById(ID));
    expect(view.topic('orders')?.partitions.map(({ partition, leaderId }) => [partition, leaderId])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it('says nothing changed when nothing did, and keeps the very object', () => {
    const view = new MetadataView();
    view.apply([topicWith([[1, 5]])]);
    const before = view.topic('orders');

    expect(view.apply([topicWith([[1, 5]])])).toEqual([]);
    expect(view.topic('orders')).toBe(before);
  });

  it('never goes back to an older leader epoch of the same topic', () => {
    const view = new MetadataView();
    view.apply([topicWith([[2, 6]])]);

    expect(view.apply([topicWith([[1, 5]])])).toEqual([]);
    expect(view.topic('orders')?.partitions[0]).toMatchObject({ leaderId: 2, leaderEpoch: 6 });
  });

  it('takes a leader without an epoch, as of a broker that tells none', () => {
    const view = new MetadataView();
    view.apply([topicWith([[2, -1]])]);
    view.apply([topicWith([[1, -1]])]);

    expect(view.topic('orders')?.partitions[0]?.leaderId).toBe(1);
  });

  it('starts over with a topic that was created again under its name', () => {
    const view = new MetadataView();
    view.apply([topicWith([[2, 6]])]);

    expect(view.apply([topicWith([[1, 0]], OTHER_ID)])).toHaveLength(1);
    expect(view.topic('orders')).toMatchObject({ topicId: OTHER_ID, partitions: [{ leaderId: 1, leaderEpoch: 0 }] });
    expect(view.topicById(ID)).toBeUndefined();
    expect(view.topicById(OTHER_ID)).toBeDefined();
  });

  it('forgets a topic that is gone, and tells of it by having no partitions', () => {
    const view = new MetadataView();
    view.apply([topicWith([[2, 6]])]);
    const gone = createMetadataResponseTopic({ name: 'orders', errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION });

    expect(view.apply([gone])).toMatchObject([{ name: 'orders', topicId: ID, partitions: [] }]);
    expect(view.topic('orders')).toBeUndefined();
    expect(view.topicById(ID)).toBeUndefined();
    expect(view.apply([gone])).toEqual([]);
  });

  it('keeps what it knows when an answer has an error for a topic', () => {
    const view = new MetadataView();
    view.apply([topicWith([[2, 6]])]);

    expect(
      view.apply([createMetadataResponseTopic({ name: 'orders', errorCode: ErrorCode.LEADER_NOT_AVAILABLE })]),
    ).toEqual([]);
    expect(view.topic('orders')).toBeDefined();
  });

  it('fills a partition that an answer left out with what is known, else with no leader', () => {
    const view = new MetadataView();
    const topic = topicWith([
      [1, 5],
      [2, 6],
    ]);
    view.apply([{ ...topic, partitions: topic.partitions.slice(1) }]);

    expect(view.topic('orders')?.partitions).toMatchObject([
      { partition: 0, leaderId: -1, errorCode: ErrorCode.LEADER_NOT_AVAILABLE },
      { partition: 1, leaderId: 2 },
    ]);
  });

  it('takes a leader hint only when its epoch is newer', () => {
    const view = new MetadataView();
    view.apply([topicWith([[1, 5]])]);

    expect(view.applyLeader('orders', 0, 3, 5)).toBeUndefined();
    expect(view.applyLeader('orders', 1, 3, 9)).toBeUndefined();
    expect(view.applyLeader('other', 0, 3, 9)).toBeUndefined();
    expect(view.applyLeader('orders', 0, 3, 6)?.partitions[0]).toMatchObject({ leaderId: 3, leaderEpoch: 6 });
    expect(view.apply([topicWith([[1, 5]])])).toEqual([]);
    expect(view.topicById(ID)?.partitions[0]?.leaderId).toBe(3);
  });

  it('shows a stale topic as known but not as fresh, until it was fetched again', () => {
    const view = new MetadataView();
    view.apply([topicWith([[1, 5]])]);

    view.invalidate('orders');
    expect(view.freshTopic('orders')).toBeUndefined();
    expect(view.topic('orders')).toBeDefined();

    view.apply([topicWith([[1, 5]])]);
    expect(view.freshTopic('orders')).toBeDefined();
    view.invalidate();
    expect(view.freshTopic('orders')).toBeUndefined();
  });

  it('refreshes what somebody asked for, and forgets what came along unasked', () => {
    const view = new MetadataView();
    view.apply([topicWith([[1, 5]]), { ...topicWith([[1, 5]], OTHER_ID), name: 'unasked' }]);
    view.topic('orders');
    expect(view.peek('unasked')).toBeDefined();

    expect(view.takeUsedNames()).toEqual(['orders']);
    expect(view.takeUsedNames()).toEqual(['orders']);
    expect(view.peek('unasked')).toBeUndefined();
  });

  it('forgets what nobody looked at between two refreshes once there are very many', () => {
    const view = new MetadataView();
    const names = Array.from({ length: 1_001 }, (_, index) => `t${String(index)}`);
    view.apply(names.map((name) => createMetadataResponseTopic({ name })));
    for (const name of names) view.topic(name);

    expect(view.takeUsedNames()).toHaveLength(1_001);
    view.topic('t7');
    expect(view.takeUsedNames()).toEqual(['t7']);
  });
});
