import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseListener } from './listener.ts';
import { peerTls, serverTls } from './rest-tls.ts';

const PREFIX = 'listeners.https.';
const PASSWORD = 'changeit';

// Made before the tests are named, since their tables hold them.
const folder = mkdtempSync(join(tmpdir(), 'rest-tls-'));
const at = (name: string): string => join(folder, name);
const textOf = (name: string): string => readFileSync(at(name), 'utf8');
const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
for (const name of ['own', 'other']) {
  openssl(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.crt`],
  );
}
openssl('pkcs8', '-topk8', '-in', 'own.key', '-out', 'encrypted.key', '-passout', `pass:${PASSWORD}`);
openssl(
  ...['pkcs12', '-export', '-in', 'own.crt', '-inkey', 'own.key', '-out', 'own.p12', '-passout', `pass:${PASSWORD}`],
);
for (const [file, ...parts] of [
  ['good.pem', 'own.crt', 'own.key'],
  ['encrypted.pem', 'encrypted.key', 'own.crt'],
  ['mixed.pem', 'other.key', 'own.crt'],
] as const) {
  writeFileSync(at(file), parts.map(textOf).join(''));
}
writeFileSync(at('broken.pem'), textOf('own.key') + textOf('own.crt').replace('MII', 'AAA'));
writeFileSync(at('text.pem'), 'certificate to follow');

const [KEY, CERT, K, C] = ['own.key', 'own.crt', 'other.key', 'other.crt'].map(textOf) as [
  ...[string, string, string, string],
];
const CA = C;
const OWN = { [`${PREFIX}ssl.keystore.key`]: KEY, [`${PREFIX}ssl.keystore.certificate.chain`]: CERT };

afterAll(() => rmSync(folder, { recursive: true }));

describe('certificates of REST', () => {
  it('are those of the listeners, or else the worker’s own', () => {
    const general = {
      'ssl.keystore.key': K,
      'ssl.keystore.certificate.chain': C,
      'ssl.truststore.certificates': CA,
    };

    expect(serverTls(general)).toEqual({ key: K, cert: C, ca: CA });
    // All or nothing: an authority for Kafka is none for REST.
    expect(serverTls({ ...general, ...OWN })).toEqual({ key: KEY, cert: CERT });
    expect(peerTls({ ...general, ...OWN })).toMatchObject({ key: KEY, cert: CERT });
    expect(serverTls({ ...general, ...OWN }, 'admin.listeners')).toEqual({ key: K, cert: C, ca: CA });
  });

  it('are asked of clients where that is wanted', () => {
    const auth = `${PREFIX}ssl.client.auth`;
    const trusting = { ...OWN, [`${PREFIX}ssl.truststore.certificates`]: CA };

    expect(serverTls({ ...trusting, [auth]: 'required' })).toMatchObject({
      requestCert: true,
      rejectUnauthorized: true,
    });
    expect(serverTls({ ...trusting, [auth]: 'requested' })).toMatchObject({
      requestCert: true,
      rejectUnauthorized: false,
    });
    expect(serverTls({ ...trusting, [auth]: 'none' })).not.toHaveProperty('requestCert');
  });

  it('come with the versions of TLS that are enabled', () => {
    const enabled = `${PREFIX}ssl.enabled.protocols`;

    expect(serverTls({ ...OWN, [enabled]: 'TLSv1.3' })).toMatchObject({ minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' });
    expect(serverTls({ ...OWN, [enabled]: 'TLSv1.3, TLSv1.2' })).toMatchObject({
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
    });
  });

  it('do not check the host’s name when told so by an empty text, as in Kafka', () => {
    const algorithm = `${PREFIX}ssl.endpoint.identification.algorithm`;

    expect(peerTls({ ...OWN, [algorithm]: '' })).toHaveProperty('checkServerIdentity');
    expect(peerTls({ ...OWN, [algorithm]: 'https' })).not.toHaveProperty('checkServerIdentity');
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['no certificate', {}, /no certificate for it: set listeners\.https\.ssl\.keystore\.location to a PEM file/],
    ['a key store of Java', { 'ssl.keystore.location': '/x/key.jks' }, /https in listeners .*PEM, or PKCS12/],
    ['a file that is not there', { 'ssl.keystore.location': '/nowhere/key.pem' }, /nowhere\/key\.pem/],
    [
      'an unknown wish',
      { ...OWN, [`${PREFIX}ssl.client.auth`]: 'maybe' },
      /"maybe": use one of none, requested, required/,
    ],
    [
      'nobody to trust',
      { ...OWN, [`${PREFIX}ssl.client.auth`]: 'required' },
      /set listeners\.https\.ssl\.truststore\.location/,
    ],
    ['ciphers', { ...OWN, [`${PREFIX}ssl.cipher.suites`]: 'X' }, /leave it out, and narrow/],
    ['an old version', { ...OWN, [`${PREFIX}ssl.enabled.protocols`]: 'TLSv1.1' }, /"TLSv1\.1": use TLSv1\.2, TLSv1\.3/],
  ])('are refused with %s', (_what, properties, message) => {
    expect(() => serverTls(properties)).toThrow(
      expect.objectContaining({ code: 'MILLRACE_CONNECT_LISTEN', message: expect.stringMatching(message) }),
    );
  });
});

describe('certificates and keys of a listener', () => {
  const at443 = (file: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
    [`${PREFIX}ssl.keystore.location`]: file === '' ? folder : at(file),
    [`${PREFIX}ssl.keystore.type`]: 'PEM',
    ...Object.fromEntries(Object.entries(more).map(([key, value]) => [PREFIX + key, value])),
  });
  const pkcs12 = { 'ssl.keystore.type': 'PKCS12' };

  it('may be in any order, encrypted, or in one file of PKCS#12', () => {
    expect(() => serverTls(at443('good.pem'))).not.toThrow();
    expect(() => serverTls(at443('encrypted.pem', { 'ssl.key.password': PASSWORD }))).not.toThrow();
    expect(() => serverTls(at443('own.p12', { ...pkcs12, 'ssl.keystore.password': PASSWORD }))).not.toThrow();
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['a folder', at443(''), /ssl\.keystore\.location is ".*rest-tls-.*", which cannot be read \(.*EISDIR/],
    [
      'no certificate',
      at443('text.pem'),
      /^listeners\.https\.ssl\.keystore\.location \(.*text\.pem\) has no certificate/,
    ],
    ['no key', at443('own.crt'), /keystore\.location \(.*own\.crt\) has no private key .*BEGIN PRIVATE KEY/],
    [
      'a broken certificate',
      at443('broken.pem'),
      /certificate 1 of .*broken\.pem\) cannot be read .*: export it again/,
    ],
    [
      'a key without its password',
      at443('encrypted.pem'),
      /encrypted\.pem\) is encrypted: set listeners\.https\.ssl\.key\.password/,
    ],
    [
      'another password of a key',
      at443('encrypted.pem', { 'ssl.key.password': 'x' }),
      /encrypted\.pem\) cannot be read .*: check that listeners\.https\.ssl\.key\.password is/,
    ],
    ['the key of another', at443('mixed.pem'), /mixed\.pem\) is not that of the first certificate in .*mixed\.pem/],
    [
      'another password of PKCS#12',
      at443('own.p12', { ...pkcs12, 'ssl.keystore.password': 'x' }),
      /own\.p12\) cannot be read \(.*mac verify.*: its password is not right: set listeners\.https\.ssl\.keystore\.password/,
    ],
    [
      'PEM as PKCS#12',
      at443('good.pem', pkcs12),
      /good\.pem\) cannot be read .*set listeners\.https\.ssl\.keystore\.type to PEM/,
    ],
    [
      'no authority',
      at443('good.pem', { 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': at('own.key') }),
      /^listeners\.https\.ssl\.truststore\.location \(.*own\.key\) has no certificate/,
    ],
    [
      'settings of the worker as a whole',
      { 'ssl.keystore.key': 'x', 'ssl.keystore.certificate.chain': CERT },
      /^ssl\.keystore\.key has no private key/,
    ],
  ])('are refused with %s, by setting, file and remedy', (_what, properties, message) => {
    expect(() => serverTls(properties)).toThrow(
      expect.objectContaining({ code: 'MILLRACE_CONNECT_LISTEN', message: expect.stringMatching(message) }),
    );
  });
});

describe('addresses of listeners', () => {
  it('have a protocol, a host or none, and a port', () => {
    expect(parseListener('http://:8083')).toEqual({ protocol: 'http', host: '', port: 8083 });
    expect(parseListener('HTTPS://[::1]:8443/')).toEqual({ protocol: 'https', host: '::1', port: 8443 });
    expect(() => parseListener('ftp://a:1')).toThrow(/"ftp:\/\/a:1": write http:\/\/host:port or https:\/\/host:port/);
    expect(() => parseListener('8083')).toThrow(/write http:/);
  });
});
