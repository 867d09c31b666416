/** TLS as flags and profiles ask for it, over a proxy that ends TLS in front of a broker of the test's own. */
import { once } from 'node:events';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import { createTempDir, TestAuthority, type TempDir } from '@millrace/testing';
import { CliBroker, outcomeOf } from './cli-broker.ts';

/** Passes on what comes over TLS. */
class TlsProxy {
  readonly #server: Server;
  targetPort = 0;

  private constructor(options: TlsOptions) {
    this.#server = createServer(options, (client) => {
      const broker = connect(this.targetPort, '127.0.0.1');
      pipeline(client, broker, client, () => undefined);
    });
    this.#server.on('tlsClientError', () => undefined);
  }

  static async start(options: TlsOptions): Promise<TlsProxy> {
    const proxy = new TlsProxy(options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return `127.0.0.1:${String(address.port)}`;
  }

  close(): void {
    this.#server.close();
  }
}

describe('millrace over TLS', () => {
  let dir: TempDir;
  let authority: TestAuthority;
  let stranger: TestAuthority;
  let cli: CliBroker;
  let proxy: TlsProxy;
  const at = (name: string): string => join(dir.path, name);

  beforeAll(async () => {
    [dir, authority, stranger] = await Promise.all([
      createTempDir('cli-tls'),
      TestAuthority.create(),
      TestAuthority.create(),
    ]);
    const [broker, client] = [await authority.issue('IP:127.0.0.1'), await authority.issue('DNS:client')];
    await copyFile(authority.path, at('ca.pem'));
    await writeFile(at('client.pem'), client.certificate);
    await writeFile(at('client.key'), client.key);
    proxy = await TlsProxy.start({
      ca: await readFile(authority.path),
      cert: broker.certificate,
      key: broker.key,
      requestCert: true,
      rejectUnauthorized: true,
    });
    cli = await CliBroker.start({ topics: { orders: 1 }, advertise: [proxy.address] });
    proxy.targetPort = cli.broker.port;
  });

  afterAll(async () => {
    proxy?.close();
    await cli?.[Symbol.asyncDispose]();
    await authority?.[Symbol.asyncDispose]();
    await stranger?.[Symbol.asyncDispose]();
    await dir?.remove();
  });

  const topics = (flags: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    outcomeOf(cli.spawn(['topics', 'list', '--timeout', '5s', ...flags], environment));
  const own = (): string[] => ['--tls-cert', at('client.pem'), '--tls-key', at('client.key')];

  it('talks to a broker whose authority and certificate are named', async () => {
    const outcome = await topics(['-b', proxy.address, '--tls-ca', at('ca.pem'), ...own()]);

    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toContain('orders');
  });

  it('takes everything from a profile, with paths relative to its file', async () => {
    const profile = { brokers: [proxy.address], tls: { ca: 'ca.pem', cert: 'client.pem', key: 'client.key' } };
    await writeFile(at('profiles.json'), JSON.stringify({ profiles: { secure: profile } }));
    const environment = { MILLRACE_PROFILES_FILE: at('profiles.json') };

    expect(await topics(['--profile', 'secure'], environment)).toMatchObject({ code: 0, stderr: '' });
  });

  it.each<[string, () => string[], RegExp]>([
    ['an authority that did not sign', () => ['--tls-ca', stranger.path, ...own()], /tls\.ca|signed by nobody/],
    ['no certificate of its own', () => ['--tls-ca', at('ca.pem')], /certificate/],
    ['a file that is not there', () => ['--tls-ca', at('nothing.pem')], /cannot read the authorities/],
  ])('says what is wrong with %s', async (_what, flags, message) => {
    const { code, stderr } = await topics(['-b', proxy.address, ...flags()]);

    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
