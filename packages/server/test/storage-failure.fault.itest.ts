import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { SeededRandom } from '@millrace/base';
import { createTempDir, LATEST, LogProbe, type BrokerProcess } from '@millrace/testing';
import { brokerOver } from './broker-app.ts';
import { buildFailingSyncs, reasonAgainstFailingSyncs, type FailingSyncs } from './failing-syncs.ts';
import { IdempotentLoad, LoadedPartition } from './idempotent-load.ts';

const TOPIC = 'events';
const SEED = 20_261;
/** Small, so that checkpoints, which sync segments, come soon. */
const SMALL_JOURNAL = '--millrace.journal.file.bytes=1048576';

const itOnLinux = process.platform === 'linux' && canRun('prlimit', ['--version']) ? it : it.skip;
const whyNoFailingSyncs = reasonAgainstFailingSyncs();
if (whyNoFailingSyncs !== undefined) console.warn(`SKIPPED: tests of syncs that fail, because ${whyNoFailingSyncs}`);
const itWithFailingSyncs = whyNoFailingSyncs === undefined ? it : it.skip;

describe('a broker whose disk fails it', () => {
  // Linux alone lets a test take the right to write from a process that runs (prlimit).
  itOnLinux(
    'acknowledges nothing more, ends with 1 and one line, and has all that was acknowledged afterwards',
    async () => {
      await using dir = await createTempDir('failure');
      await using broker = brokerOver(dir.path);
      await broker.start();
      await using probe = await LogProbe.connect({ port: broker.port });
      await probe.createTopic(TOPIC);
      await probe.appendValues(TOPIC, 0, ['before']);
      const acknowledged = ['before'];

      // From now on no file of it may grow, nor be written to beyond its first byte.
      execFileSync('prlimit', ['--pid', String(broker.pid), '--fsize=1']);
      const attempts = Array.from({ length: 20 }, (_, index) =>
        probe.appendValues(TOPIC, 0, [`after ${index}`]).then(() => acknowledged.push(`after ${index}`)),
      );
      const outcomes = await Promise.allSettled(attempts);

      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toEqual([]);
      await expectFailedEnd(broker, /./);
      await broker.start();
      await using again = await LogProbe.connect({ port: broker.port });
      const values = (await again.readAll(TOPIC, 0)).map(({ value }) => value);
      expect(values.slice(0, 1)).toEqual(acknowledged);
      // What failed may have reached the disk or not, but only in order.
      expect(values.slice(1)).toEqual(Array.from({ length: values.length - 1 }, (_, index) => `after ${index}`));
    },
  );

  itWithFailingSyncs(
    'acknowledges nothing once the journal cannot be synced (EIO), and has exactly what it had',
    async () => {
      await using dir = await createTempDir('eio');
      const { environment, begin } = await buildFailingSyncs(dir.path, 'writes');
      await using broker = brokerOver(join(dir.path, 'data'), [], { environment });
      await broker.start();
      await using probe = await LogProbe.connect({ port: broker.port });
      await probe.createTopic(TOPIC);
      const before = Array.from({ length: 5 }, (_, index) => `before ${index}`);
      for (const value of before) await probe.appendValues(TOPIC, 0, [value]);

      await begin();
      const attempts = Array.from({ length: 20 }, (_, index) => probe.appendValues(TOPIC, 0, [`after ${index}`]));
      const outcomes = await Promise.allSettled(attempts);

      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toEqual([]);
      await expectFailedEnd(broker, /EIO/);
      await using healthy = brokerOver(join(dir.path, 'data'));
      await healthy.start();
      await using again = await LogProbe.connect({ port: healthy.port });
      // The library fails a write before it reaches the disk.
      expect((await again.readAll(TOPIC, 0)).map(({ value }) => value)).toEqual(before);
      expect(await again.appendValues(TOPIC, 0, ['next'])).toBe(before.length);
    },
  );

  itWithFailingSyncs.each<FailingSyncs>(['writes', 'syncs'])(
    `serves exactly what was acknowledged, and what was sent behind it in order, when %s fail under load (seed ${SEED})`,
    async (what) => {
      await using dir = await createTempDir('eio-load');
      const { environment, begin } = await buildFailingSyncs(dir.path, what);
      const dataDir = join(dir.path, 'data');
      await using broker = brokerOver(dataDir, [SMALL_JOURNAL], { environment });
      await broker.start();
      await using probe = await LogProbe.connect({ port: broker.port });
      await probe.createTopic(TOPIC, { partitions: 3 });
      const partitions = [0, 1, 2].map((index) => new LoadedPartition(TOPIC, index));
      const load = new IdempotentLoad(await probe.initProducerId(), partitions, new SeededRandom(SEED));
      load.onAcknowledged = () => {
        if (load.acknowledgedCount === 100) void begin();
      };
      // An answer that refuses ends the load as well as a connection that ends.
      await load.runUntilCut(probe.wire).catch((error: unknown) => {
        expect(String(error)).toMatch(/KAFKA_STORAGE_ERROR/);
      });

      await expectFailedEnd(broker, /EIO/);
      expect(load.acknowledgedCount).toBeGreaterThanOrEqual(100);
      await using healthy = brokerOver(dataDir, [SMALL_JOURNAL]);
      await healthy.start();
      await using again = await LogProbe.connect({ port: healthy.port });
      for (const { topic, partition, name, acknowledgedEnd, sentEnd } of partitions) {
        const end = await again.offsetAt(topic, partition, LATEST);
        expect([name, end >= acknowledgedEnd, end <= sentEnd]).toEqual([name, true, true]);
        const records = await again.readAll(topic, partition);
        const starts = records.map(({ value }) => value?.split('/').slice(0, 2).join('/'));
        expect(starts).toEqual(Array.from({ length: end }, (_, record) => `${name}/${record}`));
      }
      // The producers go on where they were, without a gap or a double.
      await load.drain(again.wire);
      for (const { topic, partition, sentEnd } of partitions) {
        expect(await again.offsetAt(topic, partition, LATEST)).toBe(sentEnd);
      }
    },
    60_000,
  );
});

async function expectFailedEnd(broker: BrokerProcess, reason: RegExp): Promise<void> {
  expect(await broker.ended()).toEqual({ code: 1, signal: null });
  const plain = broker.stderrLines.filter((line) => !line.startsWith('{'));
  expect(plain).toEqual([expect.stringMatching(/^millrace: stopped because nothing could be promised any more: /)]);
  expect(plain[0]).toMatch(reason);
}

/** Whether it ended with 0. */
function canRun(command: string, argv: readonly string[]): boolean {
  try {
    execFileSync(command, argv, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
