import { ErrorCode } from '@millrace/protocol';
import {
  createDescribeTopicPartitionsRequest,
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
  type DescribeTopicPartitionsRequest,
} from '@millrace/protocol/messages/75-describe-topic-partitions';
import { BrokerFixture } from './broker-fixture.ts';

describe('DescribeTopicPartitions', () => {
  let fixture: BrokerFixture;

  beforeAll(async () => {
    fixture = await BrokerFixture.start();
    for (const [name, count] of [
      ['b', 3],
      ['a', 2],
      ['c', 4],
    ] as const)
      await fixture.createTopic(name, count);
  });

  afterAll(() => fixture.close());

  const describePage = async (init: Partial<DescribeTopicPartitionsRequest>) => {
    const request = createDescribeTopicPartitionsRequest(init);
    const { topics, nextCursor } = await fixture.client.call(
      describeTopicPartitionsRequest,
      describeTopicPartitionsResponse,
      0,
      request,
    );
    const shown = topics.map(
      ({ name, errorCode, partitions }) =>
        `${name}${errorCode === 0 ? '' : `!${errorCode}`}:${partitions.map(({ partitionIndex }) => partitionIndex).join('')}`,
    );
    return { shown, nextCursor };
  };

  it('lists all topics by name', async () => {
    expect(await describePage({})).toEqual({ shown: ['a:01', 'b:012', 'c:0123'], nextCursor: null });
  });

  it('pages through partitions by cursor', async () => {
    const pages: string[][] = [];
    let cursor: DescribeTopicPartitionsRequest['cursor'] = null;
    do {
      const { shown, nextCursor } = await describePage({ responsePartitionLimit: 4, cursor });
      pages.push(shown);
      cursor = nextCursor;
    } while (cursor !== null);
    expect(pages).toEqual([['a:01', 'b:01'], ['b:2', 'c:012'], ['c:3']]);
  });

  it('tells unknown and invalid names', async () => {
    const topics = ['b', 'zz', 'a b'].map((name) => ({ name }));
    expect((await describePage({ topics })).shown).toEqual([
      `a b!${ErrorCode.INVALID_TOPIC_EXCEPTION}:`,
      'b:012',
      `zz!${ErrorCode.UNKNOWN_TOPIC_OR_PARTITION}:`,
    ]);
  });

  it('refuses a cursor that cannot be', async () => {
    const { shown } = await describePage({ topics: [{ name: 'a' }], cursor: { topicName: 'a', partitionIndex: -1 } });
    expect(shown).toEqual([`a!${ErrorCode.INVALID_REQUEST}:`]);
    const foreign = await describePage({ topics: [{ name: 'a' }], cursor: { topicName: 'aa', partitionIndex: 0 } });
    expect(foreign.shown).toEqual([`a!${ErrorCode.INVALID_REQUEST}:`]);
  });
});
