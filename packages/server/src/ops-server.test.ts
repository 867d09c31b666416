import { OpsServer } from './ops-server.ts';
import { PrometheusMetrics } from './prometheus-metrics.ts';

async function startOps(reason: () => string | undefined): Promise<OpsServer> {
  const server = new OpsServer({
    host: '127.0.0.1',
    port: 0,
    metrics: new PrometheusMetrics(),
    notReadyReason: reason,
  });
  await server.start();
  return server;
}

describe('OpsServer', () => {
  it('tells readiness apart from liveness and serves metrics', async () => {
    let reason: string | undefined = 'recovering';
    const server = await startOps(() => reason);
    const base = `http://127.0.0.1:${String(server.port)}`;
    try {
      expect((await fetch(`${base}/health/live`)).status).toBe(200);
      const notReady = await fetch(`${base}/health/ready`);
      expect(notReady.status).toBe(503);
      expect(await notReady.json()).toEqual({ status: 'not ready', reason: 'recovering' });
      reason = undefined;
      expect((await fetch(`${base}/health/ready`)).status).toBe(200);
      expect(await (await fetch(`${base}/metrics`)).text()).toContain('process_cpu_seconds_total');
    } finally {
      await server.close();
    }
  });

  it('lists its paths, each of which is there', async () => {
    const server = await startOps(() => undefined);
    const base = `http://127.0.0.1:${String(server.port)}`;
    try {
      const paths = (await (await fetch(`${base}/`)).text()).match(/^\/\S+/gm) ?? [];
      expect(paths).toEqual(['/health/live', '/health/ready', '/metrics']);
      for (const path of paths) expect((await fetch(base + path)).status).toBe(200);
    } finally {
      await server.close();
    }
  });

  it('answers HEAD without a body, and says no to other methods and paths', async () => {
    const server = await startOps(() => undefined);
    const base = `http://127.0.0.1:${String(server.port)}`;
    try {
      const head = await fetch(`${base}/health/live`, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
      expect((await fetch(`${base}/health/live?probe=1`)).status).toBe(200);
      expect((await fetch(`${base}/metrics`, { method: 'POST', body: 'x' })).status).toBe(405);
      const missing = await fetch(`${base}/metric`);
      expect([missing.status, await missing.json()]).toEqual([
        404,
        { error: 'there is no such page; / names those that are there' },
      ]);
    } finally {
      await server.close();
    }
  });

  it('names the address and the remedy when its port is taken', async () => {
    const first = await startOps(() => undefined);
    const second = new OpsServer({
      host: '127.0.0.1',
      port: first.port,
      metrics: new PrometheusMetrics(),
      notReadyReason: () => undefined,
    });
    try {
      await expect(second.start()).rejects.toThrow(/ops port 127\.0\.0\.1:\d+ is in use: .*--ops-port/);
    } finally {
      await second.close();
      await first.close();
    }
  });
});
