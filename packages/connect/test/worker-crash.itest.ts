/** Workers that are killed or stand still: their work goes on elsewhere, and nothing is written twice. */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, startBroker, waitUntil, type TestBroker } from '@millrace/testing';
import { SETTINGS } from './distributed/worker-cluster.ts';
import { WorkerProcess } from './distributed/worker-process.ts';

const SESSION_MS = 6_000;
/** The limit: a crashed worker’s tasks run elsewhere within session timeout and five seconds. */
const TAKE_OVER_MS_MAX = SESSION_MS + 5_000;
/** More of them by hand: CRASH_CYCLES=50. */
const CYCLES = Number(process.env['CRASH_CYCLES'] ?? 2);
const STRINGS = 'org.apache.kafka.connect.storage.StringConverter';

function workers(broker: TestBroker, count: number, settings: Readonly<Record<string, string>> = {}): WorkerProcess[] {
  return Array.from(
    { length: count },
    () =>
      new WorkerProcess({
        ...SETTINGS,
        'bootstrap.servers': broker.bootstrapServers,
        listeners: 'http://127.0.0.1:0',
        'key.converter': STRINGS,
        'value.converter': STRINGS,
        'offset.flush.interval.ms': '200',
        // The default.
        'scheduled.rebalance.max.delay.ms': '0',
        'session.timeout.ms': `${SESSION_MS}ms`,
        'heartbeat.interval.ms': '500ms',
        ...settings,
      }),
  );
}

function source(file: string, topic: string): Record<string, string> {
  return { 'connector.class': 'FileStreamSource', 'tasks.max': '1', file, topic };
}

describe('a worker that is killed', () => {
  it('loses its work to the others within session timeout and five seconds', async () => {
    await using broker = await startBroker({ topics: { lines: 1 } });
    await using dir = await createTempDir('workers');
    const all = workers(broker, 3);
    await using stack = new AsyncDisposableStack();
    for (const worker of all) stack.use(worker);
    await Promise.all(all.map((worker) => worker.start()));
    const [first, second, third] = all as [WorkerProcess, WorkerProcess, WorkerProcess];
    const names = Array.from({ length: 4 }, (_, index) => `lines-${index}`);
    for (const name of names) {
      await writeFile(join(dir.path, name), '');
      await second.put(name, source(join(dir.path, name), 'lines'));
    }
    await second.settles(names, all);

    await third.end('SIGKILL');
    const tookMs = await second.settles(names, [first, second]);

    expect(tookMs).toBeLessThan(TAKE_OVER_MS_MAX);
    for (const name of names) await appendFile(join(dir.path, name), `${name}\n`);
    await broker.waitForRecords('lines', names.length);
    expect((await broker.records('lines')).map(({ value }) => value).sort()).toEqual([...names].sort());
  }, 120_000);
});

describe('exactly once over workers', () => {
  it.each([
    ['are killed', 'SIGKILL'],
    ['stand still and come back', 'SIGSTOP'],
  ] as const)(
    'holds while workers %s',
    async (_what, signal) => {
      await using broker = await startBroker({
        topics: { lines: 1 },
        config: { 'group.min.session.timeout.ms': '1000' },
      });
      await using dir = await createTempDir('workers');
      const all = workers(broker, 2, {
        'exactly.once.source.support': 'enabled',
        'session.timeout.ms': '3s',
        'heartbeat.interval.ms': '500ms',
      });
      await using stack = new AsyncDisposableStack();
      for (const worker of all) stack.use(worker);
      await Promise.all(all.map((worker) => worker.start()));
      const [first, second] = all as [WorkerProcess, WorkerProcess];
      const file = join(dir.path, 'input');
      await writeFile(file, '');
      await first.put('lines', source(file, 'lines'));
      await first.settles(['lines'], all);
      let count = 0;
      const write = async (): Promise<void> => {
        const lines = Array.from({ length: 200 }, () => `line ${count++}\n`);
        await appendFile(file, lines.join(''));
      };
      const owner = async (asked: WorkerProcess): Promise<WorkerProcess> => {
        const status = await asked.status('lines');
        return status?.tasks[0]?.worker_id === first.workerId ? first : second;
      };
      const feeding = setInterval(() => void write(), 20);
      try {
        for (let cycle = 0; cycle < CYCLES; cycle++) {
          const victim = await owner(cycle % 2 === 0 ? first : second);
          const other = victim === first ? second : first;
          if (signal === 'SIGKILL') await victim.end(signal);
          else victim.signal(signal);
          await other.settles(['lines'], [other]);
          if (signal === 'SIGKILL') await victim.start();
          else victim.signal('SIGCONT');
          await waitUntil('the victim is back', async () => (await victim.status('lines')) !== undefined, 30_000);
        }
      } finally {
        clearInterval(feeding);
      }
      await write();

      await broker.waitForRecords('lines', count, { timeoutMs: 60_000 });
      const values = (await broker.records('lines')).map(({ value }) => value);
      // What is in the file, in its order: appends may overtake each other.
      const written = (await readFile(file, 'utf8')).trim().split('\n');
      expect(values).toHaveLength(count);
      expect(values.findIndex((value, index) => value !== written[index])).toBe(-1);
    },
    60_000 + CYCLES * 60_000,
  );
});
