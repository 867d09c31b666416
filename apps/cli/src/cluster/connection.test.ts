import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConnection } from './connection.ts';
import { profileNames } from './profiles.ts';

const PROFILES = `
default: local
profiles:
  local:
    brokers: 10.0.0.1:9092, 10.0.0.2:9092
  production:
    brokers: [kafka-1:9093]
    clientId: ops
    tls: { ca: ca.pem, serverName: kafka }
    auth: { mechanism: scram-sha-512, username: alice, passwordFile: password }
  token:
    auth: { mechanism: oauthbearer, tokenFile: token }
  wrong:
    brokrs: x
`;
const FLAGS = { timeout: 1_000 };

describe('resolveConnection', () => {
  let folder: string;
  let environment: Record<string, string>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-profiles-'));
    const path = join(folder, 'profiles.yaml');
    await writeFile(path, PROFILES);
    await writeFile(join(folder, 'ca.pem'), 'CA');
    await writeFile(join(folder, 'password'), 'secret\n');
    await writeFile(join(folder, 'token'), 'abc\n');
    environment = { MILLRACE_PROFILES_FILE: path };
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('takes this machine when nothing is said', async () => {
    expect(await resolveConnection(FLAGS, { HOME: folder })).toEqual({
      brokers: ['127.0.0.1:9092'],
      clientId: 'millrace-cli',
    });
  });

  it('takes the default profile of the file', async () => {
    const { brokers } = await resolveConnection(FLAGS, environment);

    expect(brokers).toEqual(['10.0.0.1:9092', '10.0.0.2:9092']);
  });

  it('reads TLS and secrets of a profile relative to its file', async () => {
    expect(await resolveConnection({ ...FLAGS, profile: 'production' }, environment)).toEqual({
      brokers: ['kafka-1:9093'],
      clientId: 'ops',
      tls: { ca: 'CA', servername: 'kafka' },
      auth: { mechanism: 'scram-sha-512', username: 'alice', password: 'secret' },
    });
  });

  it('reads a token anew for each login', async () => {
    const { auth } = await resolveConnection({ ...FLAGS, profile: 'token' }, environment);
    const { token } = auth as unknown as { token: () => Promise<string> };

    expect(await token()).toBe('abc');
    await writeFile(join(folder, 'token'), 'def');
    expect(await token()).toBe('def');
  });

  it('prefers flags, then the profile that is named, then MILLRACE_BROKERS, then a default profile', async () => {
    const both = { ...environment, MILLRACE_BROKERS: 'env:1' };

    const flag = { ...FLAGS, bootstrapServer: 'flag:1', profile: 'production' };
    expect((await resolveConnection(flag, both)).brokers).toEqual(['flag:1']);
    expect((await resolveConnection({ ...FLAGS, profile: 'production' }, both)).brokers).toEqual(['kafka-1:9093']);
    expect((await resolveConnection(FLAGS, both)).brokers).toEqual(['env:1']);
    expect((await resolveConnection(FLAGS, { ...both, MILLRACE_PROFILE: 'production' })).tls).toBeUndefined();
    const named = await resolveConnection(FLAGS, { ...environment, MILLRACE_PROFILE: 'production' });
    expect(named.brokers).toEqual(['kafka-1:9093']);
  });

  it('reads JSON, too, and knows the names for completion', async () => {
    const path = join(folder, 'profiles.json');
    await writeFile(path, JSON.stringify({ profiles: { one: { brokers: ['a:1'] }, two: {} } }));

    const json = { MILLRACE_PROFILES_FILE: path };
    expect((await resolveConnection({ ...FLAGS, profile: 'one' }, json)).brokers).toEqual(['a:1']);
    expect(await profileNames(json)).toEqual(['one', 'two']);
    expect(await profileNames({ MILLRACE_PROFILES_FILE: join(folder, 'none.json') })).toEqual([]);
  });

  it.each<[object, RegExp]>([
    [{ profile: 'producton' }, /has no profile "producton": did you mean "production"\?$/],
    [{ profile: 'wrong' }, /profile "wrong" has no "brokrs": did you mean "brokers"\?$/],
    [{ sasl: 'plain', user: 'x' }, /plain needs --user and --password-file/],
    [{ user: 'x' }, /give the mechanism: --sasl/],
    [{ sasl: 'oauthbearer' }, /oauthbearer needs --token-file/],
    [{ tlsCa: '/no/such/file' }, /cannot read the authorities: .*ENOENT/],
    [{ tlsCert: '/own.pem' }, /give both --tls-cert and --tls-key/],
    [{ tlsKey: '/own.key' }, /give both --tls-cert and --tls-key/],
  ])('refuses %j', async (flags, message) => {
    await expect(resolveConnection({ ...FLAGS, ...flags }, environment)).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_INVALID_OPTION',
      message: expect.stringMatching(message),
    });
  });
});
