/** A damaged segment takes its partition out of cleaning, says so, and does no harm to anything else. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RecordBatchWriter } from '@millrace/protocol';
import { createTempDir, LogProbe, waitUntil } from '@millrace/testing';
import { brokerOver } from './broker-app.ts';

const ROUNDS = 40;
const CONFIGS = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0', 'internal.segment.bytes': '1000' };

async function append(probe: LogProbe, partition: number, round: number): Promise<number> {
  const writer = new RecordBatchWriter();
  for (const key of ['a', 'b']) writer.append(key, `${key}${round}`.padEnd(100, '.'), Date.now());
  return probe.append('table', partition, writer.finish());
}

describe('a compacted partition with a damaged segment', () => {
  it('is said to be uncleanable by metric and log, while it and the others are read and written', async () => {
    await using dir = await createTempDir('damaged-segment');
    let topicId: string;
    {
      await using broker = brokerOver(dir.path, ['--set=log.cleaner.enable=false']);
      await broker.start();
      await using probe = await LogProbe.connect({ port: broker.port });
      topicId = await probe.createTopic('table', { partitions: 3, configs: CONFIGS });
      for (let round = 0; round < ROUNDS; round++)
        for (const partition of [0, 1, 2]) await append(probe, partition, round);
      expect((await broker.stop()).code).toBe(0);
    }
    const directory = join(dir.path, 'logs', `${topicId}-1`);
    const segments = readdirSync(directory).filter((name) => name.endsWith('.log'));
    expect(segments.length).toBeGreaterThan(5);
    const path = join(directory, segments.sort()[2] ?? '');
    const content = readFileSync(path);
    content[80] = (content[80] ?? 0) ^ 1;
    writeFileSync(path, content);

    await using broker = brokerOver(dir.path, ['--set=log.cleaner.backoff.ms=10', '--set=log.cleaner.threads=2']);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await waitUntil(
      'damage to be found',
      async () => (await broker.readMetric('millrace_log_cleaner_uncleanable_partitions')) === 1,
    );
    for (const partition of [0, 2]) {
      await waitUntil('the others to be cleaned', async () => (await probe.readAll('table', partition)).length < 20);
    }
    expect(await broker.readMetric('millrace_log_cleaner_uncleanable_bytes')).toBeGreaterThan(ROUNDS * 200);
    const told = broker.stderrLines.filter((line) => line.includes('a log cannot be cleaned'));
    expect(told).toHaveLength(1);
    for (const part of [path, 'the CRC of a batch is wrong', 'table']) expect(told[0]).toContain(part);

    // Rounds go on: the others are cleaned again, it is not tried again, and takes records as they do.
    for (let round = ROUNDS; round < 2 * ROUNDS; round++)
      for (const partition of [0, 1, 2]) expect(await append(probe, partition, round)).toBe(round * 2);
    for (const partition of [0, 2]) {
      await waitUntil('them to be cleaned again', async () => {
        const records = await probe.readAll('table', partition);
        return records.length < 20 && (records[0]?.offset ?? 0) > ROUNDS * 2;
      });
    }
    const behind = await probe.readAll('table', 1, ROUNDS);
    expect(behind.map(({ offset }) => offset)).toEqual(
      Array.from({ length: 3 * ROUNDS }, (_, index) => ROUNDS + index),
    );
    expect(await broker.readMetric('millrace_log_cleaner_failures_total')).toBe(1);
    expect(await broker.readMetric('millrace_log_cleaner_uncleanable_partitions')).toBe(1);
    expect(broker.stderrLines.filter((line) => line.includes('a log cannot be cleaned'))).toHaveLength(1);
    expect((await broker.stop()).code).toBe(0);
  });
});
