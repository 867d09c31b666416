import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, TestAuthority, type TempDir } from '@millrace/testing';
import { workerTls } from './worker-tls.ts';

const HTTP = new URL('http://127.0.0.1:8083');
const HTTPS = new URL('https://127.0.0.1:8083');

describe('workerTls', () => {
  let dir: TempDir;
  let authority: TestAuthority;
  let environment: Record<string, string>;
  const at = (name: string): string => join(dir.path, name);

  beforeAll(async () => {
    dir = await createTempDir('worker-tls');
    authority = await TestAuthority.create();
    for (const name of ['one', 'other']) {
      const { certificate, key } = await authority.issue(`DNS:${name}`);
      await writeFile(at(`${name}.pem`), certificate);
      await writeFile(at(`${name}.key`), key);
    }
    const profiles = {
      secure: { tls: { cert: 'one.pem', key: 'one.key' } },
      trial: { tls: { insecure: true } },
      plain: { brokers: ['127.0.0.1:9092'] },
    };
    environment = { MILLRACE_PROFILES_FILE: at('profiles.json') };
    await writeFile(at('profiles.json'), JSON.stringify({ default: 'trial', profiles }));
  });

  afterAll(async () => {
    await authority[Symbol.asyncDispose]();
    await dir.remove();
  });

  it('leaves it to Node when nothing is said, whatever the default profile says of brokers', async () => {
    expect(await workerTls(HTTP, {}, environment)).toBeUndefined();
    expect(await workerTls(HTTPS, {}, environment)).toBeUndefined();
    expect(await workerTls(HTTPS, { profile: 'plain' }, environment)).toBeUndefined();
  });

  it('takes files from flags and from the profile that is named', async () => {
    const secure = { rejectUnauthorized: true, showsCertificate: true };
    const flags = { tlsCa: authority.path, tlsCert: at('one.pem'), tlsKey: at('one.key') };

    expect(await workerTls(HTTPS, flags, environment)).toMatchObject(secure);
    expect(await workerTls(HTTPS, { profile: 'secure', tlsCa: authority.path }, environment)).toMatchObject(secure);
    expect(await workerTls(HTTPS, { tlsCa: authority.path }, environment)).toMatchObject({ showsCertificate: false });
    expect(await workerTls(HTTPS, { profile: 'trial' }, environment)).toMatchObject({ rejectUnauthorized: false });
  });

  it.each<[string, URL, () => object, RegExp]>([
    ['flags for http', HTTP, () => ({ tlsCa: authority.path }), /^--tls-ca: only for https, .*--url https:/],
    ['a profile for http', HTTP, () => ({ profile: 'secure' }), /^--profile: only for https/],
    ['a certificate without its key', HTTPS, () => ({ tlsCert: at('one.pem') }), /--tls-cert and --tls-key/],
    ['a key without its certificate', HTTPS, () => ({ tlsKey: at('one.key') }), /--tls-cert and --tls-key/],
    ['authorities that are none', HTTPS, () => ({ tlsCa: at('one.key') }), /--tls-ca.* no PEM certificates/],
    ['the key of another', HTTPS, () => ({ tlsCert: at('one.pem'), tlsKey: at('other.key') }), /cannot be used: .*key/],
    ['a file that is not there', HTTPS, () => ({ tlsCa: at('nothing') }), /cannot read the authorities/],
  ])('refuses %s', async (_what, url, options, message) => {
    await expect(workerTls(url, options(), environment)).rejects.toThrow(message);
  });
});
