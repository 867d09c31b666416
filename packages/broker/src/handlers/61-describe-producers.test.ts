import { silentLogger } from '@millrace/base';
import { createMemoryLogEngine, type LogEngine, type PartitionLog } from '@millrace/log';
import type { TopicMetadata } from '@millrace/metadata';
import { ErrorCode, RecordBatchWriter } from '@millrace/protocol';
import { createDescribeProducersRequest } from '@millrace/protocol/messages/61-describe-producers';
import { ManualTime } from '../../test/manual-time.ts';
import { loadBrokerConfig } from '../config/broker-config.ts';
import { resolveTopicConfig } from '../config/topic-config.ts';
import type { BrokerServices, PartitionLocation } from '../services.ts';
import type { RequestContext } from './handler.ts';
import { describeProducersHandler } from './61-describe-producers.ts';

const ELSEWHERE = 1;

describe('DescribeProducers', () => {
  const { clock, timers } = new ManualTime();
  let engine: LogEngine;
  let log: PartitionLog;

  beforeEach(async () => {
    engine = createMemoryLogEngine({ clock, timers, logger: silentLogger });
    await engine.start();
    const config = resolveTopicConfig(loadBrokerConfig(new Map()), new Map());
    log = await engine.openPartition({ topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 }, { config, leaderEpoch: 0 });
  });

  afterEach(() => engine.close());

  async function append(
    producerId: number,
    producerEpoch: number,
    baseSequence: number,
    timestampMs = clock.nowMs(),
  ): Promise<void> {
    const writer = new RecordBatchWriter();
    writer.append('key', 'value', timestampMs);
    const batch = writer.finish({ producerId, producerEpoch, baseSequence, isTransactional: true });
    const outcome = log.append(batch, { origin: 'client', mayOpenTransaction: true });
    expect(outcome.errorCode).toBe(0);
    if ('durable' in outcome) await outcome.durable;
  }

  function ask(partitionIndexes: readonly number[]) {
    const locateByName = (_name: string, partition: number): PartitionLocation => {
      const topic = {} as unknown as TopicMetadata;
      if (partition === ELSEWHERE) return { kind: 'elsewhere', topic, owner: 2, leaderEpoch: 0 };
      return partition === 0 ? { kind: 'owned', topic, log } : { kind: 'unknown' };
    };
    const services = { partitions: { locateByName } } as unknown as BrokerServices;
    const request = createDescribeProducersRequest({ topics: [{ name: 't', partitionIndexes }] });
    const response = describeProducersHandler.handle({ apiVersion: 0, services } as RequestContext, request);
    if (typeof response === 'symbol' || response instanceof Promise) throw new Error('no response');
    return response.topics[0]?.partitions;
  }

  it('names producers with their epochs, sequences and open transactions', async () => {
    await append(7, 3, 0);
    await append(8, 0, 0);
    await append(7, 3, 1);
    log.appendEndMarker({
      producerId: 8,
      producerEpoch: 1,
      coordinatorEpoch: 5,
      outcome: 'commit',
      transactionVersion: 2,
    });

    const lastTimestamp = BigInt(Math.trunc(clock.nowMs()));
    expect(ask([0])).toEqual([
      {
        partitionIndex: 0,
        errorCode: 0,
        errorMessage: null,
        activeProducers: [
          {
            producerId: 7n,
            producerEpoch: 3,
            lastSequence: 1,
            lastTimestamp,
            coordinatorEpoch: -1,
            currentTxnStartOffset: 0n,
          },
          {
            producerId: 8n,
            producerEpoch: 1,
            lastSequence: -1,
            lastTimestamp,
            coordinatorEpoch: 5,
            currentTxnStartOffset: -1n,
          },
        ],
      },
    ]);
  });

  it('tells the time of the last batch as its producer gave it, by which tools judge what hangs', async () => {
    await append(7, 3, 0, 5_000);
    expect(ask([0])?.[0]?.activeProducers.map(({ lastTimestamp }) => lastTimestamp)).toEqual([5_000n]);
  });

  it('answers for each partition alone', () => {
    expect(ask([ELSEWHERE, 0, 9])?.map(({ errorCode }) => errorCode)).toEqual([
      ErrorCode.NOT_LEADER_OR_FOLLOWER,
      0,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ]);
  });
});
