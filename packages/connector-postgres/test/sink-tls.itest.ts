/** What `sslmode` of `connection.url` asks of the server's certificate. */
import { systemTimers } from '@millrace/base';
import { MemoryTopics, PostgresServer, runSink } from '@millrace/connect-testkit';
import { TestAuthority } from '@millrace/testing';

import { parseConnectionUrl } from '../src/sink/connection-url.ts';
import { Session } from '../src/sink/session.ts';
import { postgresSink } from '../src/sink/sink-connector.ts';

const IS_ENCRYPTED = 'SELECT ssl AS answer FROM pg_stat_ssl WHERE pid = pg_backend_pid()';

describe('TLS of the Postgres sink', () => {
  let authority: TestAuthority;
  let stranger: TestAuthority;
  let server: PostgresServer;

  beforeAll(async () => {
    [authority, stranger] = await Promise.all([TestAuthority.create(), TestAuthority.create()]);
    server = await PostgresServer.start({ tls: { ...(await authority.issue('DNS:localhost')), required: true } });
  });
  afterAll(async () => {
    await server?.stop();
    await authority?.[Symbol.asyncDispose]();
    await stranger?.[Symbol.asyncDispose]();
  });

  const urlOf = (host: string, query: string, { port } = server): string =>
    `postgresql://${host}:${port}/postgres?${query}`;
  const trusting = (sslMode: string, { path } = authority): string => `sslmode=${sslMode}&sslrootcert=${path}`;

  async function ask(url: string, sql: string): Promise<unknown> {
    const options = {
      user: server.user,
      password: server.password,
      applicationName: 'test',
      queryTimeoutMs: 10_000,
      timers: systemTimers,
    };
    await using session = await Session.open(parseConnectionUrl(url), options, new AbortController().signal);
    return (await session.query(sql))[0]?.['answer'];
  }
  const isEncrypted = (url: string): Promise<unknown> => ask(url, IS_ENCRYPTED);

  it.each([
    ['localhost', 'prefer', undefined],
    ['localhost', 'require', undefined],
    ['localhost', 'require', 'its own'],
    ['localhost', 'verify-ca', 'its own'],
    ['127.0.0.1', 'verify-ca', 'its own'],
    ['localhost', 'verify-full', 'its own'],
  ])('%s, sslmode=%s, authority %s: goes on', async (host, sslMode, known) => {
    const query = known === undefined ? `sslmode=${sslMode}` : trusting(sslMode);

    expect(await isEncrypted(urlOf(host, query))).toBe(true);
  });

  it.each(['require', 'verify-ca', 'verify-full'])('an unknown authority is refused by sslmode=%s', async (sslMode) => {
    await expect(isEncrypted(urlOf('localhost', trusting(sslMode, stranger)))).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:UNABLE_TO_|SELF_SIGNED_)/),
    });
  });

  it.each(['verify-ca', 'verify-full'])(
    'without an authority sslmode=%s takes those of the system',
    async (sslMode) => {
      await expect(isEncrypted(urlOf('localhost', `sslmode=${sslMode}`))).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:UNABLE_TO_|SELF_SIGNED_)/),
      });
    },
  );

  it('sslmode=verify-full compares the host, also where that is an address', async () => {
    await expect(isEncrypted(urlOf('127.0.0.1', trusting('verify-full')))).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    await using other = await PostgresServer.start({ tls: await authority.issue('IP:127.0.0.1') });
    expect(await isEncrypted(urlOf('127.0.0.1', trusting('verify-full'), other))).toBe(true);
    await expect(isEncrypted(urlOf('localhost', trusting('verify-full'), other))).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  it('writes over it, and fails at once, with the remedy, where the certificate is not good', async () => {
    const properties = {
      'connection.username': server.user,
      'connection.password': server.password,
      'auto.create': 'true',
      'table.name.format': 'encrypted',
    };
    const topics = new MemoryTopics();
    const records = [{ topic: 't', value: { n: 1 } }];
    const refused = runSink(
      postgresSink,
      { ...properties, 'connection.url': urlOf('127.0.0.1', trusting('verify-full')) },
      records,
      { topics },
    );
    await expect(refused).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_POSTGRES_SINK_REFUSED',
      retriable: false,
      message: expect.stringMatching(/check sslmode and sslrootcert in connection\.url/),
    });

    const url = urlOf('localhost', trusting('verify-full'));
    await runSink(postgresSink, { ...properties, 'connection.url': url }, [], { topics });
    expect(await ask(url, 'SELECT count(*)::int AS answer FROM encrypted')).toBe(1);
  });
});
