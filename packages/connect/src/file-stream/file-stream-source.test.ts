import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noMetrics, silentLogger, systemClock, systemTimers } from '@millrace/base';
import type { SourceBatch } from '@millrace/connect-api';
import { fileStreamSource } from './file-stream-source.ts';

let folder: string;
let file: string;
let stopping: AbortController;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connect-lines-'));
  file = join(folder, 'in.txt');
  stopping = new AbortController();
});

afterEach(async () => {
  stopping.abort();
  await rm(folder, { recursive: true });
});

async function read(position?: number, batchSize = 2000): Promise<AsyncIterator<SourceBatch>> {
  const task = await fileStreamSource.task(
    {},
    { file, topic: 'lines', batchSize },
    {
      connector: 'one',
      task: 0,
      log: silentLogger,
      metrics: noMetrics,
      clock: systemClock,
      timers: systemTimers,
      signal: stopping.signal,
      offset: async () => (position === undefined ? undefined : { position }),
      offsets: async () => [],
      deadLetter: async () => undefined,
    },
  );
  return task.read(stopping.signal)[Symbol.asyncIterator]();
}

async function next(batches: AsyncIterator<SourceBatch>): Promise<{ lines: unknown[]; position: unknown }> {
  const { value } = (await batches.next()) as { readonly value: SourceBatch };
  return { lines: value.records.map((record) => record.value), position: value.offset['position'] };
}

describe('the file source', () => {
  it('gives whole lines with the byte behind them, and waits for the rest of one', async () => {
    await writeFile(file, 'ä\r\nsecond\nthi');
    const batches = await read();

    expect(await next(batches)).toEqual({ lines: ['ä', 'second'], position: 11 });
    const waiting = next(batches);
    await appendFile(file, 'rd\n');
    expect(await waiting).toEqual({ lines: ['third'], position: 17 });
  });

  it('goes on where it was, repeating and skipping nothing', async () => {
    await writeFile(file, 'a\nb\nc\nd\n');
    const first = await next(await read(undefined, 2));
    const rest = await next(await read(first.position as number, 2000));

    expect([...first.lines, ...rest.lines]).toEqual(['a', 'b', 'c', 'd']);
    expect(rest.position).toBe(8);
  });

  it('waits for a file that is not there yet', async () => {
    const waiting = next(await read());
    await writeFile(file, 'a\n');

    expect((await waiting).lines).toEqual(['a']);
  });

  it('takes lines that are longer than what is read at once', async () => {
    const long = 'x'.repeat(200_000);
    await writeFile(file, `${long}\nshort\n`);
    const batches = await read();

    expect((await next(batches)).lines[0]).toBe(long);
  });

  it('ends when it is told to', async () => {
    const ended = (await read()).next();
    stopping.abort();

    expect((await ended).done).toBe(true);
  });

  it.each([
    [{ filename: 'x' }, { position: -1 }],
    [{ filename: 'x' }, { position: '3' }],
    [{ file: 'x' }, { position: 3 }],
  ])('refuses the offset %p %p', async (partition, offset) => {
    const config = { file, topic: 'lines', batchSize: 1 };
    await expect(fileStreamSource.alterOffsets?.(config, [{ partition, offset }], {} as never)).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_INVALID_OFFSET',
    });
  });
});
