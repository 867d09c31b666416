/** REST of workers of a group: whichever is asked, the answer is the same. */
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '@millrace/base';
import { createTempDir, startBroker, waitUntil } from '@millrace/testing';
import type { ConnectProcess } from '../src/run/connect-process.ts';
import { startDistributed } from '../src/run/distributed.ts';
import { SETTINGS } from './distributed/worker-cluster.ts';

const STRINGS = 'org.apache.kafka.connect.storage.StringConverter';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function ask(worker: ConnectProcess, method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(new URL(path, worker.url), {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

async function states(worker: ConnectProcess, connector: string): Promise<string> {
  const { body } = await ask(worker, 'GET', `connectors/${connector}/status`);
  const { connector: own, tasks = [] } = body as { connector?: { state: string }; tasks?: { state: string }[] };
  return [own, ...tasks].map((each) => each?.state).join(' ');
}

describe('REST of a group of workers', () => {
  it('serves every request at every worker', async () => {
    await using broker = await startBroker({ topics: { lines: 1 } });
    await using dir = await createTempDir('distributed-rest');
    const properties = {
      ...SETTINGS,
      'bootstrap.servers': broker.bootstrapServers,
      listeners: 'http://127.0.0.1:0',
      'key.converter': STRINGS,
      'value.converter': STRINGS,
      'offset.flush.interval.ms': '100',
    };
    await using first = await startDistributed({ properties, log: silentLogger });
    await using second = await startDistributed({ properties, log: silentLogger });
    const workers = [first, second];
    const files = workers.map((_, index) => join(dir.path, `input-${index}`));
    for (const [index, worker] of workers.entries()) {
      const file = files[index] ?? '';
      await writeFile(file, 'one\ntwo\nthree\n');
      const config = { 'connector.class': 'FileStreamSource', 'tasks.max': '1', file, topic: 'lines' };
      const name = `lines-${index}`;
      expect(await ask(worker, 'POST', 'connectors', { name, config })).toMatchObject({
        status: 201,
        body: { name, config: { file }, type: 'source' },
      });
      await waitUntil('it runs', async () => (await states(second, name)) === 'RUNNING RUNNING', 30_000);
    }
    await broker.waitForRecords('lines', 6);

    for (const worker of workers) {
      for (const index of [0, 1]) {
        expect((await ask(worker, 'POST', `connectors/lines-${index}/tasks/0/restart`)).status).toBe(204);
        await waitUntil('it runs', async () => (await states(worker, `lines-${index}`)) === 'RUNNING RUNNING', 30_000);
      }
      expect((await ask(worker, 'PUT', 'connectors/lines-0/pause')).status).toBe(202);
      await waitUntil('it pauses', async () => (await states(worker, 'lines-0')) === 'PAUSED PAUSED', 30_000);
      expect((await ask(worker, 'PUT', 'connectors/lines-0/resume')).status).toBe(202);
      await waitUntil('it runs', async () => (await states(worker, 'lines-0')) === 'RUNNING RUNNING', 30_000);
    }

    for (const [round, worker] of workers.entries()) {
      const partition = { filename: files[0] };
      expect(
        (
          await ask(worker, 'PATCH', 'connectors/lines-0/offsets', {
            offsets: [{ partition, offset: { position: 4 } }],
          })
        ).status,
      ).toBe(400);
      expect((await ask(worker, 'PUT', 'connectors/lines-0/stop')).status).toBe(204);
      await waitUntil('it stops', async () => (await states(worker, 'lines-0')) === 'STOPPED', 30_000);
      const patched = await ask(worker, 'PATCH', 'connectors/lines-0/offsets', {
        offsets: [{ partition, offset: { position: 4 } }],
      });
      expect(patched).toMatchObject({ status: 200 });
      expect((await ask(worker, 'GET', 'connectors/lines-0/offsets')).body).toEqual({
        offsets: [{ partition, offset: { position: 4 } }],
      });
      await ask(worker, 'PUT', 'connectors/lines-0/resume');
      // From the second line on.
      await broker.waitForRecords('lines', 6 + 2 * (round + 1));
      await waitUntil('it runs', async () => (await states(worker, 'lines-0')) === 'RUNNING RUNNING', 30_000);
    }

    const metrics = await (await fetch(new URL('metrics', first.url))).text();
    expect(metrics).toMatch(/^kafka_connect_connect_worker_rebalance_metrics_completed_rebalances_total [1-9]/m);
    expect(metrics).toContain(`kafka_connect_connect_worker_rebalance_metrics_leader_name{leader="${first.url}`);

    for (const [index, worker] of workers.entries()) {
      await appendFile(files[index] ?? '', 'four\n');
      await broker.waitForRecords('lines', 11 + index);
      expect((await ask(worker, 'DELETE', `connectors/lines-${index}`)).status).toBe(204);
    }
    await waitUntil('all is gone', async () => JSON.stringify((await ask(second, 'GET', 'connectors')).body) === '[]');
    expect((await ask(first, 'PUT', 'connectors/lines-0/tasks/0/restart')).status).toBe(405);
    expect((await ask(first, 'POST', 'connectors/lines-0/tasks', [])).status).toBe(400);
    expect((await ask(first, 'PUT', 'connectors/lines-0/fence')).status).toBe(400);
  }, 120_000);
});
