/** Every way to log in, with and without TLS. */
import { readFileSync } from 'node:fs';
import { systemTimers } from '@millrace/base';
import { Secret } from '@millrace/connect-api';
import { PostgresServer } from '@millrace/connect-testkit';
import { TestAuthority } from '@millrace/testing';
import { openConnection, type PostgresAddress } from '../src/replication/open-connection.ts';

const options = { replication: false, applicationName: 'test', timers: systemTimers };

function addressOf(server: PostgresServer, changes: Partial<PostgresAddress> = {}): PostgresAddress {
  const { host, port, user, password, database } = server;
  return { host, port, user, password: new Secret(password), database, sslMode: 'disable', ...changes };
}

async function ask(address: PostgresAddress, sql: string): Promise<unknown> {
  const connection = await openConnection(address, options);
  try {
    return (await connection.query('ask', sql))[0]?.[0];
  } finally {
    await connection.close();
  }
}

describe('a connection', () => {
  it.each(['trust', 'password', 'md5', 'scram-sha-256'] as const)('logs in by %s', async (authentication) => {
    await using server = await PostgresServer.start({ authentication });

    expect(await ask(addressOf(server), `SELECT 'é' || current_user`)).toBe('épostgres');
    if (authentication === 'trust') return;
    await expect(ask(addressOf(server, { password: new Secret('wrong') }), 'SELECT 1')).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_POSTGRES_AUTHENTICATION',
    });
    await expect(ask(addressOf(server, { password: undefined }), 'SELECT 1')).rejects.toThrow(/set database\.password/);
  });

  it('is encrypted as sslmode wants it, and verified', async () => {
    await using authority = await TestAuthority.create();
    const tls = { ...(await authority.issue('DNS:localhost')), required: true };
    await using server = await PostgresServer.start({ tls });
    const isEncrypted = `SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;

    expect(await ask(addressOf(server, { sslMode: 'prefer' }), isEncrypted)).toBe('t');
    expect(await ask(addressOf(server, { sslMode: 'require' }), isEncrypted)).toBe('t');
    const trusted = { sslMode: 'verify-full', rootCertificate: readFileSync(authority.path, 'utf8') } as const;
    expect(await ask(addressOf(server, { ...trusted, host: 'localhost' }), isEncrypted)).toBe('t');
    expect(await ask(addressOf(server, { ...trusted, sslMode: 'verify-ca' }), isEncrypted)).toBe('t');
    await expect(ask(addressOf(server, trusted), isEncrypted)).rejects.toThrow(/database\.sslmode=verify-full/);
    await expect(ask(addressOf(server, { sslMode: 'verify-ca' }), isEncrypted)).rejects.toThrow(/verify-ca/);
    await expect(ask(addressOf(server), isEncrypted)).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_POSTGRES_AUTHENTICATION',
    });
  });

  it('says where TLS is missing, and that nobody listens', async () => {
    await using server = await PostgresServer.start();

    expect(await ask(addressOf(server, { sslMode: 'prefer' }), 'SELECT 1')).toBe('1');
    await expect(ask(addressOf(server, { sslMode: 'require' }), 'SELECT 1')).rejects.toThrow(/has no TLS.*require/);
    await server.suspend();
    await expect(ask(addressOf(server), 'SELECT 1')).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_POSTGRES_CONNECTION',
      retriable: true,
    });
  });

  it('can be used again after a statement that failed', async () => {
    await using server = await PostgresServer.start();
    const connection = await openConnection(addressOf(server), options);
    await expect(connection.query('divide', 'SELECT 1/0')).rejects.toMatchObject({ details: { sqlState: '22012' } });

    expect(await connection.query('ask', `SELECT 1, NULL, ''`)).toEqual([['1', null, '']]);
    await connection.close();
  });
});
