import { silentLogger, systemClock } from '@millrace/base';
import { waitUntil } from '@millrace/testing';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { s3Source } from '../src/index.ts';
import type { Bucket } from './bucket.ts';
import { describeWithS3, END_MS_MAX } from './s3-world.ts';
import { SinkDriver } from './sink-driver.ts';
import { SourceDriver, untilRecords } from './source-driver.ts';

describeWithS3('the S3 source', 'source', (s3) => {
  let bucket: Bucket;
  let settings: Record<string, string>;

  beforeEach(async () => {
    bucket = await s3.bucket();
    settings = { ...bucket.settings(), 'poll.interval.ms': '20', 's3.retry.backoff.ms': '5' };
  });

  const allDone = (objects: number) => (driver: SourceDriver) =>
    [...driver.stored.values()].filter(({ done }) => done === true).length === objects;

  it.each([
    ['json', 'none'],
    ['json', 'gzip'],
    ['json', 'zstd'],
    ['csv', 'none'],
    ['csv', 'gzip'],
  ])('brings back what the sink wrote: %s, %s', async (format, compression) => {
    const sink = new SinkDriver();
    const headers = [{ key: 'trace', value: 'abc' }];
    for (let n = 0; n < 40; n += 1) {
      const value = { n: String(n), text: n % 5 === 0 ? 'a, "b"\nc' : `t${n}` };
      sink.produceRecord('orders', n % 2, { key: `k${n % 7}`, value, headers, timestampMs: 1_000 + n });
    }
    const sinkSettings = {
      ...settings,
      'format.class': format,
      's3.compression.type': compression,
      'format.output.fields': 'key,value,timestamp,headers',
      'flush.size': '10',
    };
    await sink.start(sinkSettings);
    await sink.settle();
    await sink.stop();

    const driver = new SourceDriver();
    await driver.run(
      {
        ...settings,
        'input.format': format,
        'input.fields': 'key,value,timestamp,headers',
        'partition.from.name': 'true',
      },
      allDone(4),
    );

    for (const partition of [0, 1]) {
      const written = sink.partition('orders', partition).records;
      const read = driver.records.filter((record) => record.partition === partition);
      expect(read).toEqual(
        written.map(({ key, value, timestampMs }) => ({
          topic: 'orders',
          partition,
          key,
          value,
          timestampMs,
          headers,
        })),
      );
    }
  });

  it.each([
    ['json', ''],
    ['json', '.gz'],
    ['json', '.zst'],
    ['csv', ''],
    ['bytes', ''],
  ])('goes on inside an object, at every batch: %s%s', async (format, ending) => {
    const lines = Array.from({ length: 97 }, (_, n) => (format === 'csv' ? `${n},x` : JSON.stringify({ n })));
    const text = `${format === 'csv' ? 'n,text\n' : ''}${lines.join('\n')}\n`;
    const body = ending === '.gz' ? gzipSync(text) : ending === '.zst' ? zstdCompressSync(text) : Buffer.from(text);
    await bucket.put(`topics/t+0+0.${format}${ending}`, body);
    const read = { ...settings, 'input.format': format, 'batch.max.rows': '10' };

    const driver = new SourceDriver();
    // A new task for each batch.
    while (!allDone(1)(driver)) {
      const before = driver.batches;
      await driver.run(read, ({ batches }) => batches > before);
    }

    const expected = lines.map((line, n) =>
      format === 'csv' ? { n: String(n), text: 'x' } : format === 'json' ? { n } : line,
    );
    expect(driver.values.map((value) => (Buffer.isBuffer(value) ? value.toString() : value))).toEqual(expected);
    expect(driver.batches).toBe(10);
  });

  it('reads an object through connections that break', async () => {
    const values = Array.from({ length: 20_000 }, (_, n) => ({ n, text: 'x'.repeat(100) }));
    await bucket.put(
      'topics/t+0+0.json.gz',
      gzipSync(values.map((value) => JSON.stringify(value)).join('\n'), { level: 0 }),
    );
    const proxy = await s3.proxy();
    proxy.breakBy(({ url }) =>
      url.includes('t%2B0') && proxy.faults < 4 ? { kind: 'cut', afterBytes: 300_000 * proxy.faults + 10 } : undefined,
    );

    const driver = new SourceDriver();
    await driver.run({ ...settings, 'store.url': proxy.url }, allDone(1));

    expect(proxy.faults).toBe(4);
    expect(driver.values).toEqual(values);
  });

  it('reads files of many gzip members and zstd frames, empty lines and a last line without an end', async () => {
    await bucket.put('topics/t+0+0.json.gz', Buffer.concat([gzipSync('1\n\n2\n'), gzipSync('3\n')]));
    await bucket.put('topics/t+0+1.json.zst', Buffer.concat([zstdCompressSync('4\n5'), zstdCompressSync('\n6')]));

    const driver = new SourceDriver();
    await driver.run(settings, allDone(2));

    expect(driver.values).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('hands over what it cannot read, and goes on', async () => {
    await bucket.put('topics/t+0+0.json', `{"a":1}\nno json\n{"a":"${'x'.repeat(2_000)}"}\n{"a":2}\n`);

    const driver = new SourceDriver();
    await driver.run({ ...settings, 's3.record.max.bytes': '1KiB' }, allDone(1));

    expect(driver.values).toEqual([{ a: 1 }, { a: 2 }]);
    expect(driver.dead.map(({ raw }) => raw.length)).toEqual([7, 1_024]);
    expect(driver.dead[0]?.error).toMatchObject({
      code: 'MILLRACE_CONNECT_S3_UNREADABLE_OBJECT',
      message: expect.stringMatching(/^the record that ends at byte 16 of topics\/t\+0\+0\.json cannot be read/),
    });
  });

  it('fails with the name of an object that is not compressed as it says', async () => {
    await bucket.put('topics/t+0+0.json.gz', 'plain');

    const driver = new SourceDriver();
    await expect(driver.run(settings, allDone(1))).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_S3_UNREADABLE_OBJECT',
      message: expect.stringContaining('cannot decompress topics/t+0+0.json.gz as gzip'),
    });
  });

  it('finds objects that come later, and reads one again that was replaced', async () => {
    await bucket.put('topics/t+0+5.json', '5\n');
    const driver = new SourceDriver();
    const reading = driver.run(settings, untilRecords(3));
    await waitUntil('the first', () => driver.records.length > 0);
    // Its name is before that of one that was read.
    await bucket.put('topics/t+0+1.json', '1\n');
    await waitUntil('the late one', () => driver.records.length > 1);
    await bucket.put('topics/t+0+5.json', '55\n');
    await reading;

    expect(driver.values).toEqual([5, 1, 55]);
  });

  it('says that it passes over objects whose names tell no topic', async () => {
    await bucket.put('topics/readme.txt', 'x');
    await bucket.put('topics/t+0+1.json', '1\n');

    const driver = new SourceDriver();
    await driver.run(settings, allDone(1));

    expect(driver.values).toEqual([1]);
    expect(driver.warnings).toEqual(['an object is not read: its name does not fit file.name.template']);
  });

  it('shares objects out to tasks, those of a Kafka partition to one', async () => {
    for (let n = 0; n < 40; n += 1) await bucket.put(`topics/t+${n % 8}+${100 + n}.json`, `${n}\n`);
    const drivers = [new SourceDriver(), new SourceDriver(), new SourceDriver()];
    const total = (): number => drivers.reduce((sum, { records }) => sum + records.length, 0);

    // Who has its share hears of nothing more.
    const done = new AbortController();
    const isDone = (): boolean => {
      if (total() >= 40) done.abort();
      return done.signal.aborted;
    };
    const signal = AbortSignal.any([done.signal, AbortSignal.timeout(30_000)]);
    await Promise.all(
      drivers.map((driver, taskIndex) =>
        driver
          .run({ ...settings, 'poll.interval.ms': '10' }, isDone, { taskIndex, taskCount: 3, signal })
          .catch((error: unknown) => {
            if (!done.signal.aborted) throw error;
          }),
      ),
    );

    const values = drivers.map((driver) => driver.values as number[]);
    expect(values.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n));
    const owners = Array.from({ length: 8 }, (_, p) => values.filter((list) => list.some((n) => n % 8 === p)).length);
    expect(owners).toEqual(Array.from({ length: 8 }, () => 1));
  });

  it('ends at once while S3 does not answer', async () => {
    const proxy = await s3.proxy(() => ({ kind: 'hang' }));
    const stop = new AbortController();
    const reading = new SourceDriver().run({ ...settings, 'store.url': proxy.url }, () => true, {
      signal: stop.signal,
    });
    await waitUntil('a request that hangs', () => proxy.faults > 0);
    const begun = performance.now();
    stop.abort();

    await expect(reading).rejects.toThrow('there was not enough');
    expect(performance.now() - begun).toBeLessThan(END_MS_MAX);
  });

  it('checks offsets that somebody gives it', async () => {
    const { config } = s3Source.config.read(settings);
    if (config === undefined) throw new Error('the settings are good');
    const context = { connector: 's3', log: silentLogger, clock: systemClock, signal: AbortSignal.timeout(5_000) };
    const partition = { bucket: 'b', key: 'k' };
    const offset = { etag: '"x"', bytes: 1, records: 1, done: false };

    await expect(
      s3Source.alterOffsets?.(
        config,
        [
          { partition, offset },
          { partition, offset: null },
        ],
        context,
      ),
    ).resolves.toBe('framework-only');
    await expect(s3Source.alterOffsets?.(config, [{ partition, offset: { line: 3 } }], context)).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_INVALID_OFFSET',
    });
  });
});
