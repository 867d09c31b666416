import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { configResolver } from './config-resolver.ts';

describe('configResolver', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-providers-'));
    mkdirSync(join(folder, 'allowed'));
    writeFileSync(join(folder, 'allowed/db.properties'), 'user = ann\npassword=s3cr\\u0065t\\\n  part\nempty=\n');
    writeFileSync(join(folder, 'allowed/token'), 'abc\n');
    writeFileSync(join(folder, 'other.properties'), 'password=x\n');
    symlinkSync(join(folder, 'other.properties'), join(folder, 'allowed/link.properties'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const JAVA = 'org.apache.kafka.common.config.provider';
  const file = () => join(folder, 'allowed/db.properties');

  it('takes values out of a file of properties, several in one text', async () => {
    const resolve = configResolver({
      'config.providers': 'file',
      'config.providers.file.class': `${JAVA}.FileConfigProvider`,
    });

    await expect(
      resolve({
        url: `pg://\${file:${file()}:user}:\${file:${file()}:password}@h/db`,
        e: `\${file:${file()}:empty}`,
        same: 'as it is',
      }),
    ).resolves.toEqual({ url: 'pg://ann:s3cretpart@h/db', e: '', same: 'as it is' });
  });

  it('takes a file of a folder as a value, with its end of line', async () => {
    const resolve = configResolver({ 'config.providers': 'd', 'config.providers.d.class': 'DirectoryConfigProvider' });

    await expect(resolve({ token: `\${d:${folder}/allowed:token}` })).resolves.toEqual({ token: 'abc\n' });
    await expect(resolve({ token: `\${d:${folder}/allowed:../other.properties}` })).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_CONFIG_REFERENCE',
    });
  });

  it('takes environment variables that are allowed', async () => {
    const resolve = configResolver(
      { 'config.providers': 'env', 'config.providers.env.param.allowlist.pattern': 'APP_.*' },
      { environment: { APP_KEY: 'k', HOME: '/root' } },
    );

    await expect(resolve({ key: '${env:APP_KEY}' })).resolves.toEqual({ key: 'k' });
    await expect(resolve({ key: '${env:HOME}' })).rejects.toThrow('HOME is not allowed');
    await expect(resolve({ key: '${env:APP_NONE}' })).rejects.toThrow(
      'key refers to ${env:APP_NONE}, but there is no APP_NONE',
    );
    await expect(resolve({ key: '${env:path:APP_KEY}' })).rejects.toThrow('has no path');
  });

  it('leaves what names no provider, and does not look into values', async () => {
    const resolve = configResolver({ 'config.providers': 'env' }, { environment: { A: '${env:B}', B: 'b' } });

    const config = { format: '${topic}-${timestamp}', other: '${vault:a:b}', empty: '${}' };
    await expect(resolve(config)).resolves.toEqual(config);
    await expect(resolve({ a: '${env:A}' })).resolves.toEqual({ a: '${env:B}' });
    await expect(configResolver({})({ a: '${env:A}' })).resolves.toEqual({ a: '${env:A}' });
  });

  it('reads nothing outside of allowed.paths', async () => {
    const resolve = configResolver({
      'config.providers': 'file',
      'config.providers.file.param.allowed.paths': join(folder, 'allowed'),
    });

    await expect(resolve({ a: `\${file:${file()}:user}` })).resolves.toEqual({ a: 'ann' });
    for (const path of ['other.properties', 'allowed/../other.properties', 'allowed/link.properties', 'allowed2/x']) {
      await expect(resolve({ a: `\${file:${folder}/${path}:password}` })).rejects.toThrow('outside of allowed.paths');
    }
  });

  it('says what is missing', async () => {
    const resolve = configResolver({ 'config.providers': 'file' });

    await expect(resolve({ a: `\${file:${file()}:nothing}` })).rejects.toThrow('a refers to');
    await expect(resolve({ a: `\${file:${folder}/none:x}` })).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_CONFIG_REFERENCE',
      message: expect.stringMatching(/^a refers to \$\{file:.*:x\}, but .*none cannot be read/) as string,
    });
  });

  it.each([
    ['file', '${file:/run/secrets.properties}', '${file:/path/to/file:key}'],
    ['file', '${file:/run/secrets.properties:}', '${file:/path/to/file:key}'],
    ['dir', '${dir:/run/secrets}', '${dir:/path/to/folder:file}'],
    ['env', '${env:}', '${env:NAME}'],
  ])('shows how a reference to %s is written when it is not whole: %s', async (provider, reference, whole) => {
    const resolve = configResolver({ 'config.providers': provider });

    await expect(resolve({ url: `pg://${reference}@h` })).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_CONFIG_REFERENCE',
      message: `url refers to ${reference}, which is not whole: write ${whole}`,
    });
  });

  it('refuses providers that it does not have', () => {
    expect(() => configResolver({ 'config.providers': 'vault' })).toThrow('config.providers.vault.class is missing');
    expect(() => configResolver({ 'config.providers': 'v', 'config.providers.v.class': 'com.acme.Vault' })).toThrow(
      'names com.acme.Vault',
    );
    expect(() =>
      configResolver({ 'config.providers': 'file', 'config.providers.file.param.allowed.paths': 'relative' }),
    ).toThrow('is not absolute');
  });
});
