/** Ten thousand partitions on one small broker: everything comes back, and nobody is kept waiting. */
import { readFile } from 'node:fs/promises';
import {
  createProduceRequest,
  createProduceRequestPartitionProduceData,
  createProduceRequestTopicProduceData,
} from '@millrace/protocol/messages/00-produce';
import { APPEND, batchOf, createTempDir, LogProbe, WireClient } from '@millrace/testing';
import { brokerOver } from './broker-app.ts';

const MIB = 1024 * 1024;
const TOPICS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
const PARTITIONS_PER_TOPIC = 1_000;
const RSS_BYTES_MAX = 300_000_000;

describe('a broker with 10,000 partitions', () => {
  it.each([
    ['a clean stop', 'SIGTERM'],
    ['kill -9', 'SIGKILL'],
  ] as const)(
    'has all of them back after %s, within 300 MB',
    async (_what, signal) => {
      await using dir = await createTempDir('many');
      await using broker = brokerOver(dir.path);
      await broker.start();
      {
        await using probe = await LogProbe.connect({ port: broker.port });
        for (const topic of TOPICS) await probe.createTopic(topic, { partitions: PARTITIONS_PER_TOPIC });
      }
      await appendToAll(broker.port, 'before', 0n);
      const rssBefore = await rssBytes(broker.pid);

      await broker.stop(signal);
      const startMs = await broker.start();
      expect(await broker.readMetric('millrace_partitions')).toBe(TOPICS.length * PARTITIONS_PER_TOPIC);
      await appendToAll(broker.port, 'after', 1n);
      const rssAfter = await rssBytes(broker.pid);

      console.info(
        `10,000 partitions: ready ${startMs.toFixed(0)} ms after the process began;`,
        `${(rssBefore / MIB).toFixed(0)} MiB resident before, ${(rssAfter / MIB).toFixed(0)} MiB after`,
      );
      expect(rssBefore).toBeLessThan(RSS_BYTES_MAX);
      expect(rssAfter).toBeLessThan(RSS_BYTES_MAX);
    },
    180_000,
  );
});

/** One batch for each partition, one request for each topic; each gets `baseOffset`. */
async function appendToAll(port: number, value: string, baseOffset: bigint): Promise<void> {
  await using client = await WireClient.connect({ port });
  const records = batchOf([value]);
  for (const name of TOPICS) {
    const partitionData = Array.from({ length: PARTITIONS_PER_TOPIC }, (_, index) =>
      createProduceRequestPartitionProduceData({ index, records }),
    );
    const topicData = [createProduceRequestTopicProduceData({ name, partitionData })];
    const request = createProduceRequest({ acks: -1, timeoutMs: 30_000, topicData });
    const { responses } = await client.call(APPEND.request, APPEND.response, APPEND.version, request);
    const answers = responses.flatMap(({ partitionResponses }) => partitionResponses);
    expect(answers).toHaveLength(PARTITIONS_PER_TOPIC);
    expect(answers.every((answer) => answer.errorCode === 0 && answer.baseOffset === baseOffset)).toBe(true);
  }
}

async function rssBytes(pid: number): Promise<number> {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}
