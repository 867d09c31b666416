import { ErrorCode } from '@millrace/protocol';
import {
  createListOffsetsRequest,
  listOffsetsRequest,
  listOffsetsResponse,
} from '@millrace/protocol/messages/02-list-offsets';
import {
  createDeleteRecordsRequest,
  deleteRecordsRequest,
  deleteRecordsResponse,
} from '@millrace/protocol/messages/21-delete-records';
import { batchOf, BrokerFixture, produce, type CreatedTopic } from './broker-fixture.ts';

const [LATEST, EARLIEST, MAX_TIMESTAMP, EARLIEST_LOCAL, LATEST_TIERED, PENDING_UPLOAD] = [-1, -2, -3, -4, -5, -6];
const START = 1_700_000_000_000;

describe('ListOffsets', () => {
  let fixture: BrokerFixture;
  let topic: CreatedTopic;

  beforeAll(async () => {
    fixture = await BrokerFixture.start();
    topic = await fixture.createTopic('times', 2);
    // Offsets 0, 1 | 2 | 3: the largest timestamp is in the middle.
    await produce(fixture.client, topic, batchOf(['a', 'b'], { timestampMs: START }));
    await produce(fixture.client, topic, batchOf(['c'], { timestampMs: START + 9000, codec: 'gzip' }));
    await produce(fixture.client, topic, batchOf(['d'], { timestampMs: START + 5000 }));
  });

  afterAll(async () => {
    expect(fixture.logger.errors).toEqual([]);
    await fixture.close();
  });

  const list = async (
    timestamp: number,
    options: {
      version?: number;
      partition?: number;
      isolationLevel?: number;
      currentLeaderEpoch?: number;
      name?: string;
    } = {},
  ) => {
    const request = createListOffsetsRequest({
      replicaId: -1,
      isolationLevel: options.isolationLevel ?? 0,
      topics: [
        {
          name: options.name ?? topic.name,
          partitions: [
            {
              partitionIndex: options.partition ?? 0,
              currentLeaderEpoch: options.currentLeaderEpoch ?? -1,
              timestamp: BigInt(timestamp),
            },
          ],
        },
      ],
    });
    const response = await fixture.client.call(listOffsetsRequest, listOffsetsResponse, options.version ?? 11, request);
    const result = response.topics[0]?.partitions[0];
    if (result === undefined) throw new Error('no answer for the partition');
    return {
      errorCode: result.errorCode,
      offset: Number(result.offset),
      timestamp: Number(result.timestamp),
      epoch: result.leaderEpoch,
    };
  };

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])('answers earliest, latest and a time in version %i', async (version) => {
    const epoch = version >= 4 ? 0 : -1;
    expect(await list(EARLIEST, { version })).toEqual({ errorCode: 0, offset: 0, timestamp: -1, epoch });
    expect(await list(LATEST, { version })).toEqual({ errorCode: 0, offset: 4, timestamp: -1, epoch });
    expect(await list(START + 1, { version })).toEqual({ errorCode: 0, offset: 2, timestamp: START + 9000, epoch });
  });

  it('answers −1 when no record is so late', async () => {
    expect(await list(START + 10_000)).toEqual({ errorCode: 0, offset: -1, timestamp: -1, epoch: -1 });
  });

  it('answers the first record at or after a time', async () => {
    expect((await list(0)).offset).toBe(0);
    expect((await list(START)).offset).toBe(0);
    expect((await list(START + 9000)).offset).toBe(2);
  });

  it('answers the record with the largest timestamp', async () => {
    expect(await list(MAX_TIMESTAMP)).toEqual({ errorCode: 0, offset: 2, timestamp: START + 9000, epoch: 0 });
    expect(await list(MAX_TIMESTAMP, { partition: 1 })).toEqual({ errorCode: 0, offset: -1, timestamp: -1, epoch: -1 });
  });

  it('knows that nothing is tiered', async () => {
    expect((await list(EARLIEST_LOCAL)).offset).toBe(0);
    expect(await list(LATEST_TIERED)).toEqual({ errorCode: 0, offset: -1, timestamp: -1, epoch: -1 });
    expect(await list(PENDING_UPLOAD)).toEqual({ errorCode: 0, offset: -1, timestamp: -1, epoch: -1 });
  });

  it.each([
    [MAX_TIMESTAMP, 6],
    [EARLIEST_LOCAL, 7],
    [LATEST_TIERED, 8],
    [PENDING_UPLOAD, 10],
    [-7, 11],
  ])('refuses the special time %i in version %i', async (timestamp, version) => {
    expect((await list(timestamp, { version })).errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
  });

  it('answers the last stable offset to read_committed', async () => {
    expect((await list(LATEST, { isolationLevel: 1 })).offset).toBe(4);
  });

  it('refuses partitions that are unknown, named twice, or asked for under another epoch', async () => {
    expect((await list(LATEST, { partition: 9 })).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect((await list(LATEST, { name: 'nobody' })).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect((await list(LATEST, { currentLeaderEpoch: 3 })).errorCode).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH);
    const partition = { partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1n };
    const twice = createListOffsetsRequest({ topics: [{ name: topic.name, partitions: [partition, partition] }] });
    const { topics } = await fixture.client.call(listOffsetsRequest, listOffsetsResponse, 7, twice);
    expect(topics[0]?.partitions.map(({ errorCode }) => errorCode)).toEqual([
      ErrorCode.INVALID_REQUEST,
      ErrorCode.INVALID_REQUEST,
    ]);
  });

  it('follows the log start when records are deleted', async () => {
    const trimmed = await fixture.createTopic('trimmed');
    for (const value of ['a', 'b', 'c']) await produce(fixture.client, trimmed, batchOf([value]));
    const request = createDeleteRecordsRequest({
      topics: [{ name: trimmed.name, partitions: [{ partitionIndex: 0, offset: 2n }] }],
      timeoutMs: 5000,
    });
    await fixture.client.call(deleteRecordsRequest, deleteRecordsResponse, 2, request);
    expect((await list(EARLIEST, { name: trimmed.name })).offset).toBe(2);
    expect((await list(0, { name: trimmed.name })).offset).toBe(2);
  });
});
