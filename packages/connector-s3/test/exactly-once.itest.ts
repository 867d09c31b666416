/**
 * Records are in S3 exactly once, whatever happens to tasks: killed at any point, objects ended by the clock, partitions taken away and written
 * by two tasks at once, requests refused, answers lost.
 */
import { SeededRandom } from '@millrace/base';
import { waitUntil } from '@millrace/testing';
import { describeWithS3 } from './s3-world.ts';
import { SinkDriver } from './sink-driver.ts';

/** More by hand: MILLRACE_S3_SEEDS=200 */
const SEEDS = Number(process.env['MILLRACE_S3_SEEDS'] ?? 12);
const RECORDS = 240;
const PARTITIONS = 2;

describeWithS3('records in S3', 'chaos', (s3) => {
  it.each(Array.from({ length: SEEDS }, (_, seed) => seed + 1))(
    'are there once, with tasks killed and requests lost (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const bucket = await s3.bucket();
      const proxy = await s3.proxy();
      const driver = new SinkDriver();
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        for (let n = 0; n < RECORDS; n += 1) {
          driver.produce('t', partition, { id: `${partition}-${n}`, folder: random.nextInt(3) });
        }
      }
      const settings = (): Record<string, string> => ({
        ...bucket.settings(proxy.url),
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
    },
  );

  it('are there once when two tasks write the same partition', async () => {
    const bucket = await s3.bucket();
    const zombie = new SinkDriver();
    const owner = new SinkDriver();
    for (const driver of [zombie, owner]) {
      driver.produce('t', 0, ...Array.from({ length: 400 }, (_, n) => ({ n, folder: n % 3 })));
    }
    const settings = {
      ...bucket.settings(),
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
  });

  it('are there once when what is to be read again was compacted away', async () => {
    const bucket = await s3.bucket();
    const first = new SinkDriver();
    const second = new SinkDriver();
    for (const driver of [first, second]) driver.produce('t', 0, ...Array.from({ length: 20 }, (_, n) => ({ n })));
    const settings = { ...bucket.settings(), 'rotate.schedule.interval.ms': '-1' };
    await first.start({ ...settings, 'flush.size': '4' });
    await first.write(4);
    await waitUntil('its first object', () => first.wantsCommit);
    await first.commit();
    // The other one takes over, and writes an object that ends elsewhere.
    second.partition('t', 0).committed = 4;
    await second.start({ ...settings, 'flush.size': '6' });
    await second.writeAll();
    await second.stop();
    // Its own comes too late, and by the time it reads again there is nothing between.
    await first.write(4);
    await waitUntil('its object to be refused', () => first.wantsCommit);
    first.compact('t', 0, (offset) => offset >= 10);
    await first.settle();
    await first.stop();

    const numbers = (await bucket.allJson()).map((value) => (value as { n: number }).n).sort((a, b) => a - b);
    expect(first.seeks).toBe(1);
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });
});

describeWithS3('a topic that was made anew under its name', 'anew', (s3) => {
  const REPLACED = { code: 'MILLRACE_CONNECT_S3_TOPIC_REPLACED', retriable: false };
  const KEY = 'topics/t/partition=0/t+0+0000000000.json';
  const before = [{ n: 1 }, { n: 2 }, { n: 3 }];
  const after = [{ n: 'a' }, { n: 'b' }, { n: 'c' }];

  const produce = (driver: SinkDriver, values: readonly unknown[], timestampMs: number): void => {
    for (const [n, value] of values.entries()) driver.produceRecord('t', 0, { value, timestampMs: timestampMs + n });
  };

  it('fails a task that begins with it, naming topic, object and remedy, and leaves the objects alone', async () => {
    const bucket = await s3.bucket();
    const settings = { ...bucket.settings(), 'flush.size': '3' };
    const old = new SinkDriver();
    produce(old, before, 1_000);
    await old.start(settings);
    await old.settle();
    await old.stop();

    const driver = new SinkDriver();
    produce(driver, after, 2_000);
    await driver.start(settings);
    await expect(driver.write(3)).rejects.toMatchObject({
      ...REPLACED,
      message: expect.stringMatching(/t\+0\+0000000000\.json .*t\[0\].*Move the objects .*topics\.dir/),
    });
    await driver.commit('stop');
    await driver.crash();

    expect(driver.partition('t', 0).committed).toBe(0);
    expect(await bucket.allJson()).toEqual(before);
  });

  it('fails a task that is reading it, which commits no offset of the old one', async () => {
    const bucket = await s3.bucket();
    const driver = new SinkDriver();
    produce(driver, before, 1_000);
    await driver.start({ ...bucket.settings(), 'flush.size': '2' });
    await driver.writeAll();
    driver.recreate('t', 0);
    produce(driver, after, 2_000);

    await expect(driver.write(3)).rejects.toMatchObject({
      ...REPLACED,
      message: expect.stringContaining('t[0] goes on at offset 0 after 3'),
    });
    await driver.commit('stop');
    await driver.crash();

    expect(driver.partition('t', 0).committed).toBe(0);
    expect(await bucket.allJson()).toEqual(before);
  });

  it('fails a task whose object is there already, with records of the other topic', async () => {
    const bucket = await s3.bucket();
    const driver = new SinkDriver();
    produce(driver, [{ n: 0 }, { n: 0 }, { n: 0 }, ...after], 2_000);
    await driver.start({ ...bucket.settings(), 'flush.size': '3' });
    await driver.write(3);
    await bucket.put('topics/t/partition=0/t+0+0000000003.json', 'other', {
      'start-offset': '3',
      'end-offset': '6',
      'first-timestamp': '1003',
    });

    await expect(driver.settle()).rejects.toMatchObject(REPLACED);
    await driver.crash();
    expect(await bucket.text('topics/t/partition=0/t+0+0000000003.json')).toBe('other');
  });

  it('goes on behind objects of earlier versions, which do not tell', async () => {
    const bucket = await s3.bucket();
    await bucket.put(KEY, before.map((value) => `${JSON.stringify(value)}\n`).join(''), {
      'start-offset': '0',
      'end-offset': '3',
    });
    const driver = new SinkDriver();
    produce(driver, [...before, ...after], 1_000);
    await driver.start({ ...bucket.settings(), 'flush.size': '3' });
    await driver.settle();
    await driver.stop();

    expect(await bucket.allJson()).toEqual([...before, ...after]);
  });
});
