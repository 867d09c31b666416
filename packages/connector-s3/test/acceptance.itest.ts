import { sinkAcceptance, sourceAcceptance, type SinkWorld, type SourceWorld } from '@millrace/connect-testkit';
import { plainValue } from '@millrace/connect-api';
import { s3Sink, s3Source } from '../src/index.ts';
import { describeWithS3 } from './s3-world.ts';

const MODULE = new URL('../src/index.ts', `file://${__filename}`);

/** More by hand. */
const KILLS = Number(process.env['MILLRACE_S3_KILLS'] ?? 10);

describeWithS3('by the acceptance suite', 'accept', (s3) => {
  async function openWorld() {
    const bucket = await s3.bucket();
    const proxy = await s3.proxy();
    const settings = { ...bucket.settings(proxy.url), 's3.retry.backoff.ms': '5' };
    return {
      bucket,
      settings,
      brokenConfigs: [
        { ...settings, 's3.bucket.name': 'there-is-none', 's3.part.retries': '0' },
        { ...settings, 'aws.secret.access.key': 'wrong', 's3.part.retries': '0' },
      ],
      interrupt: async (): Promise<void> => proxy.cut(),
      [Symbol.asyncDispose]: () => s3.tidy(),
    };
  }

  describe('the sink', () => {
    const cases = sinkAcceptance({
      plugin: s3Sink,
      without: ['tombstone'],
      module: MODULE,
      kills: KILLS,
      open: async (): Promise<SinkWorld> => {
        const { bucket, settings, ...world } = await openWorld();
        return {
          ...world,
          config: {
            ...settings,
            'flush.size': '5',
            'rotate.schedule.interval.ms': '30',
            'partitioner.class': 'Field',
            'partition.field.name': 'folder',
          },
          record: (n) => ({ id: String(n), record: { topic: 't', value: { id: n, folder: n % 3 } } }),
          poison: () => ({ topic: 't', value: { id: 'without a folder' } }),
          stored: async () => (await bucket.allJson()).map((value) => String((value as { id: number }).id)),
        };
      },
    });
    it.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_name, run) => run(), 120_000);
  });

  describe('the source', () => {
    const cases = sourceAcceptance({
      plugin: s3Source,
      module: MODULE,
      kills: KILLS,
      open: async (): Promise<SourceWorld> => {
        const { bucket, settings, ...world } = await openWorld();
        let written = 0;
        const put = async (lines: readonly string[]): Promise<void> => {
          await bucket.put(`topics/t+0+${String((written += 1)).padStart(6, '0')}.json`, `${lines.join('\n')}\n`);
        };
        let next = 0;
        return {
          ...world,
          config: { ...settings, 'poll.interval.ms': '20', 'batch.max.rows': '3' },
          write: async (count) => {
            const ids = Array.from({ length: count }, () => String((next += 1)));
            await put(ids.map((id) => JSON.stringify({ id })));
            return ids;
          },
          idOf: ({ value }) => (plainValue(value) as { readonly id?: string } | null)?.id,
          poison: () => put(['no json']),
        };
      },
    });
    it.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_name, run) => run(), 120_000);
  });
});
