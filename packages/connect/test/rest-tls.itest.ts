/** REST over TLS: workers that show certificates to clients and to each other, one from PEM files, one from PKCS#12. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { request as requestHttps, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { silentLogger } from '@millrace/base';
import { createTempDir, startBroker, waitUntil, type TempDir } from '@millrace/testing';
import { startDistributed } from '../src/run/distributed.ts';
import { SETTINGS } from './distributed/worker-cluster.ts';

const run = promisify(execFile);
const STRINGS = 'org.apache.kafka.connect.storage.StringConverter';
const PASSWORD = 'changeit';

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly location: string | undefined;
}

describe('REST over TLS', () => {
  let dir: TempDir;
  const at = (name: string): string => join(dir.path, name);

  beforeAll(async () => {
    dir = await createTempDir('connect-tls');
    const openssl = (...args: string[]) => run('openssl', args, { cwd: dir.path });
    const made = ['req', '-newkey', 'rsa:2048', '-nodes'];
    await openssl(...made, '-x509', '-days', '2', '-subj', '/CN=ca', '-keyout', 'ca.key', '-out', 'ca.pem');
    await writeFile(at('names'), 'subjectAltName=IP:127.0.0.1\n');
    await openssl(...made, '-subj', '/CN=worker', '-keyout', 'worker.key', '-out', 'worker.csr');
    await openssl(
      ...['x509', '-req', '-in', 'worker.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-days', '2', '-extfile', 'names', '-out', 'worker.crt'],
    );
    await writeFile(
      at('keystore.pem'),
      (await readFile(at('worker.key'))).toString() + (await readFile(at('worker.crt'))).toString(),
    );
    await openssl(
      ...['pkcs12', '-export', '-in', 'worker.crt', '-inkey', 'worker.key', '-out', 'keystore.p12'],
      ...['-passout', `pass:${PASSWORD}`],
    );
  });

  afterAll(() => dir.remove());

  async function ask(
    worker: { readonly url: string },
    method: string,
    path: string,
    body?: unknown,
    tls?: RequestOptions,
  ): Promise<Answer> {
    const shown = tls ?? {
      ca: await readFile(at('ca.pem')),
      cert: await readFile(at('worker.crt')),
      key: await readFile(at('worker.key')),
    };
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const request = requestHttps(new URL(path, worker.url), { method, headers, agent: false, ...shown });
      request.on('error', reject).on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: text === '' ? undefined : JSON.parse(text),
            location: response.headers.location,
          }),
        );
      });
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  it('serves, forwards to the leader and asks the leader, with certificates on both sides', async () => {
    await using broker = await startBroker({ topics: { lines: 1 } });
    const properties = {
      ...SETTINGS,
      'bootstrap.servers': broker.bootstrapServers,
      listeners: 'https://127.0.0.1:0',
      'listeners.https.ssl.truststore.type': 'PEM',
      'listeners.https.ssl.truststore.location': at('ca.pem'),
      'listeners.https.ssl.client.auth': 'required',
      'key.converter': STRINGS,
      'value.converter': STRINGS,
      'offset.flush.interval.ms': '100',
    };
    const pem = {
      'listeners.https.ssl.keystore.type': 'PEM',
      'listeners.https.ssl.keystore.location': at('keystore.pem'),
    };
    const p12 = {
      'listeners.https.ssl.keystore.type': 'PKCS12',
      'listeners.https.ssl.keystore.location': at('keystore.p12'),
      'listeners.https.ssl.keystore.password': PASSWORD,
    };
    await using first = await startDistributed({ properties: { ...properties, ...pem }, log: silentLogger });
    await using second = await startDistributed({ properties: { ...properties, ...p12 }, log: silentLogger });
    expect([first.url, second.url]).toEqual([
      expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+\/$/),
      expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+\/$/),
    ]);

    // The second one joined later and does not lead: what it is asked goes on to the leader.
    for (const [index, worker] of [first, second, second].entries()) {
      const file = at(`input-${index}`);
      await writeFile(file, 'one\ntwo\n');
      const config = { 'connector.class': 'FileStreamSource', file, topic: 'lines' };
      const made = await ask(worker, 'POST', 'connectors', { name: `lines-${index}`, config });
      expect(made.status).toBe(201);
      expect(made.location).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/connectors\/lines-\d$/);
    }

    // Connectors of the second worker bring their tasks to the leader by themselves.
    await broker.waitForRecords('lines', 6);
    await waitUntil('all run', async () => {
      const { body } = await ask(second, 'GET', 'connectors?expand=status');
      const text = JSON.stringify(body);
      const owners = new Set([...text.matchAll(/"worker_id":"([^"]+)"/g)].map(([, id]) => id));
      return owners.size === 2 && [...text.matchAll(/"state":"RUNNING"/g)].length === 6;
    });
    const ca = await readFile(at('ca.pem'));
    await expect(ask(first, 'GET', 'connectors', undefined, { ca })).rejects.toThrow(
      /certificate|reset|hang up|EPROTO/i,
    );
    await expect(ask(first, 'GET', 'connectors', undefined, {})).rejects.toThrow(/certificate/);
  }, 120_000);

  it('advertises the protocol that it is told, among several listeners', async () => {
    await using broker = await startBroker();
    const properties = {
      ...SETTINGS,
      'bootstrap.servers': broker.bootstrapServers,
      listeners: 'http://127.0.0.1:0,https://127.0.0.1:0',
      'rest.advertised.listener': 'https',
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': at('keystore.pem'),
    };
    await using worker = await startDistributed({ properties, log: silentLogger });

    expect(worker.url).toMatch(/^https:/);
    const ca = await readFile(at('ca.pem'));
    expect(await ask(worker, 'GET', 'connectors', undefined, { ca })).toMatchObject({ status: 200, body: [] });
  });
});
