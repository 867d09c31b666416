/** `rediss://`: whom the connectors trust. The server behind it speaks plain text, as not every build of it has TLS. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect, createServer as createPlainServer, type AddressInfo, type Socket } from 'node:net';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import { runSink, SourceRun } from '@millrace/connect-testkit';
import { silentLogger, systemClock } from '@millrace/base';
import { TestAuthority } from '@millrace/testing';
import { redisSink, redisSource } from '../src/index.ts';
import { describeWithRedis, RedisWorld } from './redis-world.ts';

describeWithRedis('Redis over TLS', () => {
  let redis: RedisWorld;
  let authority: TestAuthority;
  let stranger: TestAuthority;
  const fronts: Server[] = [];
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    [redis, authority, stranger] = await Promise.all([
      RedisWorld.start(),
      TestAuthority.create(),
      TestAuthority.create(),
    ]);
  });
  afterAll(async () => {
    for (const server of fronts) server.close();
    for (const socket of sockets) socket.destroy();
    await redis?.[Symbol.asyncDispose]();
    await authority?.[Symbol.asyncDispose]();
    await stranger?.[Symbol.asyncDispose]();
  });

  /** A server with a certificate for these names; returns its port. */
  async function front(...names: readonly string[]): Promise<number> {
    return frontWith({}, ...names);
  }

  async function frontWith(options: TlsOptions, ...names: readonly string[]): Promise<number> {
    const { certificate, key } = await authority.issue(...names);
    const server = createServer({ ...options, cert: certificate, key }, (near) => {
      const far = connect(redis.server.port, redis.server.host);
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    server.on('tlsClientError', () => undefined);
    fronts.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  const settings = (
    host: string,
    port: number,
    more: Readonly<Record<string, string>> = {},
  ): Record<string, string> => ({
    ...redis.settings,
    'redis.type': 'STRING',
    'redis.uri': `rediss://${host}:${port}`,
    'redis.tls.ca': authority.path,
    ...more,
  });

  /** What the connector says of its settings, before it is made. */
  async function problems(properties: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const { config } = redisSink.config.read(properties);
    if (config === undefined) throw new Error('the settings are good');
    const context = { connector: 'r', log: silentLogger, clock: systemClock, signal: AbortSignal.timeout(10_000) };
    return ((await redisSink.check?.(config, context)) ?? []).map(({ message }) => message);
  }

  async function write(properties: Readonly<Record<string, string>>): Promise<void> {
    await runSink(redisSink, properties, [{ topic: 'encrypted', key: 'k', value: 'x' }]);
  }

  /** Settings to show a certificate of this authority to the server. */
  async function certificateOf(issuer: TestAuthority): Promise<Record<string, string>> {
    const { certificate, key } = await issuer.issue('DNS:client');
    const [certificatePath, keyPath] = [`${issuer.path}.client`, `${issuer.path}.client.key`];
    await Promise.all([writeFile(certificatePath, certificate), writeFile(keyPath, key)]);
    return { 'redis.tls.cert': certificatePath, 'redis.tls.key': keyPath };
  }

  it('writes and reads by the name and by the address of the certificate', async () => {
    const port = await front('DNS:localhost', 'IP:127.0.0.1');
    for (const host of ['localhost', '127.0.0.1']) {
      const stream = `over-${host}`;
      await runSink(redisSink, settings(host, port), [{ topic: 'encrypted', key: host, value: 'x' }]);
      expect(await redis.client.exists(`encrypted:${host}`)).toBe(1);

      await redis.client.xadd(stream, '*', 'id', host);
      const { 'redis.type': _type, ...common } = settings(host, port);
      const source = { ...common, 'redis.stream.name': stream, topic: 'read' };
      await using run = SourceRun.start(redisSource, source);
      await run.until(1);
    }
  });

  it('refuses a server of an unknown authority, and one of another name, with the remedy', async () => {
    const port = await front('DNS:localhost');
    const remedy = /check redis\.tls\.ca, and that the certificate is for the host of redis\.uri/;

    expect(await problems(settings('localhost', port))).toEqual([]);
    expect(await problems(settings('localhost', port, { 'redis.tls.ca': stranger.path }))).toEqual([
      expect.stringMatching(remedy),
    ]);
    const { 'redis.tls.ca': _ca, ...wellKnown } = settings('localhost', port);
    expect(await problems(wellKnown)).toEqual([expect.stringMatching(remedy)]);
    expect(await problems(settings('127.0.0.1', port))).toEqual([expect.stringMatching(remedy)]);
    expect(await problems({ ...wellKnown, 'redis.tls.insecure': 'true' })).toEqual([]);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'fails a task at once of which the server wants a certificate (%s)',
    async (version) => {
      const options = { requestCert: true, ca: readFileSync(authority.path, 'utf8'), maxVersion: version };
      const port = await frontWith(options, 'DNS:localhost');

      await expect(write(settings('localhost', port))).rejects.toMatchObject({
        code: 'MILLRACE_CONNECT_REDIS_DENIED',
        retriable: false,
        message: expect.stringContaining('check redis.tls.cert and redis.tls.key'),
      });
      await write(settings('localhost', port, await certificateOf(authority)));
    },
  );

  it('fails a task at once whose certificate and key are not of each other', async () => {
    const port = await front('DNS:localhost');
    const own = await certificateOf(authority);
    const other = await certificateOf(stranger);

    await expect(
      write(settings('localhost', port, { ...own, 'redis.tls.key': other['redis.tls.key'] ?? '' })),
    ).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_REDIS_DENIED',
      retriable: false,
      message: expect.stringContaining('redis.tls.ca, redis.tls.cert and redis.tls.key'),
    });
  });

  it('fails a task at once whose server answers without TLS', async () => {
    const plain = createPlainServer((socket) => socket.on('error', () => undefined).end('-ERR no TLS here\r\n'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port } = plain.address() as AddressInfo;

    await expect(write(settings('127.0.0.1', port))).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_REDIS_DENIED',
      retriable: false,
      message: expect.stringContaining('check that redis.uri names a port for TLS'),
    });
    plain.close();
  });

  it('fails a task at once whose server is not trusted', async () => {
    const port = await front('DNS:localhost');

    await expect(write(settings('localhost', port, { 'redis.tls.ca': stranger.path }))).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_REDIS_DENIED',
      retriable: false,
    });
  });
});
