import { ErrorCode } from '@millrace/protocol';
import {
  connectionLost,
  FakeGroupCluster,
  silence,
  topicIdOf,
  type SentRequest,
} from '../../test/fake-group-cluster.ts';
import { GroupClient } from './group-client.ts';
import { GroupOffsets, type OffsetIdentity, type OffsetOwner } from './group-offsets.ts';

const T0 = { topic: 't', partition: 0 };
const MEMBER: OffsetIdentity = { memberId: 'me', generation: 3, instanceId: null, protocol: 'consumer' };

describe('the offsets of a group', () => {
  let cluster: FakeGroupCluster;

  beforeEach(() => {
    cluster = new FakeGroupCluster();
    cluster.addTopic('t', 2);
  });

  function offsetsOf(owner?: OffsetOwner): GroupOffsets {
    return new GroupOffsets(new GroupClient(cluster, 'g'), owner);
  }

  /** Answers each partition of a commit with the next of these codes, then with none. */
  function answerCommits(...codes: number[]): void {
    cluster.on('OffsetCommit', ({ request }: SentRequest) => {
      const errorCode = codes.shift() ?? 0;
      return {
        topics: request.topics.map((topic: { partitions: { partitionIndex: number }[] }) => ({
          ...topic,
          partitions: topic.partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
        })),
      };
    });
  }

  function fetched(version: number, errorCode = 0, committedOffset = 7n) {
    const partitions = [{ partitionIndex: 0, committedOffset, committedLeaderEpoch: 1, metadata: 'm', errorCode }];
    const topics = [{ name: version >= 10 ? '' : 't', topicId: topicIdOf('t'), partitions }];
    return version >= 8 ? { groups: [{ groupId: 'g', topics, errorCode: 0 }] } : { topics, groups: [], errorCode: 0 };
  }

  /** Lets the waits between attempts pass. */
  async function inTime<T>(promise: Promise<T>, ms = 5_000): Promise<T> {
    await cluster.time.advance(ms);
    return promise;
  }

  it.each([2, 3, 4, 5, 6, 7, 8, 9, 10])('are stored by OffsetCommit %i', async (version) => {
    cluster.versions.set('OffsetCommit', version);
    answerCommits();

    await expect(offsetsOf().commit([{ ...T0, offset: 5 }])).resolves.toEqual([{ ...T0, offset: 5, error: undefined }]);

    const [sent] = cluster.requests('OffsetCommit');
    expect(sent?.request).toMatchObject({ memberId: '', generationIdOrMemberEpoch: -1 });
    expect(sent?.request.topics[0].partitions).toMatchObject([{ partitionIndex: 0, committedOffset: 5n }]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('are read by OffsetFetch %i', async (version) => {
    cluster.versions.set('OffsetFetch', version);
    cluster.on('OffsetFetch', () => fetched(version));

    const offsets = await offsetsOf({
      identity: () => MEMBER,
      tenureOf: () => undefined,
      onRefused: () => false,
    }).fetch([T0]);

    expect(offsets).toEqual([{ ...T0, offset: 7, leaderEpoch: 1, metadata: 'm', error: undefined }]);
    const { request } = cluster.requests('OffsetFetch')[0] as SentRequest;
    expect(request.requireStable).toBe(version >= 7);
    if (version >= 9) expect(request.groups[0]).toMatchObject({ memberId: 'me', memberEpoch: 3 });
  });

  it('go by name where a topic has no id that is known', async () => {
    answerCommits();

    await offsetsOf().commit([{ topic: 'unknown', partition: 0, offset: 1 }]);

    expect(cluster.requests('OffsetCommit')[0]?.request.topics[0].name).toBe('unknown');
  });

  it('are stored in spite of moved and loading coordinators and lost connections', async () => {
    const codes = [ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS];
    answerCommits(...codes);
    let isCut = false;
    const offsets = offsetsOf();
    const first = await inTime(offsets.commit([{ ...T0, offset: 5 }]));
    cluster.on('OffsetCommit', () => {
      if (isCut) answerCommits();
      isCut = true;
      throw connectionLost();
    });
    const second = await inTime(offsets.commit([{ ...T0, offset: 6 }]));

    expect([...first, ...second].map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(cluster.forgotten).toBe(3);
  });

  it('sends only what is still open again', async () => {
    let attempt = 0;
    cluster.on('OffsetCommit', ({ request }) => ({
      topics: request.topics.map((topic: { partitions: { partitionIndex: number }[] }) => ({
        ...topic,
        partitions: topic.partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode: partitionIndex === 1 && attempt++ === 0 ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : 0,
        })),
      })),
    }));

    await inTime(
      offsetsOf().commit([
        { ...T0, offset: 1 },
        { ...T0, partition: 1, offset: 2 },
      ]),
    );

    const sent = cluster.requests('OffsetCommit').map(({ request }) => request.topics[0].partitions.length);
    expect(sent).toEqual([2, 1]);
  });

  it('waits for a transaction that holds an offset open', async () => {
    const codes: number[] = [ErrorCode.UNSTABLE_OFFSET_COMMIT, ErrorCode.UNSTABLE_OFFSET_COMMIT];
    cluster.on('OffsetFetch', () => fetched(10, codes.shift() ?? 0));

    const offsets = await inTime(offsetsOf().fetch([T0]));

    expect(offsets).toMatchObject([{ offset: 7, error: undefined }]);
    expect(cluster.requests('OffsetFetch')).toHaveLength(3);
  });

  it('says −1 where nothing is committed, and tells errors of partitions apart from those of the group', async () => {
    cluster.on('OffsetFetch', () => fetched(10, 0, -1n));
    await expect(offsetsOf().fetch([T0])).resolves.toMatchObject([{ offset: -1, error: undefined }]);
    cluster.on('OffsetFetch', () => fetched(10, ErrorCode.TOPIC_AUTHORIZATION_FAILED));
    await expect(offsetsOf().fetch([T0])).resolves.toMatchObject([
      { offset: -1, error: { kafkaCode: 'TOPIC_AUTHORIZATION_FAILED' } },
    ]);
    cluster.on('OffsetFetch', () => ({ groups: [{ topics: [], errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED }] }));
    await expect(offsetsOf().fetch([T0])).rejects.toMatchObject({ kafkaCode: 'GROUP_AUTHORIZATION_FAILED' });
  });

  it('gives the reason with every entry when time is over', async () => {
    cluster.on('OffsetCommit', () => {
      throw connectionLost();
    });

    const results = await inTime(offsetsOf().commit([{ ...T0, offset: 1 }], { timeoutMs: 2_000 }));

    expect(results).toMatchObject([{ error: { code: 'MILLRACE_CLIENT_TIMEOUT', retriable: true } }]);
  });

  it('stops waiting when the signal says so', async () => {
    cluster.on('OffsetCommit', silence);
    const controller = new AbortController();
    const committed = offsetsOf().commit([{ ...T0, offset: 1 }], { signal: controller.signal });
    controller.abort();

    await expect(committed).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_ABORTED' });
  });

  it.each([-1, 1.5, Number.NaN, -1n])('are whole numbers, not %s', async (offset) => {
    await expect(offsetsOf().commit([{ ...T0, offset }])).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_INVALID_OPTION',
    });
  });
});
