/** A topic is deleted and made anew under a worker that writes it: nothing of the new one is passed over without a word. */
import { join } from 'node:path';
import { TestWorker } from '@millrace/connect-testkit';
import { waitUntil } from '@millrace/testing';
import { describeWithS3 } from './s3-world.ts';

const WAIT_MS_MAX = 30_000;

describeWithS3('a worker whose topic is made anew', 'worker', (s3) => {
  it('fails the task, also when it is started again, and goes on where the objects were moved away', async () => {
    const bucket = await s3.bucket();
    await using worker = await TestWorker.start({ plugins: [join(__dirname, '..')] });
    const { broker } = worker;
    const config = { 'connector.class': 'S3SinkConnector', topics: 't', 'flush.size': '2', ...bucket.settings() };
    const failure = (): Promise<string | undefined> =>
      waitUntil('the failure', async () => (await worker.status('s3')).tasks[0]?.trace, WAIT_MS_MAX);
    const objects = (count: number): Promise<unknown> =>
      waitUntil(`${count} objects`, async () => (await bucket.keys()).length === count, WAIT_MS_MAX);
    const produce = async (...values: readonly string[]): Promise<void> => {
      await broker.createTopic('t');
      await broker.produce(
        't',
        values.map((value) => ({ value })),
      );
    };

    await produce('a', 'b', 'c', 'd');
    await worker.create('s3', config);
    await objects(2);
    const before = await bucket.allJson();
    await broker.deleteTopic('t');
    await produce('e', 'f', 'g', 'h', 'i', 'j');
    expect(await failure()).toContain('t[0] goes on at offset 0 after 4: the topic was deleted and made anew');

    await worker.delete('s3');
    await worker.create('s3', config).catch(() => undefined);
    expect(await failure()).toContain('topics/t/partition=0/t+0+0000000000.json begins with a record of time');
    expect(await bucket.allJson()).toEqual(before);

    await worker.delete('s3');
    await worker.create('s3', { ...config, 'topics.dir': 'anew' });
    await objects(5);
    expect(await bucket.allJson('anew/')).toEqual(['e', 'f', 'g', 'h', 'i', 'j']);
  });
});
