/** The process of a task is killed in the midst of an upload in parts: the object is there once in the end, and no part is left behind. */
import { MemoryGroup, MemoryTopics, TaskProcess, type S3FaultRule, type SinkPorts } from '@millrace/connect-testkit';
import { waitUntil } from '@millrace/testing';
import { describeWithS3 } from './s3-world.ts';

const MODULE = new URL('../src/index.ts', `file://${__filename}`);
const AT = { topic: 't', partition: 0 };
/** Three parts. */
const VALUES = Array.from({ length: 26 }, (_, n) => ({ n, text: 'y'.repeat(500_000) }));
const DONE_MS_MAX = 60_000;

type Request = Parameters<S3FaultRule>[0];

const isPart =
  (part: number) =>
  ({ method, url }: Request): boolean =>
    method === 'PUT' && url.includes(`partNumber=${part}`);
const isCompletion = ({ method, url }: Request): boolean => method === 'POST' && url.includes('uploadId=');

describeWithS3('an upload whose process is killed', 'killed', (s3) => {
  async function openUpload() {
    const bucket = await s3.bucket();
    const topics = new MemoryTopics();
    const group = new MemoryGroup();
    topics.append(VALUES.map((value) => ({ ...AT, value })));
    const ports: SinkPorts = {
      assignment: async () => [{ ...AT, offset: group.offset(AT) }],
      fetch: async ([position], countMax, signal) => {
        const records = position === undefined ? [] : topics.read(position, position.offset, countMax);
        if (records.length === 0) await topics.written(signal);
        return records;
      },
      commit: async (offsets) => group.commit(offsets),
      deadLetter: () => Promise.reject(new Error('there is nothing wrong with the records')),
    };
    const start = (url?: string, more: Partial<SinkPorts> = {}): TaskProcess => {
      const properties = {
        ...bucket.settings(url),
        'flush.size': String(VALUES.length),
        's3.part.size': '5MiB',
        // Whatever fails is not tried again before the kill.
        's3.retry.backoff.ms': '10s',
      };
      return TaskProcess.sink({ module: MODULE, plugin: 'S3SinkConnector', properties }, { ...ports, ...more });
    };
    const finish = async (): Promise<void> => {
      await using task = start();
      await task.until(() => group.offset(AT) === VALUES.length, DONE_MS_MAX);
      await task.stop();
      expect(await bucket.keys()).toHaveLength(1);
      expect(await bucket.allJson()).toEqual(VALUES);
      expect(await bucket.unfinishedUploads()).toBe(0);
    };
    return { bucket, group, start, finish };
  }

  it.each([
    ['before its first part', isPart(1)],
    ['between its parts', isPart(2)],
    ['before it is completed', isCompletion],
  ])('%s', async (_when, isReached) => {
    const { bucket, start, finish } = await openUpload();
    const proxy = await s3.proxy((request) => (isReached(request) ? { kind: 'hang' } : undefined));
    await using task = start(proxy.url);
    await waitUntil('the request', () => proxy.faults > 0, DONE_MS_MAX);
    await task.kill();
    expect(await bucket.keys()).toEqual([]);
    expect(await bucket.unfinishedUploads()).toBe(1);

    await finish();
  });

  it('after it was completed, without having heard of it', async () => {
    const { bucket, start, finish } = await openUpload();
    const proxy = await s3.proxy((request) => (isCompletion(request) ? { kind: 'lose-answer' } : undefined));
    await using task = start(proxy.url);
    await waitUntil('the object', async () => (await bucket.keys()).length === 1, DONE_MS_MAX);
    await task.kill();

    await finish();
  });

  it('after it has heard of it, before the offset is committed', async () => {
    const { group, start, finish } = await openUpload();
    await using task = start(undefined, {
      commit: async (offsets) => {
        if (offsets.some(({ offset }) => offset === VALUES.length)) await task.kill();
        else group.commit(offsets);
      },
    });
    await task.killed(DONE_MS_MAX);
    expect(group.offset(AT)).toBe(0);

    await finish();
  });
});
