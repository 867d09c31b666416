import type { AppendOutcome, EndMarker, OpenTransaction, PartitionLog } from '@millrace/log';
import type { TopicMetadata } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import type { PartitionLocation } from '../services.ts';
import { BrokerParticipants } from './broker-participants.ts';

const MARKER: EndMarker = {
  producerId: 7,
  producerEpoch: 4,
  coordinatorEpoch: 2,
  outcome: 'commit',
  transactionVersion: 2,
};
const GROUPS = '__consumer_offsets';

/** The parts of a log that markers touch. */
class FakeLog {
  readonly id: { readonly topicId: string; readonly partition: number };
  readonly config: { readonly durability: 'fsync' | 'os' };
  readonly markers: EndMarker[] = [];
  readonly settled = Promise.withResolvers<number>();
  open: OpenTransaction[] = [];
  logEndOffset = 0;
  refusal = 0;

  constructor(partition: number, durability: 'fsync' | 'os' = 'fsync') {
    this.id = { topicId: 'id', partition };
    this.config = { durability };
  }

  refuse(errorCode: number): this {
    this.refusal = errorCode;
    return this;
  }

  appendEndMarker(marker: EndMarker): AppendOutcome {
    if (this.refusal !== 0) return { errorCode: this.refusal, errorMessage: null, recordErrors: [] };
    this.markers.push(marker);
    const offset = this.logEndOffset++;
    return {
      errorCode: 0,
      baseOffset: offset,
      lastOffset: offset,
      logAppendTimeMs: -1,
      isDuplicate: false,
      durable: this.settled.promise,
      answer: this.settled.promise,
    };
  }

  openTransactions(): readonly OpenTransaction[] {
    return this.open;
  }
}

describe('BrokerParticipants', () => {
  let logs: Map<string, FakeLog>;
  let elsewhere: Set<string>;
  let groupMarkers: number[];
  let groupRefusal: number;

  beforeEach(() => {
    logs = new Map();
    elsewhere = new Set();
    groupMarkers = [];
    groupRefusal = 0;
  });

  const addLog = (topic: string, partition: number, durability: 'fsync' | 'os' = 'fsync'): FakeLog => {
    const log = new FakeLog(partition, durability);
    logs.set(`${topic}-${partition}`, log);
    return log;
  };
  const metadata = (name: string): TopicMetadata => ({ name, isInternal: name.startsWith('__') }) as TopicMetadata;
  const participants = (): BrokerParticipants =>
    new BrokerParticipants({
      partitions: () => ({
        locateByName: (name, partition) => {
          const topic = metadata(name);
          if (elsewhere.has(`${name}-${partition}`)) return { kind: 'elsewhere', topic, owner: 2, leaderEpoch: 0 };
          const log = logs.get(`${name}-${partition}`);
          if (log === undefined) return { kind: 'unknown' };
          return { kind: 'owned', topic, log: log as unknown as PartitionLog } satisfies PartitionLocation;
        },
        open: () =>
          [...logs].map(([key, log]) => ({
            topic: metadata(key.slice(0, key.lastIndexOf('-'))),
            log: log as unknown as PartitionLog,
          })),
      }),
      groups: {
        partitionFor: () => 5,
        appendEndMarker: (partition, marker) => {
          groupMarkers.push(partition);
          return addLog(GROUPS, partition).refuse(groupRefusal).appendEndMarker(marker);
        },
      },
      producerIds: { next: () => Promise.resolve(99) },
    });

  it('appends a marker to every partition at once and answers when they are durable', async () => {
    const [first, second] = [addLog('topic', 0), addLog('topic', 1)];
    const appended = participants().appendMarkers(MARKER, [
      { topic: 'topic', partition: 0 },
      { topic: 'topic', partition: 1 },
    ]);

    expect([first.markers, second.markers]).toEqual([[MARKER], [MARKER]]);
    expect(appended.allJournalled).toBe(true);
    first.settled.resolve(0);
    second.settled.resolve(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(await appended.durable).toEqual([0, ErrorCode.KAFKA_STORAGE_ERROR]);
  });

  it('counts a partition that is gone as done', async () => {
    const appended = participants().appendMarkers(MARKER, [{ topic: 'gone', partition: 3 }]);
    expect(appended.allJournalled).toBe(true);
    expect(await appended.durable).toEqual([0]);
  });

  it('reports what another broker owns, and what the log refuses', async () => {
    elsewhere.add('topic-0');
    addLog('topic', 1).refuse(ErrorCode.INVALID_PRODUCER_EPOCH);
    const appended = participants().appendMarkers(MARKER, [
      { topic: 'topic', partition: 0 },
      { topic: 'topic', partition: 1 },
    ]);
    expect(appended.allJournalled).toBe(false);
    expect(await appended.durable).toEqual([ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.INVALID_PRODUCER_EPOCH]);
  });

  it('says that a marker of a log without the journal is not there yet', () => {
    addLog('quick', 0, 'os');
    expect(participants().appendMarkers(MARKER, [{ topic: 'quick', partition: 0 }]).allJournalled).toBe(false);
  });

  it('leaves the offsets of groups to their coordinator', async () => {
    const log = addLog(GROUPS, 5);
    const places = [{ topic: GROUPS, partition: 5 }];
    expect(participants().appendMarkers(MARKER, places).allJournalled).toBe(true);
    expect([groupMarkers, log.markers]).toEqual([[5], []]);

    groupRefusal = ErrorCode.NOT_COORDINATOR;
    const refused = participants().appendMarkers(MARKER, places);
    expect(refused.allJournalled).toBe(false);
    expect(await refused.durable).toEqual([ErrorCode.NOT_COORDINATOR]);
  });

  it('lists what is open in any log', () => {
    const open = { producerId: 7, producerEpoch: 1, firstOffset: 12, startedMs: 5 };
    addLog('topic', 0).open = [open];
    addLog(GROUPS, 5).open = [{ ...open, producerId: 8 }];
    expect([...participants().openTransactions()]).toEqual([
      { topic: 'topic', partition: 0, ...open },
      { topic: GROUPS, partition: 5, ...open, producerId: 8 },
    ]);
  });

  it('lets transactions write to topics and offsets that exist, wherever they are', () => {
    addLog('topic', 0);
    addLog(GROUPS, 5);
    addLog('__transaction_state', 0);
    elsewhere.add('topic-1');
    const check = (topic: string, partition: number) => participants().check({ topic, partition });
    expect([check('topic', 0), check('topic', 1), check(GROUPS, 5)]).toEqual([0, 0, 0]);
    expect(check('topic', 2)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect(check('__transaction_state', 0)).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION);
  });

  it('hands out producer ids and knows where the offsets of a group are', async () => {
    expect(await participants().nextProducerId()).toBe(99);
    expect(participants().groupPartition('group')).toEqual({ topic: GROUPS, partition: 5 });
  });
});
