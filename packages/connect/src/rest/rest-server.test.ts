import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { levelledLogger, silentLogger, systemClock } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';
import type { ConfigValidator } from '../herder/config-validator.ts';
import type { Herder } from '../herder/herder.ts';
import { HerderError, NotTheTargetError } from '../herder/herder-error.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import { Loggers } from '../worker/loggers.ts';
import { readWorkerSettings } from '../worker/worker-settings.ts';
import { ConnectMetrics } from './metrics-registry.ts';
import { RestServer } from './rest-server.ts';

const servers: RestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(herder: Partial<Herder> | undefined, properties: ConfigProperties = {}): Promise<string> {
  const log = levelledLogger(silentLogger, 'error');
  const server = new RestServer({
    settings: readWorkerSettings({ listeners: 'http://127.0.0.1:0', ...properties }),
    metrics: new ConnectMetrics(),
    version: '0.0.0',
    log,
  });
  servers.push(server);
  await server.listen();
  if (herder !== undefined) {
    server.serve({
      herder: herder as Herder,
      validator: { secretKeys: () => new Set(['password']) } as unknown as ConfigValidator,
      plugins: new PluginRegistry([]),
      loggers: new Loggers(log, systemClock),
    });
  }
  return server.url;
}

async function json(url: string, init?: RequestInit): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, { headers: { 'content-type': 'application/json' }, ...init });
  return { status: response.status, body: await response.json() };
}

