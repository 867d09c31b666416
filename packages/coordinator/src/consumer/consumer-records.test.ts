import { groupRecordCodec, type GroupStateRecord } from '../group/group-records.ts';
import { MemberState } from './consumer-records.ts';

// Bytes that Apache Kafka 4.3.1 wrote for the same values, with its own classes for these records.
const TOPIC_ID = 'AAAAAAAAAAEAAAAAAAAAAg';
const NOW_MS = 1_700_000_000_000;
const SUBSCRIPTION = {
  instanceId: 'i',
  rackId: 'r',
  clientId: 'c',
  clientHost: '/h',
  topicNames: ['a', 'b'],
  topicPattern: 'f.*',
  rebalanceTimeoutMs: 60_000,
  serverAssignor: 'range',
  classic: null,
};
const EMPTY = {
  instanceId: null,
  rackId: null,
  clientId: 'c',
  clientHost: '/h',
  topicNames: [],
  topicPattern: null,
  rebalanceTimeoutMs: -1,
  serverAssignor: null,
  classic: null,
};

const CASES: readonly [name: string, record: GroupStateRecord, key: string, value: string][] = [
  [
    'the epoch of a group',
    { kind: 'epoch', groupId: 'g', value: { epoch: 7, hash: 1_234_567_890_123n } },
    '0003000167',
    '0000000000070100080000011f71fb04cb',
  ],
  [
    'an epoch without hash',
    { kind: 'epoch', groupId: 'g', value: { epoch: 7, hash: 0n } },
    '0003000167',
    '00000000000700',
  ],
  [
    'what a member said',
    { kind: 'subscription', groupId: 'g', memberId: 'm', value: SUBSCRIPTION },
    '000500016700016d',
    '0000026902720263032f68030261026204662e2a0000ea600672616e676500',
  ],
  [
    'a member of the classic protocol',
    {
      kind: 'subscription',
      groupId: 'g',
      memberId: 'm',
      value: {
        ...SUBSCRIPTION,
        classic: { sessionTimeoutMs: 10_000, protocols: [{ name: 'range', metadata: Buffer.from([1, 2]) }] },
      },
    },
    '000500016700016d',
    '0000026902720263032f68030261026204662e2a0000ea600672616e67650100110100002710020672616e67650301020000',
  ],
  [
    'a member that said little',
    { kind: 'subscription', groupId: 'g', memberId: 'm', value: EMPTY },
    '000500016700016d',
    '000000000263032f680100ffffffff0000',
  ],
  [
    'the epoch of a target',
    { kind: 'targetEpoch', groupId: 'g', value: { epoch: 7, timestampMs: NOW_MS } },
    '0006000167',
    '0000000000070100080000018bcfe56800',
  ],
  [
    'the target of a member',
    { kind: 'target', groupId: 'g', memberId: 'm', value: new Map([[TOPIC_ID, [0, 3]]]) },
    '000700016700016d',
    '000002000000000000000100000000000000020300000000000000030000',
  ],
  [
    'the topics of a pattern',
    { kind: 'pattern', groupId: 'g', pattern: 'f.*', value: { topics: ['foo'], version: 12, timestampMs: NOW_MS } },
    '00100001670003662e2a',
    '00000204666f6f000000000000000c0000018bcfe5680000',
  ],
];

const CURRENT: GroupStateRecord = {
  kind: 'current',
  groupId: 'g',
  memberId: 'm',
  value: {
    epoch: 7,
    previousEpoch: 6,
    state: MemberState.unrevoked,
    assigned: new Map([
      [
        TOPIC_ID,
        new Map([
          [0, 5],
          [3, 6],
        ]),
      ],
    ]),
    pendingRevocation: new Map([[TOPIC_ID, new Map([[4, 7]])]]),
  },
};
/** Apache Kafka leaves out the epochs of partitions that have to be given up. */
const CURRENT_VALUE =
  '00000000000700000006010200000000000000010000000000000002030000000000000003010009030000000500000006020000000000000001000000000000000202000000040000';

describe('records of consumer groups', () => {
  it.each(CASES)('hold %s as Apache Kafka writes it', (_, record, key, value) => {
    expect(groupRecordCodec.encodeKey(record).toString('hex')).toBe(key);
    expect(groupRecordCodec.encodeValue(record)?.toString('hex')).toBe(value);
    expect(groupRecordCodec.decode(Buffer.from(key, 'hex'), Buffer.from(value, 'hex'))).toEqual(record);
  });

  it.each(CASES)('take back %s by a key without value', (_, record, key) => {
    const gone = { ...record, value: null } as GroupStateRecord;
    expect(groupRecordCodec.encodeValue(gone)).toBeNull();
    expect(groupRecordCodec.decode(Buffer.from(key, 'hex'), null)).toEqual(gone);
  });

  it('hold what a member has, and read it without epochs of its partitions', () => {
    const key = groupRecordCodec.encodeKey(CURRENT);
    expect(key.toString('hex')).toBe('000800016700016d');
    expect(groupRecordCodec.decode(key, Buffer.from(CURRENT_VALUE, 'hex'))).toEqual(CURRENT);
    expect(groupRecordCodec.decode(key, groupRecordCodec.encodeValue(CURRENT))).toEqual(CURRENT);
  });
});
