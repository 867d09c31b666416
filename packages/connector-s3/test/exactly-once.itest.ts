/**
 * Records are in S3 exactly once, whatever happens to tasks: killed at any point, objects ended by the clock, partitions taken away and written
 * by two tasks at once, requests refused, answers lost.
 */
import { SeededRandom } from '@millrace/base';
import { isS3ServerAvailable, S3FaultProxy, S3Server } from '@millrace/connect-testkit';
import { Bucket } from './bucket.ts';
import { SinkDriver } from './sink-driver.ts';

const describeWithS3 = isS3ServerAvailable() ? describe : describe.skip;

/** More by hand: MILLRACE_S3_SEEDS=200 */
const SEEDS = Number(process.env['MILLRACE_S3_SEEDS'] ?? 12);
const RECORDS = 240;
const PARTITIONS = 2;

describeWithS3('records in S3', () => {
  let server: S3Server;
  let bucketCount = 0;

  beforeAll(async () => {
    server = await S3Server.start();
  });
  afterAll(async () => {
    await server?.stop();
  });

  it.each(Array.from({ length: SEEDS }, (_, seed) => seed + 1))(
    'are there once, with tasks killed and requests lost (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const name = `chaos-${(bucketCount += 1)}`;
      await server.createBucket(name);
      const bucket = new Bucket(server, name);
      const proxy = await S3FaultProxy.start(server);
      const driver = new SinkDriver();
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        for (let n = 0; n < RECORDS; n += 1) {
          driver.produce('t', partition, { id: `${partition}-${n}`, folder: random.nextInt(3) });
        }
      }
      const settings = (): Record<string, string> => ({
        ...server.settings(name, proxy.url),
        'partitioner.class': 'Field',
        'partition.field.name': 'folder',
        // What ends objects differs from attempt to attempt, as if the clock had done it.
        'flush.size': String(1 + random.nextInt(40)),
        'rotate.schedule.interval.ms': String(1 + random.nextInt(30)),
        's3.retry.backoff.ms': '1',
        's3.part.retries': '3',
      });
      proxy.breakBy(() => {
        const dice = random.nextInt(20);
        if (dice === 0) return { kind: 'lose-answer' };
        return dice === 1 ? { kind: 'refuse', status: 503, name: 'SlowDown' } : undefined;
      });

      for (let cycle = 0; cycle < 8; cycle += 1) {
        await driver.start(settings());
        const steps = random.nextInt(8);
        for (let step = 0; step < steps; step += 1) {
          await driver.write(1 + random.nextInt(20));
          if (random.nextInt(4) === 0) await driver.commit();
          if (random.nextInt(3) === 0) await new Promise((resolve) => setTimeout(resolve, random.nextInt(20)));
        }
        await driver.crash();
      }
      proxy.heal();
      await driver.start(settings());
      await driver.settle();
      await driver.stop();

      const ids = (await bucket.allJson()).map((value) => (value as { id: string }).id);
      const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
      expect({ seed, twice, count: ids.length }).toEqual({ seed, twice: [], count: RECORDS * PARTITIONS });
      bucket.close();
      await proxy.stop();
    },
  );

  it('are there once when two tasks write the same partition', async () => {
    const name = `zombie-${(bucketCount += 1)}`;
    await server.createBucket(name);
    const bucket = new Bucket(server, name);
    const zombie = new SinkDriver();
    const owner = new SinkDriver();
    for (const driver of [zombie, owner]) {
      driver.produce('t', 0, ...Array.from({ length: 400 }, (_, n) => ({ n, folder: n % 3 })));
    }
    const settings = {
      ...server.settings(name),
      'partitioner.class': 'Field',
      'partition.field.name': 'folder',
      'rotate.schedule.interval.ms': '-1',
    };
    await zombie.start({ ...settings, 'flush.size': '7' });
    await owner.start({ ...settings, 'flush.size': '10' });
    const writing = [zombie, owner].map(async (driver) => {
      while (driver.partition('t', 0).next < 400) {
        await driver.write(5);
        await driver.commit();
      }
    });
    await Promise.all(writing);
    await zombie.crash();
    await owner.crash();
    await owner.start({ ...settings, 'flush.size': '10', 'rotate.schedule.interval.ms': '10' });
    await owner.settle();
    await owner.stop();

    const numbers = (await bucket.allJson()).map((value) => (value as { n: number }).n).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 400 }, (_, n) => n));
    // Both were in each other's way.
    expect(zombie.seeks + owner.seeks).toBeGreaterThan(0);
    bucket.close();
  });
});