describe('the REST server', () => {
  it('answers 503 until the worker is there', async () => {
    const url = await serve(undefined);

    expect(await json(`${url}health`)).toEqual({
      status: 503,
      body: { status: 'starting', message: 'Worker is still starting up.' },
    });
    expect(await json(`${url}connectors`)).toMatchObject({ status: 503, body: { error_code: 503 } });
  });

  it('answers what nobody foresaw with 500, and a late answer with the setting to change', async () => {
    const url = await serve(
      {
        connectors: async () => Promise.reject(new Error('a bug')),
        connectorInfo: () => new Promise(() => undefined),
      },
      { 'rest.request.timeout.ms': '50' },
    );

    expect(await json(`${url}connectors`)).toEqual({ status: 500, body: { error_code: 500, message: 'a bug' } });
    expect(await json(`${url}connectors/one`)).toMatchObject({
      status: 500,
      body: { message: expect.stringMatching(/rest\.request\.timeout\.ms/) },
    });
  });

  it('shows settings as they were given, and secrets only where that is not forbidden', async () => {
    const config = { name: 'one', password: 'hunter2', user: 'u' };
    const stored: ConfigProperties[] = [];
    const herder: Partial<Herder> = {
      connectorConfig: async () => config,
      putConnector: async (name, given) => {
        stored.push(given);
        return { created: false, info: { name, config: given, tasks: [], type: 'sink' } };
      },
    };
    const open = await serve(herder);
    const closed = await serve(herder, { 'rest.redact.secrets': 'true' });

    expect((await json(`${open}connectors/one/config`)).body).toEqual(config);
    const shown = { ...config, password: '[hidden]' };
    expect((await json(`${closed}connectors/one/config`)).body).toEqual(shown);

    // What was read is sent back with one change: the password stays what it was.
    const put = { method: 'PUT', body: JSON.stringify({ ...shown, user: 'v' }) };
    expect((await json(`${closed}connectors/one/config`, put)).body).toMatchObject({
      config: { password: '[hidden]' },
    });
    expect(stored).toEqual([{ name: 'one', password: 'hunter2', user: 'v' }]);
  });

  it('does not hide references to config providers', async () => {
    const config = { name: 'one', password: '${file:/run/secrets/db:password}' };
    const url = await serve({ connectorConfig: async () => config }, { 'rest.redact.secrets': 'true' });

    expect((await json(`${url}connectors/one/config`)).body).toEqual(config);
  });

  it('writes offsets beyond 2^53 as the numbers they are, and reads them so', async () => {
    const seen: unknown[] = [];
    const url = await serve({
      connectorOffsets: async () => [{ partition: { server: 'a' }, offset: { lsn: 2n ** 60n + 1n } }],
      alterConnectorOffsets: async (_connector, offsets) => {
        seen.push(...offsets);
        return 'done';
      },
    });

    const text = await (await fetch(`${url}connectors/one/offsets`)).text();
    expect(text).toBe('{"offsets":[{"partition":{"server":"a"},"offset":{"lsn":1152921504606846977}}]}');
    await json(`${url}connectors/one/offsets`, { method: 'PATCH', body: text });
    expect(seen).toEqual([{ partition: { server: 'a' }, offset: { lsn: 2n ** 60n + 1n } }]);
  });

  it('lets pages of the allowed origin call, and sets the headers of the settings', async () => {
    const url = await serve(
      { connectors: async () => [] },
      {
        'access.control.allow.origin': 'https://ui.example',
        'response.http.headers.config': 'set X-Frame-Options: DENY, "add Cache-Control: no-cache, no-store"',
      },
    );

    const allowed = await fetch(`${url}connectors`, { headers: { origin: 'https://ui.example' } });
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://ui.example');
    expect(allowed.headers.get('x-frame-options')).toBe('DENY');
    expect(allowed.headers.get('cache-control')).toBe('no-cache, no-store');
    const other = await fetch(`${url}connectors`, { headers: { origin: 'https://elsewhere.example' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('turns /admin off when admin.listeners is empty', async () => {
    const url = await serve({}, { 'admin.listeners': '' });
    expect(await json(`${url}admin/loggers`)).toMatchObject({ status: 404 });
  });

  it('tells a port in use with the remedy', async () => {
    const url = await serve({});
    await expect(serve({}, { listeners: url.replace(/\/$/, '') })).rejects.toThrow(/Free the port, or set listeners/);
  });
});

describe('a request for another worker', () => {
  async function leader(): Promise<{ url: string; requests: string[]; close: () => void }> {
    const requests: string[] = [];
    const server = createServer((request: IncomingMessage, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        requests.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
        response.writeHead(201, { 'content-type': 'application/json', location: 'http://leader/connectors/one' });
        response.end('{"name":"one"}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}/`, requests, close: () => server.close() };
  }

  it('is passed on with its body and its credentials, and the answer comes back', async () => {
    const { url: leaderUrl, requests, close } = await leader();
    const url = await serve({
      putConnector: async () => {
        throw new NotTheTargetError('not the leader', leaderUrl);
      },
    });

    const body = '{"name":"one","config":{"connector.class":"X"}}';
    const headers = { 'content-type': 'application/json', authorization: 'Basic x' };
    const response = await fetch(`${url}connectors`, { method: 'POST', body, headers });
    close();

    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe('http://leader/connectors/one');
    expect(await response.json()).toEqual({ name: 'one' });
    expect(requests).toEqual([`POST /connectors?forward=true Basic x ${body}`]);
  });

  it('makes two hops at most', async () => {
    const { url: leaderUrl, requests, close } = await leader();
    const url = await serve({
      deleteConnector: async () => {
        throw new NotTheTargetError('not the leader', leaderUrl);
      },
    });

    await fetch(`${url}connectors/one?forward=true`, { method: 'DELETE' });
    const last = await json(`${url}connectors/one?forward=false`, { method: 'DELETE', headers: {} });
    close();

    expect(requests.map((line) => line.split(' ')[1])).toEqual(['/connectors/one?forward=false']);
    expect(last).toMatchObject({ status: 409, body: { error_code: 409 } });
  });

  it('is 409 while no leader is known, and 500 with the remedy when it cannot be reached', async () => {
    const url = await serve({
      deleteConnector: async (name) => {
        throw new NotTheTargetError('no leader is known', name === 'one' ? undefined : 'http://127.0.0.1:1/');
      },
    });

    expect(await json(`${url}connectors/one`, { method: 'DELETE', headers: {} })).toEqual({
      status: 409,
      body: { error_code: 409, message: 'no leader is known' },
    });
    expect(await json(`${url}connectors/two`, { method: 'DELETE', headers: {} })).toMatchObject({
      status: 500,
      body: { message: expect.stringMatching(/rest\.advertised\.host\.name/) },
    });
  });

  it('keeps the status that a herder gives', async () => {
    const url = await serve({
      activeTopics: async () => {
        throw new HerderError('MILLRACE_CONNECT_FORBIDDEN', 'off');
      },
    });
    expect(await json(`${url}connectors/one/topics`)).toEqual({
      status: 403,
      body: { error_code: 403, message: 'off' },
    });
  });
});
