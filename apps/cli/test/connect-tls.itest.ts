/** `millrace connect` and a worker that serves REST over https, with certificates on both sides. */
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, findFreePorts, TestAuthority, type ProcessOutcome, type TempDir } from '@millrace/testing';
import { CliBroker, outcomeOf } from './cli-broker.ts';
import { ConnectWorker } from './connect-worker.ts';

describe('millrace connect over https', () => {
  let dir: TempDir;
  let cli: CliBroker;
  let worker: ConnectWorker;
  let authority: TestAuthority;
  let stranger: TestAuthority;
  let ports: { readonly http: number; readonly https: number };
  const at = (name: string): string => join(dir.path, name);

  beforeAll(async () => {
    [dir, authority, stranger, cli] = await Promise.all([
      createTempDir('cli-connect-tls'),
      TestAuthority.create(),
      TestAuthority.create(),
      CliBroker.start({ topics: { lines: 1 } }),
    ]);
    const own = await authority.issue('IP:127.0.0.1');
    await writeFile(at('worker.pem'), own.key + own.certificate);
    await writeCertificate('client', authority);
    await writeCertificate('stranger', stranger);
    const http = await findFreePorts(2);
    const https = http + 1;
    ports = { http, https };
    worker = await ConnectWorker.start({
      'bootstrap.servers': cli.broker.bootstrapServers,
      listeners: `http://127.0.0.1:${String(http)},https://127.0.0.1:${String(https)}`,
      'listeners.https.ssl.keystore.type': 'PEM',
      'listeners.https.ssl.keystore.location': at('worker.pem'),
      'listeners.https.ssl.truststore.type': 'PEM',
      'listeners.https.ssl.truststore.location': authority.path,
      'listeners.https.ssl.client.auth': 'required',
    });
  }, 60_000);

  afterAll(async () => {
    await worker?.[Symbol.asyncDispose]();
    await cli?.[Symbol.asyncDispose]();
    await authority?.[Symbol.asyncDispose]();
    await stranger?.[Symbol.asyncDispose]();
    await dir?.remove();
  });

  async function writeCertificate(name: string, by: TestAuthority): Promise<void> {
    const { certificate, key } = await by.issue(`DNS:${name}`);
    await writeFile(at(`${name}.pem`), certificate);
    await writeFile(at(`${name}.key`), key);
  }

  const connect = (
    protocol: 'http' | 'https',
    port: number,
    words: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ProcessOutcome> => {
    const url = `${protocol}://127.0.0.1:${String(port)}`;
    return outcomeOf(cli.spawn(['connect', ...words, '--url', url], environment));
  };
  const ca = (): string[] => ['--tls-ca', authority.path];
  const shown = (name: string): string[] => ['--tls-cert', at(`${name}.pem`), '--tls-key', at(`${name}.key`)];

  it('creates, shows and deletes a connector with an authority and a certificate from flags', async () => {
    const file = at('secure.json');
    const config = { 'connector.class': 'FileStreamSink', topics: 'lines', file: at('out.txt') };
    await writeFile(file, JSON.stringify({ name: 'secure', config }));
    const secure = (...words: readonly string[]) =>
      connect('https', ports.https, [...words, ...ca(), ...shown('client')]);

    const stdout = 'created sink connector secure\n';
    expect(await secure('create', file)).toMatchObject({ code: 0, stdout, stderr: '' });
    expect(await secure('status', 'secure')).toMatchObject({ stdout: expect.stringMatching(/^secure +sink +\w+/m) });
    expect(await secure('delete', 'secure')).toMatchObject({ code: 0, stdout: 'deleted secure\n', stderr: '' });
  });

  it('takes them from a profile, whose name for brokers is not expected of the worker', async () => {
    await copyFile(authority.path, at('ca.pem'));
    const tls = { ca: 'ca.pem', cert: 'client.pem', key: 'client.key', serverName: 'kafka' };
    await writeFile(at('profiles.json'), JSON.stringify({ profiles: { secure: { brokers: ['kafka:9093'], tls } } }));
    const environment = { MILLRACE_PROFILES_FILE: at('profiles.json') };

    const outcome = await connect('https', ports.https, ['plugins', '--profile', 'secure'], environment);

    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toContain('FileStreamSink');
  });

  it.each<[string, () => string[], RegExp]>([
    ['authority', () => shown('client'), /signed by nobody trusted: give the file of its authority as --tls-ca/],
    ['right authority', () => ['--tls-ca', stranger.path, ...shown('client')], /nobody trusted: .* --tls-ca/],
    ['certificate of its own', ca, /give --tls-cert and --tls-key/],
    [
      'certificate that is accepted',
      () => [...ca(), ...shown('stranger')],
      /trust the authority that signed --tls-cert\?|does not accept .* --tls-cert/,
    ],
  ])('names the option for who has no %s', async (_what, flags, message) => {
    const { code, stdout, stderr } = await connect('https', ports.https, ['status', ...flags()]);

    expect({ code, stdout, lines: stderr.trim().split('\n').length }).toEqual({ code: 1, stdout: '', lines: 1 });
    expect(stderr).toMatch(message);
  });

  it('takes a certificate for nobody else than its URL names, unless a profile says that any will do', async () => {
    const url = `https://localhost:${String(ports.https)}`;
    const tls = { cert: 'client.pem', key: 'client.key', insecure: true };
    await writeFile(at('trial.json'), JSON.stringify({ profiles: { trial: { tls } } }));
    const environment = { MILLRACE_PROFILES_FILE: at('trial.json') };
    const strict = ['connect', 'status', '--url', url, ...ca(), ...shown('client')];

    expect(await outcomeOf(cli.spawn(strict))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /its certificate is for another name: .*--url.* \(ERR_TLS_CERT_ALTNAME_INVALID\)\n$/,
      ),
    });
    const trusting = ['connect', 'status', '--url', url, '--profile', 'trial'];
    expect(await outcomeOf(cli.spawn(trusting, environment))).toMatchObject({ code: 0, stderr: '' });
  });

  it('names the protocol that the port speaks instead', async () => {
    expect(await connect('http', ports.https, ['status'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`try --url https://127.0.0.1:${String(ports.https)} `),
    });
    expect(await connect('https', ports.http, ['status'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`try --url http://127.0.0.1:${String(ports.http)} `),
    });
  });
});
