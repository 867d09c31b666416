/** Whose appends consumers that are behind give way to. */
import type { AppendOrigin, PartitionLog } from '@millrace/log';
import { accepted, buildBatch, CONTRACT_LOG_CONFIG } from '@millrace/testing';
import { createLocalHarness } from '../test/engine-harness.ts';

const TOPIC_ID = 'cmVhZGVycy1naXZlLXdheQ';
const KIB = 1024;
const TICK_MS = 10;
const TICKS = 20;

async function append(log: PartitionLog, origin: AppendOrigin, value: string): Promise<void> {
  expect(await accepted(log.append(buildBatch({ values: [value] }), { origin })).durable).toBe(0);
}

async function readFromStart(log: PartitionLog): Promise<number> {
  const { sizeBytes, release } = await log.read({
    offset: 0,
    maxBytes: 1024 * KIB,
    atLeastOneBatch: true,
    isolation: 'read_uncommitted',
  });
  release?.();
  return sizeBytes;
}

/** How much a consumer gets at once from disk while somebody appends a hundred times a second to another log. */
async function readBeside(origin: AppendOrigin): Promise<number> {
  await using harness = await createLocalHarness({
    config: { pacesCatchUp: true, tailCacheBytes: 64 * KIB, journalGroupBytes: 512 * KIB },
  });
  const options = { config: { ...CONTRACT_LOG_CONFIG, segmentBytes: 4096 * KIB }, leaderEpoch: 1 };
  const [behind, busy] = await Promise.all(
    [0, 1].map((partition) => harness.engine.openPartition({ topicId: TOPIC_ID, partition }, options)),
  );
  for (let count = 0; count < 20; count++) await append(behind!, 'client', 'x'.repeat(60 * KIB));

  await readFromStart(behind!);
  for (let tick = 0; tick < TICKS; tick++) {
    await append(busy!, origin, 'offset');
    harness.time.advance(TICK_MS);
  }
  return await readFromStart(behind!);
}

describe('a consumer that is behind', () => {
  it('reads in small pieces while producers are at work', async () => {
    expect(await readBeside('client')).toBeLessThanOrEqual(128 * KIB);
  });

  it('is not held up by the offsets that consumers commit, however often', async () => {
    expect(await readBeside('coordinator')).toBeGreaterThan(900 * KIB);
  });
});
