import { waitUntil } from '@millrace/testing';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from './parquet-compressors.ts';
import type { Bucket } from './bucket.ts';
import { describeWithS3, END_MS_MAX } from './s3-world.ts';
import { SinkDriver } from './sink-driver.ts';

describeWithS3('the S3 sink', 'sink', (s3) => {
  let bucket: Bucket;
  let settings: Record<string, string>;

  beforeEach(async () => {
    bucket = await s3.bucket();
    settings = { ...bucket.settings(), 'flush.size': '3', 's3.retry.backoff.ms': '5' };
  });

  const numbers = (length: number, from = 0): { n: number }[] => Array.from({ length }, (_, n) => ({ n: from + n }));

  async function run(driver: SinkDriver, more: Record<string, string> = {}): Promise<void> {
    await driver.start({ ...settings, ...more });
    await driver.writeAll();
    await driver.stop();
  }

  it('writes objects of so many records, named by topic, partition and first offset', async () => {
    const driver = new SinkDriver();
    driver.produce('orders', 0, ...numbers(7));
    driver.produce('orders', 1, { n: 'a' }, { n: 'b' }, { n: 'c' });

    await run(driver);

    expect(await bucket.keys()).toEqual([
      'topics/orders/partition=0/orders+0+0000000000.json',
      'topics/orders/partition=0/orders+0+0000000003.json',
      'topics/orders/partition=0/orders+0+0000000006.json',
      'topics/orders/partition=1/orders+1+0000000000.json',
    ]);
    const second = 'topics/orders/partition=0/orders+0+0000000003.json';
    expect(await bucket.jsonLines(second)).toEqual(numbers(3, 3));
    expect(await bucket.metadata(second)).toEqual({
      topic: 'orders',
      partition: '0',
      'start-offset': '3',
      'end-offset': '6',
      'record-count': '3',
      'first-timestamp': '1700000000003',
    });
    // The end completed what was open.
    expect([driver.partition('orders', 0).committed, driver.partition('orders', 1).committed]).toEqual([7, 3]);
  });

  it.each([
    ['gzip', '.json.gz'],
    ['zstd', '.json.zst'],
  ])('compresses by %s, through memory and the buffer file', async (type, extension) => {
    const values = Array.from({ length: 3_000 }, (_, n) => ({ n, text: String(n * 7_919).repeat(200) }));
    const driver = new SinkDriver();
    driver.produce('t', 0, ...values);

    await run(driver, { 's3.compression.type': type, 'flush.size': '3000', 's3.buffer.memory': '1MiB' });

    expect(await bucket.keys()).toEqual([`topics/t/partition=0/t+0+0000000000${extension}`]);
    expect(await bucket.allJson()).toEqual(values);
  });

  it('keeps keys, offsets, times and headers when asked to', async () => {
    const driver = new SinkDriver();
    const headers = [
      { key: 'h', value: 'x' },
      { key: 'h', value: 2 },
    ];
    driver.produceRecord('t', 0, { key: 'k', value: { a: 1 }, headers, timestampMs: 5 });
    driver.produceRecord('t', 0, { key: 'k', value: null, timestampMs: 6 });

    await run(driver, {
      'flush.size': '2',
      'format.output.fields': 'key,value,offset,timestamp,headers',
      'behavior.on.null.values': 'write',
    });

    expect(await bucket.allJson()).toEqual([
      { key: 'k', value: { a: 1 }, offset: 0, timestamp: 5, headers },
      { key: 'k', value: null, offset: 1, timestamp: 6, headers: [] },
    ]);
  });

  it('writes CSV, and begins another object when a new column comes', async () => {
    const driver = new SinkDriver();
    driver.produce('t', 0, { a: 1, b: 'x' }, { b: 'say "hi", twice', a: null }, { c: '', a: 3 }, { a: 4 });

    await run(driver, { 'format.class': 'csv', 'flush.size': '4' });

    const [first, second] = await bucket.keys();
    expect(await bucket.text(first ?? '')).toBe('a,b\n1,x\n,"say ""hi"", twice"\n');
    expect(await bucket.text(second ?? '')).toBe('a,b,c\n3,,""\n4,,\n');
    expect(driver.partition('t', 0).committed).toBe(4);
  });

  it.each(['json', 'csv', 'parquet'])(
    'gives what cannot be written to who takes it, and writes what is beside it (%s)',
    async (format) => {
      let deep: unknown = 1;
      for (let level = 0; level < 20_000; level++) deep = [deep];
      const driver = new SinkDriver();
      const at = new Date(1_700_000_000_000);
      driver.produce('t', 0, { at, n: 1 }, { at: new Date(Number.NaN), n: 2 }, { at, n: deep }, { at, n: 4 });
      driver.produceRecord('t', 0, { value: { at: 9e18, n: 5 } });

      await run(driver, {
        'format.class': format,
        'partitioner.class': 'Daily',
        'timestamp.extractor': 'RecordField',
        'timestamp.field': 'at',
      });

      expect(driver.reported.map(({ record }) => record.offset)).toEqual([1, 2, 4]);
      expect(driver.reported.map(({ error }) => error)).toEqual(
        Array.from({ length: 3 }, () => expect.objectContaining({ code: 'MILLRACE_CONNECT_S3_UNWRITABLE_RECORD' })),
      );
      expect(await bucket.keys()).toEqual([expect.stringMatching(/day=14\/t\+0\+0000000000/)]);
      expect(driver.partition('t', 0).committed).toBe(5);
    },
  );

  it('gives a record whose object S3 could not name to who takes it', async () => {
    const driver = new SinkDriver();
    driver.produce('t', 0, { f: 'a' }, { f: 'é'.repeat(600) }, { f: '\uD83D' }, { f: 'a' });

    await run(driver, { 'partitioner.class': 'Field', 'partition.field.name': 'f' });

    expect(driver.reported.map(({ error }) => (error as Error).message)).toEqual([
      expect.stringContaining('more than the 1024 bytes that S3 takes'),
      expect.stringContaining('lone surrogate'),
    ]);
    expect(await bucket.keys()).toEqual(['topics/t/f=a/t+0+0000000000.json']);
    expect(await bucket.jsonLines('topics/t/f=a/t+0+0000000000.json')).toHaveLength(2);
  });

  it('writes bytes and texts as they are', async () => {
    const driver = new SinkDriver();
    driver.produce('t', 0, Buffer.from('one'), 'zwei', { no: 'bytes' }, Buffer.from([255]));

    await run(driver, { 'format.class': 'io.confluent.connect.s3.format.bytearray.ByteArrayFormat' });

    expect(await bucket.keys()).toEqual(['topics/t/partition=0/t+0+0000000000.bin']);
    const bytes = await bucket.bytes('topics/t/partition=0/t+0+0000000000.bin');
    expect(bytes.toString('latin1')).toBe('one\nzwei\n\u00ff\n');
    // The object is none of these: it is reported, and the others are not held up.
    expect(driver.reported.map(({ record }) => record.offset)).toEqual([2]);
  });

  it.each(['none', 'snappy', 'gzip', 'zstd'])('writes Parquet with %s pages that others read', async (codec) => {
    const driver = new SinkDriver();
    const values = Array.from({ length: 500 }, (_, n) => ({
      n,
      price: n / 4,
      name: n % 3 === 0 ? null : `name ${n % 10}`,
      isOdd: n % 2 === 1,
      nested: { list: [n] },
    }));
    driver.produce('t', 0, ...values);

    await run(driver, { 'format.class': 'parquet', 'parquet.codec': codec, 'flush.size': '500' });

    const bytes = await bucket.bytes('topics/t/partition=0/t+0+0000000000.parquet');
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    const rows = await parquetReadObjects({ file, compressors });
    expect(rows).toHaveLength(500);
    expect(rows[7]).toEqual({ n: 7n, price: 1.75, name: 'name 7', isOdd: true, nested: '{"list":[7]}' });
    expect(rows[3]).toMatchObject({ name: null });
  });

  it('makes folders of fields and of times', async () => {
    const byField = new SinkDriver();
    byField.produce('f', 0, { country: 'CH/ZH', n: 1 }, { country: 'de', n: 2 }, { n: 3 }, { country: 'de', n: 4 });
    await run(byField, { 'partitioner.class': 'Field', 'partition.field.name': 'country' });
    expect(await bucket.keys()).toEqual([
      'topics/f/country=CH%2FZH/f+0+0000000000.json',
      'topics/f/country=de/f+0+0000000001.json',
    ]);
    expect(byField.reported.map(({ record }) => record.offset)).toEqual([2]);

    const byTime = new SinkDriver();
    const at = (text: string) => ({ value: { text }, timestampMs: Date.parse(text) });
    byTime.produceRecord('h', 0, at('2026-03-01T23:30:00Z'));
    byTime.produceRecord('h', 0, at('2026-07-01T21:59:59Z'));
    byTime.produceRecord('h', 0, at('2026-07-01T22:00:00Z'));
    await run(byTime, {
      'partitioner.class': 'io.confluent.connect.storage.partitioner.DailyPartitioner',
      timezone: 'Europe/Zurich',
    });
    expect(await bucket.keys('topics/h')).toEqual([
      'topics/h/year=2026/month=03/day=02/h+0+0000000000.json',
      'topics/h/year=2026/month=07/day=01/h+0+0000000001.json',
      'topics/h/year=2026/month=07/day=02/h+0+0000000002.json',
    ]);
  });

  it('ends objects by size, by the time of records, and by the clock', async () => {
    const bySize = new SinkDriver();
    bySize.produce('s', 0, ...Array.from({ length: 5 }, () => ({ text: 'x'.repeat(40_000) })));
    await run(bySize, { 'flush.size': '100', 'flush.bytes': '64KiB' });
    expect(await bucket.keys('topics/s')).toHaveLength(3);

    const byTime = new SinkDriver();
    for (const timestampMs of [0, 500, 999, 1_000, 1_500, 2_000]) {
      byTime.produceRecord('r', 0, { value: { timestampMs }, timestampMs });
    }
    await run(byTime, { 'flush.size': '100', 'rotate.interval.ms': '1s' });
    expect(await bucket.keys('topics/r')).toEqual(
      [0, 3, 5].map((offset) => `topics/r/partition=0/r+0+000000000${offset}.json`),
    );

    const byClock = new SinkDriver();
    byClock.produce('c', 0, { n: 1 });
    await byClock.start({ ...settings, 'flush.size': '100', 'rotate.schedule.interval.ms': '20' });
    await byClock.settle();
    expect(await bucket.allJson('topics/c')).toEqual([{ n: 1 }]);
    await byClock.stop();
  });

  it('uploads large objects in parts, and puts away parts that a killed task left', async () => {
    const driver = new SinkDriver();
    const values = Array.from({ length: 30 }, (_, n) => ({ n, text: 'y'.repeat(500_000) }));
    driver.produce('t', 0, ...values);
    const proxy = await s3.proxy(({ method, url }) =>
      (method === 'PUT' && url.includes('partNumber=2')) || method === 'DELETE' ? { kind: 'hang' } : undefined,
    );
    const large = { ...settings, 'flush.size': '30', 's3.part.size': '5MiB' };
    await driver.start({ ...large, 'store.url': proxy.url });
    await driver.writeAll();
    await waitUntil('the second part', () => proxy.faults > 0);
    await driver.crash();
    expect(await bucket.unfinishedUploads()).toBe(1);

    await driver.start(large);
    expect(await bucket.unfinishedUploads()).toBe(0);
    await driver.settle();
    await driver.stop();

    expect(await bucket.allJson()).toEqual(values);
  });

  it('takes an object for done whose answer was lost', async () => {
    const driver = new SinkDriver();
    driver.produce('t', 0, ...numbers(3));
    const proxy = await s3.proxy();
    proxy.breakBy(({ method }) => (method === 'PUT' && proxy.faults < 2 ? { kind: 'lose-answer' } : undefined));
    await driver.start({ ...settings, 'store.url': proxy.url });

    await driver.settle();
    await driver.stop();

    expect(proxy.faults).toBeGreaterThan(0);
    expect(await bucket.allJson()).toEqual(numbers(3));
    expect(driver.seeks).toBe(0);
  });

  it('outlasts refusals for lack of breath and a server that is away', async () => {
    const driver = new SinkDriver();
    driver.produce('t', 0, ...numbers(60));
    const proxy = await s3.proxy();
    proxy.breakBy(({ method }) =>
      method === 'PUT' && proxy.requests.length % 4 !== 0
        ? { kind: 'refuse', status: 503, name: 'SlowDown' }
        : undefined,
    );
    await driver.start({ ...settings, 'store.url': proxy.url, 's3.part.retries': '1' });
    await driver.write(30);
    await driver.commit();
    await s3.server.suspend();
    const refused = driver.errors.length;
    const settling = driver.settle();
    await waitUntil('the sink notices', () => driver.errors.length > refused);
    await s3.server.resume();
    await settling;
    await driver.stop();

    expect(await bucket.allJson()).toEqual(numbers(60));
  });

  it('leaves the objects of others alone', async () => {
    await bucket.put('topics/t/partition=0/t+0+0000000000.json', 'mine');
    const driver = new SinkDriver();
    driver.produce('t', 0, ...numbers(3));
    await driver.start(settings);

    await expect(driver.write(3)).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_S3_NAME_TAKEN',
      message: expect.stringContaining('move it away, or choose another topics.dir'),
    });
    expect(await bucket.text('topics/t/partition=0/t+0+0000000000.json')).toBe('mine');
    await driver.crash();
  });

  it('says what to do about keys that may not', async () => {
    const driver = new SinkDriver();
    driver.produce('t', 0, ...numbers(3));
    await driver.start({ ...settings, 'aws.secret.access.key': 'wrong' });

    await expect(driver.write(3)).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_S3_DENIED',
      message: expect.stringContaining('check the keys'),
    });
    await driver.crash();
  });

  it('ends at once while S3 does not answer', async () => {
    const driver = new SinkDriver();
    driver.produce('t', 0, ...numbers(30));
    const proxy = await s3.proxy();
    await driver.start({ ...settings, 'store.url': proxy.url });
    await driver.write(1);
    proxy.breakBy(() => ({ kind: 'hang' }));
    const stop = new AbortController();
    const writing = driver.write(29, stop.signal);
    await waitUntil('a request that hangs', () => proxy.faults > 0);
    const begun = performance.now();
    stop.abort(new Error('stop'));
    await expect(writing).rejects.toThrow('stop');
    await driver.crash();
    expect(performance.now() - begun).toBeLessThan(END_MS_MAX);
  });

  it('keeps memory in bounds with a thousand folders open', async () => {
    const driver = new SinkDriver();
    const values = Array.from({ length: 20_000 }, (_, n) => ({ folder: n % 1_000, n, text: 'z'.repeat(500) }));
    driver.produce('t', 0, ...values);
    let peakBytes = 0;
    const metrics = {
      ...driver.metrics,
      gauge: (name: string, _help: string, read: () => number | Promise<number>) => {
        if (name === 'millrace_connect_s3_buffer_bytes') readBuffer = read;
      },
    };
    let readBuffer: () => number | Promise<number> = () => 0;
    const measured = new SinkDriver(metrics);
    measured.produce('t', 0, ...values);
    await measured.start({
      ...settings,
      'partitioner.class': 'Field',
      'partition.field.name': 'folder',
      'flush.size': '20000',
      'partitioner.max.open.files': '2000',
      's3.buffer.memory': '1MiB',
      's3.concurrent.uploads': '8',
    });
    for (let step = 0; step < 20; step += 1) {
      await measured.write(1_000);
      peakBytes = Math.max(peakBytes, await readBuffer());
    }
    await measured.settle();
    await measured.stop();

    expect(peakBytes).toBeLessThan(2 * 1024 * 1024);
    expect(await bucket.keys()).toHaveLength(1_000);
    const numbersWritten = (await bucket.allJson()).map((value) => (value as { n: number }).n);
    expect(new Set(numbersWritten).size).toBe(20_000);
    expect(numbersWritten).toHaveLength(20_000);
  });
});
