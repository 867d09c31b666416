import { parseConnectionUrl } from './connection-url.ts';

describe('connection.url', () => {
  it("reads libpq's form", () => {
    expect(
      parseConnectionUrl('postgresql://me:s%40crt@db1:6543,db2,[::1]:7/my%20db?sslmode=verify-full&connect_timeout=3'),
    ).toMatchObject({
      hosts: [
        { host: 'db1', port: 6543 },
        { host: 'db2', port: 5432 },
        { host: '::1', port: 7 },
      ],
      database: 'my db',
      user: 'me',
      password: 's@crt',
      sslMode: 'verify-full',
      connectTimeoutMs: 3000,
    });
  });

  it("reads JDBC's form", () => {
    expect(
      parseConnectionUrl('jdbc:postgresql://db/shop?user=me&currentSchema=sales&reWriteBatchedInserts=true'),
    ).toMatchObject({
      hosts: [{ host: 'db', port: 5432 }],
      database: 'shop',
      user: 'me',
      searchPath: 'sales',
      sslMode: 'prefer',
    });
    expect(parseConnectionUrl('jdbc:postgresql://db/shop?ssl=true').sslMode).toBe('verify-full');
  });

  it.each([
    ['mysql://db/shop', 'expected postgresql://'],
    ['postgresql://db', 'name of the database'],
    ['postgresql://db:0/x', 'host:port'],
    ['postgresql://db/x?sslmode=maybe', 'sslmode'],
    ['postgresql://db/x?socketFactory=a', 'unknown parameter socketFactory'],
    ['postgresql://db/x?connect_timeout=soon', 'seconds'],
  ])('refuses %s', (url, problem) => {
    expect(() => parseConnectionUrl(url)).toThrow(problem);
  });
});
