/** TLS as flags and profiles ask for it, over a proxy that ends TLS in front of a broker of the test's own. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import { promisify } from 'node:util';
import { createTempDir, type TempDir } from '@millrace/testing';
import { CliBroker, outcomeOf } from './cli-broker.ts';

const run = promisify(execFile);

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
  let cli: CliBroker;
  let proxy: TlsProxy;
  const at = (name: string): string => join(dir.path, name);

  beforeAll(async () => {
    dir = await createTempDir('cli-tls');
    await makeCertificates();
    proxy = await TlsProxy.start({
      ca: await readFile(at('ca.pem')),
      cert: await readFile(at('broker.pem')),
      key: await readFile(at('broker.key')),
      requestCert: true,
      rejectUnauthorized: true,
    });
    cli = await CliBroker.start({ topics: { orders: 1 }, advertise: [proxy.address] });
    proxy.targetPort = cli.broker.port;
  });

  afterAll(async () => {
    proxy.close();
    await cli[Symbol.asyncDispose]();
    await dir.remove();
  });

  async function makeCertificates(): Promise<void> {
    const openssl = (...args: string[]) => run('openssl', args, { cwd: dir.path });
    const authority = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
    await openssl('req', ...authority, '-subj', '/CN=ca', '-keyout', 'ca.key', '-out', 'ca.pem');
    await openssl('req', ...authority, '-subj', '/CN=other', '-keyout', 'other.key', '-out', 'other.pem');
    await writeFile(at('names'), 'subjectAltName=IP:127.0.0.1,DNS:kafka.test\n');
    for (const name of ['broker', 'client']) {
      await openssl(
        ...['req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`],
        ...['-keyout', `${name}.key`, '-out', `${name}.csr`],
      );
      await openssl(
        ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
        ...['-days', '2', '-extfile', 'names', '-out', `${name}.pem`],
      );
    }
  }

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
    ['an authority that did not sign', () => ['--tls-ca', at('other.pem'), ...own()], /tls\.ca|signed by nobody/],
    ['no certificate of its own', () => ['--tls-ca', at('ca.pem')], /certificate/],
    ['a file that is not there', () => ['--tls-ca', at('nothing.pem')], /cannot read the authorities/],
  ])('says what is wrong with %s', async (_what, flags, message) => {
    const { code, stderr } = await topics(['-b', proxy.address, ...flags()]);

    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
