/** A partition whose batches were all in segments when a checkpoint was made needs the journal for what comes after it. */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogEngine, PartitionLog } from '@millrace/log';
import { accepted, appendDurably, buildBatch, CONTRACT_LOG_CONFIG, readToEnd, waitUntil } from '@millrace/testing';
import { createLocalHarness, type LocalHarness } from '../test/engine-harness.ts';

const CHECKPOINT_INTERVAL_MS = 60_000;
const ID = { topicId: 'Y3Jhc2gtdGVzdC10b3BpYw', partition: 0 };

function open(engine: LogEngine): Promise<PartitionLog> {
  return engine.openPartition(ID, { config: CONTRACT_LOG_CONFIG, leaderEpoch: 1 });
}

/** What a new process finds when the running one is killed now. */
async function valuesAfterKill(harness: LocalHarness): Promise<string[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-killed-'));
  try {
    await cp(harness.dataDir, dataDir, { recursive: true });
    await using killed = await createLocalHarness({ dataDir });
    return (await readToEnd(await open(killed.engine))).map((record) => record.value);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

describe('embedded engine killed after a checkpoint', () => {
  it('keeps what was acknowledged after a clean restart', async () => {
    await using harness = await createLocalHarness();
    await appendDurably(await open(harness.engine), { values: ['before'] });
    const log = await open(await harness.reopen());

    await appendDurably(log, { values: ['after'] });

    expect(await valuesAfterKill(harness)).toEqual(['before', 'after']);
  });

  it('keeps what is first written to a partition that was empty at the clean restart', async () => {
    await using harness = await createLocalHarness();
    await open(harness.engine);
    const log = await open(await harness.reopen());

    await appendDurably(log, { values: ['first'] });

    expect(await valuesAfterKill(harness)).toEqual(['first']);
  });

  it('keeps a batch that was appended just before older ones of its log were carried forward', async () => {
    await using harness = await createLocalHarness();
    const log = await open(harness.engine);
    await appendDurably(log, { values: ['old'] });
    // Another partition fills the first journal file, so that the checkpoint wants to be rid of it.
    const other = await harness.engine.openPartition(
      { ...ID, partition: 1 },
      { config: CONTRACT_LOG_CONFIG, leaderEpoch: 1 },
    );
    for (let index = 0; index < 20; index++) await appendDurably(other, { values: ['x'.repeat(20_000)] });

    const appended = accepted(log.append(buildBatch({ values: ['new'] }), { origin: 'client' }));
    harness.time.advance(CHECKPOINT_INTERVAL_MS);
    await appended.durable;
    await waitUntil('a checkpoint', async () => (await readdir(join(harness.dataDir, 'checkpoints'))).length > 0);

    expect(await valuesAfterKill(harness)).toEqual(['old', 'new']);
  });
});
