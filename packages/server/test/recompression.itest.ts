import { readdir, readFile } from 'node:fs/promises';
import { createTempDir, LogProbe } from '@millrace/testing';
import { RecordBatchWriter } from '@millrace/protocol';
import { SeededRandom } from '@millrace/base';
import { brokerOver } from './broker-app.ts';

const BATCHES = 24;
const RECORDS = 600;
/** Of the processor time that it takes, parsing, checksums and all: what the event loop may have. */
const LOOP_SHARE_MAX = 0.4;

/** Where the processor time went is what counts, since how long anything takes depends on who else runs here. */
const itOnLinux = process.platform === 'linux' ? it : it.skip;

describe('compression.type', () => {
  itOnLinux.each([
    ['gzip', { 'compression.gzip.level': '6' }],
    ['zstd', { 'compression.zstd.level': '10' }],
  ])('compresses with %s in other threads than that of the event loop', async (codec, levels) => {
    await using dir = await createTempDir('recompression');
    await using broker = brokerOver(dir.path);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('packed', { configs: { 'compression.type': codec, ...levels } });
    const batches = Array.from({ length: BATCHES }, (_, seed) => textBatch(seed));
    await probe.append('packed', 0, batches[0] ?? Buffer.alloc(0));
    const before = await cpuTicksOf(broker.pid);

    await Promise.all(batches.slice(1).map((batch) => probe.append('packed', 0, batch)));

    const after = await cpuTicksOf(broker.pid);
    const loop = after.loop - before.loop;
    const all = after.all - before.all;
    console.info(`${codec}: ${all} ticks of processor time, ${loop} of them on the event loop`);
    // Else there was nothing to tell apart.
    expect(all).toBeGreaterThan(20);
    expect(loop / all).toBeLessThan(LOOP_SHARE_MAX);
    const records = await probe.readAll('packed', 0);
    expect(records).toHaveLength(BATCHES * RECORDS);
    expect(records[RECORDS]?.value).toBe(textOf(new SeededRandom(1)));
  });
});

/** Compressible, and not in a moment. */
function textBatch(seed: number): Buffer {
  const random = new SeededRandom(seed);
  const writer = new RecordBatchWriter();
  for (let record = 0; record < RECORDS; record++) writer.append(null, textOf(random), Date.now());
  return writer.finish({});
}

function textOf(random: SeededRandom): string {
  return Array.from({ length: 150 }, () => `word${random.nextInt(5_000)}`).join(' ');
}

/** Ticks of user and system time: of the thread that the process began with, and of all. */
async function cpuTicksOf(pid: number): Promise<{ readonly loop: number; readonly all: number }> {
  let all = 0;
  let loop = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const fields = (await readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    all += ticks;
    if (thread === String(pid)) loop = ticks;
  }
  return { loop, all };
}
