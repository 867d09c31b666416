import { ProtocolError } from '@millrace/protocol';
import { groupRecordCodec, groupRecordSizeBytes, type GroupStateRecord } from './group-records.ts';

// Bytes that Apache Kafka 4.3.1 wrote for the same values, with its own classes for these records.
const OFFSET_KEY = '000100016700066f726465727300000003';
const GROUP_KEY = '0002000167';
const OFFSET_V4 = '0004000000000000002a0000000705746578740000018bcfe5680001001000000000000000010000000000000002';
const OFFSET_V4_WITHOUT_TOPIC_ID = '0004000000000000002a0000000705746578740000018bcfe5680000';
const OFFSET_V3 = '0003000000000000002a000000070004746578740000018bcfe56800';
const OFFSET_V2 = '0002000000000000002a0004746578740000018bcfe56800';
const OFFSET_V1 = '0001000000000000002a0004746578740000018bcfe568000000018bcfe65260';
const OFFSET_V0 = '0000000000000000002a0004746578740000018bcfe56800';
const GROUP_V0 =
  '00000008636f6e73756d657200000005000572616e67650003632d31000000010003632d31000163000a2f3132372e302e302e310000' +
  '27100000000201020000000103';
const GROUP_V2 =
  '00020008636f6e73756d657200000005000572616e67650003632d310000018bcfe56800000000010003632d31000163000a2f313237' +
  '2e302e302e310000ea60000027100000000201020000000103';
const GROUP_V3 =
  '00030008636f6e73756d657200000005000572616e67650003632d310000018bcfe56800000000010003632d31000169000163000a2f' +
  '3132372e302e302e310000ea60000027100000000201020000000103';
const GROUP_V4 =
  '000409636f6e73756d6572000000050672616e676504632d310000018bcfe568000204632d31026902630b2f3132372e302e302e3100' +
  '00ea600000271003010202030000';
const EMPTY_GROUP_V3 = '0003000000000000ffffffff0000018bcfe5680000000000';

const NOW_MS = 1_700_000_000_000;
const ZERO_ID = 'AAAAAAAAAAAAAAAAAAAAAA';
const OFFSET = {
  kind: 'offset',
  groupId: 'g',
  topic: 'orders',
  partition: 3,
  committed: {
    offset: 42n,
    leaderEpoch: 7,
    metadata: 'text',
    commitTimestampMs: NOW_MS,
    expireTimestampMs: -1,
    topicId: 'AAAAAAAAAAEAAAAAAAAAAg',
  },
} as const satisfies GroupStateRecord;
const MEMBER = {
  memberId: 'c-1',
  groupInstanceId: 'i',
  clientId: 'c',
  clientHost: '/127.0.0.1',
  rebalanceTimeoutMs: 60_000,
  sessionTimeoutMs: 10_000,
  subscription: Buffer.from([1, 2]),
  assignment: Buffer.from([3]),
};
const IMAGE = {
  protocolType: 'consumer',
  generation: 5,
  protocol: 'range',
  leader: 'c-1',
  stateTimestampMs: NOW_MS,
  members: [MEMBER],
};
const GROUP = { kind: 'group', groupId: 'g', image: IMAGE } as const satisfies GroupStateRecord;

function bytesOf(record: GroupStateRecord): [string, string | undefined] {
  return [groupRecordCodec.encodeKey(record).toString('hex'), groupRecordCodec.encodeValue(record)?.toString('hex')];
}

function read(key: string, value: string | null): GroupStateRecord | undefined {
  return groupRecordCodec.decode(Buffer.from(key, 'hex'), value === null ? null : Buffer.from(value, 'hex'));
}

describe('records of __consumer_offsets', () => {
  const emptyGroup = {
    kind: 'group',
    groupId: 'g',
    image: { protocolType: '', generation: 0, protocol: null, leader: null, stateTimestampMs: NOW_MS, members: [] },
  } as const satisfies GroupStateRecord;
  const withoutTopicId = { ...OFFSET, committed: { ...OFFSET.committed, topicId: ZERO_ID } };
  const withExpiry = { ...OFFSET, committed: { ...OFFSET.committed, expireTimestampMs: NOW_MS + 60_000 } };

  it.each<[string, GroupStateRecord, string, string]>([
    ['an offset', OFFSET, OFFSET_KEY, OFFSET_V4],
    ['an offset without topic id', withoutTopicId, OFFSET_KEY, OFFSET_V4_WITHOUT_TOPIC_ID],
    ['an offset with a retention time of its own', withExpiry, OFFSET_KEY, OFFSET_V1],
    ['a group', GROUP, GROUP_KEY, GROUP_V3],
    ['an empty group', emptyGroup, GROUP_KEY, EMPTY_GROUP_V3],
  ])('are the bytes that Apache Kafka writes for %s', (_, record, key, value) => {
    expect(bytesOf(record)).toEqual([key, value]);
    expect(groupRecordSizeBytes(record)).toBe((key.length + value.length) / 2);
  });

  it('are read in every version that Apache Kafka has written', () => {
    const plain = { ...OFFSET.committed, topicId: ZERO_ID };
    const withoutEpoch = { ...plain, leaderEpoch: -1 };

    expect(read(OFFSET_KEY, OFFSET_V4)).toEqual(OFFSET);
    expect(read(OFFSET_KEY, OFFSET_V3)).toEqual({ ...OFFSET, committed: plain });
    expect(read(OFFSET_KEY, OFFSET_V2)).toEqual({ ...OFFSET, committed: withoutEpoch });
    expect(read(OFFSET_KEY, OFFSET_V1)).toEqual({
      ...OFFSET,
      committed: { ...withoutEpoch, expireTimestampMs: NOW_MS + 60_000 },
    });
    expect(read(OFFSET_KEY.replace(/^0001/, '0000'), OFFSET_V0)).toEqual({ ...OFFSET, committed: withoutEpoch });
    expect(read(GROUP_KEY, GROUP_V4)).toEqual(GROUP);
    expect(read(GROUP_KEY, GROUP_V3)).toEqual(GROUP);
    expect(read(GROUP_KEY, GROUP_V2)).toEqual({
      ...GROUP,
      image: { ...IMAGE, members: [{ ...MEMBER, groupInstanceId: null }] },
    });
    expect(read(GROUP_KEY, GROUP_V0)).toEqual({
      ...GROUP,
      image: {
        ...IMAGE,
        stateTimestampMs: -1,
        members: [{ ...MEMBER, groupInstanceId: null, rebalanceTimeoutMs: 10_000 }],
      },
    });
  });

  it('without value take back what the key names', () => {
    expect(read(OFFSET_KEY, null)).toEqual({ ...OFFSET, committed: null });
    expect(read(GROUP_KEY, null)).toEqual({ ...GROUP, image: null });
  });

  it('of kinds that are not known are skipped', () => {
    expect(read('0004000167', '0000')).toBeUndefined();
    expect(read('7fff000167', null)).toBeUndefined();
  });

  it.each([
    ['a key that ends early', '00010001', OFFSET_V4],
    ['a value that ends early', OFFSET_KEY, OFFSET_V4.slice(0, 20)],
    ['a value of a version to come', OFFSET_KEY, OFFSET_V4.replace(/^0004/, '0005')],
  ])('are refused with %s', (_, key, value) => {
    expect(() => read(key, value)).toThrow(ProtocolError);
  });
});
