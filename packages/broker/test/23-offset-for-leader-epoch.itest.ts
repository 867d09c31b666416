import { ErrorCode } from '@millrace/protocol';
import {
  createOffsetForLeaderEpochRequest,
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
} from '@millrace/protocol/messages/23-offset-for-leader-epoch';
import { createTempDir } from '@millrace/testing';
import { batchOf, BrokerFixture, produce } from './broker-fixture.ts';

describe('OffsetForLeaderEpoch', () => {
  const ask = async (
    { client }: BrokerFixture,
    name: string,
    leaderEpoch: number,
    options: { version?: number; currentLeaderEpoch?: number; partition?: number } = {},
  ) => {
    const partition = {
      partition: options.partition ?? 0,
      currentLeaderEpoch: options.currentLeaderEpoch ?? -1,
      leaderEpoch,
    };
    const request = createOffsetForLeaderEpochRequest({ topics: [{ topic: name, partitions: [partition] }] });
    const version = options.version ?? 4;
    const response = await client.call(offsetForLeaderEpochRequest, offsetForLeaderEpochResponse, version, request);
    const result = response.topics[0]?.partitions[0];
    return [result?.errorCode, result?.leaderEpoch, Number(result?.endOffset)];
  };

  it('answers where each epoch ended, over restarts', async () => {
    await using directory = await createTempDir('epochs');
    const first = await BrokerFixture.start({ dataDir: directory.path });
    const topic = await first.createTopic('epochs');
    for (const value of ['a', 'b']) await produce(first.client, topic, batchOf([value]));
    await first.close();
    const second = await BrokerFixture.start({ dataDir: directory.path });
    await produce(second.client, topic, batchOf(['c']));

    for (const version of [2, 3, 4]) {
      expect(await ask(second, 'epochs', 0, { version })).toEqual([0, 0, 2]);
      expect(await ask(second, 'epochs', 1, { version })).toEqual([0, 1, 3]);
      expect(await ask(second, 'epochs', 7, { version })).toEqual([0, -1, -1]);
      expect(await ask(second, 'epochs', -1, { version })).toEqual([0, -1, -1]);
    }
    expect(await ask(second, 'epochs', 0, { currentLeaderEpoch: 0 })).toEqual([ErrorCode.FENCED_LEADER_EPOCH, -1, -1]);
    expect(await ask(second, 'epochs', 0, { currentLeaderEpoch: 2 })).toEqual([ErrorCode.UNKNOWN_LEADER_EPOCH, -1, -1]);
    expect(await ask(second, 'epochs', 0, { partition: 5 })).toEqual([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, -1, -1]);
    await second.close();
  });
});
