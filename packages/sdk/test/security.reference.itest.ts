import { createMetadataRequest, metadataRequest, metadataResponse } from '@millrace/protocol/messages/03-metadata';
import { waitUntil } from '@millrace/testing';
import { Cluster, type ClusterOptions } from '../src/cluster/cluster.ts';
import type { Auth } from '../src/index.ts';
import {
  describeWithReference,
  REFERENCE_START_MS_MAX,
  startReferenceBroker,
  type ReferenceBroker,
} from './reference-broker.ts';

const METADATA_API = { request: metadataRequest, response: metadataResponse };

function unsignedToken(subject: string, lifetimeSeconds: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Date.now() / 1_000;
  return `${part({ alg: 'none' })}.${part({ sub: subject, iat: now, exp: now + lifetimeSeconds })}.`;
}

describeWithReference('TLS and SASL against Apache Kafka', () => {
  let kafka: ReferenceBroker;

  beforeAll(async () => {
    kafka = await startReferenceBroker({
      settings: ['listener.name.ssl.ssl.client.auth=required', 'listener.name.saslp.connections.max.reauth.ms=2000'],
    });
  }, REFERENCE_START_MS_MAX);

  afterAll(async () => {
    // Undefined when it did not start, which is reported already.
    await (kafka as ReferenceBroker | undefined)?.close();
  }, 60_000);

  /** Asks something of a new client, and says who the cluster is. */
  async function clusterIdSeenWith(options: ClusterOptions): Promise<string | undefined> {
    await using cluster = new Cluster(options);
    await cluster.fetchTopics(null, { timeoutMs: 5_000 });
    return cluster.clusterId();
  }

  const scram = (mechanism: 'scram-sha-256' | 'scram-sha-512'): Auth => ({
    mechanism,
    username: kafka.user,
    password: kafka.password,
  });

  const AUTHS: [string, () => Auth][] = [
    ['PLAIN', () => ({ mechanism: 'plain', username: kafka.user, password: kafka.password })],
    ['SCRAM-SHA-256', () => scram('scram-sha-256')],
    ['SCRAM-SHA-512', () => scram('scram-sha-512')],
    ['OAUTHBEARER', () => ({ mechanism: 'oauthbearer', token: () => unsignedToken('bob', 60) })],
  ];

  it.each(AUTHS)('lets in with %s, with and without TLS', async (_name, auth) => {
    const known = await clusterIdSeenWith({ brokers: [kafka.plain] });

    expect(known).toBeDefined();
    expect(await clusterIdSeenWith({ brokers: [kafka.sasl], auth: auth() })).toBe(known);
    expect(await clusterIdSeenWith({ brokers: [kafka.saslSsl], auth: auth(), tls: { ca: kafka.ca } })).toBe(known);
  });

  it.each<[string, () => Auth]>([
    ['PLAIN', () => ({ mechanism: 'plain', username: kafka.user, password: 'wrong' })],
    ['SCRAM-SHA-256', () => ({ mechanism: 'scram-sha-256', username: kafka.user, password: 'wrong' })],
    ['SCRAM-SHA-512', () => ({ mechanism: 'scram-sha-512', username: 'nobody', password: 'wrong' })],
    ['OAUTHBEARER', () => ({ mechanism: 'oauthbearer', token: () => unsignedToken('bob', -60) })],
  ])('says that %s was refused, at once and not after retries', async (_name, auth) => {
    await expect(clusterIdSeenWith({ brokers: [kafka.sasl], auth: auth() })).rejects.toMatchObject({
      name: 'AuthError',
      kafkaCode: 'SASL_AUTHENTICATION_FAILED',
      retriable: false,
    });
  });

  it('says which mechanisms the listener offers', async () => {
    const auth = { name: 'GSSAPI', begin: () => ({ first: () => Buffer.alloc(0), next: () => undefined }) };

    await expect(clusterIdSeenWith({ brokers: [kafka.sasl], auth })).rejects.toMatchObject({
      name: 'AuthError',
      message: expect.stringMatching(/this listener offers .*SCRAM-SHA-512/),
    });
  });

  it('authenticates again on the same connection when the broker limits sessions (KIP-368)', async () => {
    await using cluster = new Cluster({ brokers: [kafka.sasl], auth: scram('scram-sha-256') });
    let reauthentications = 0;
    let connections = 0;
    cluster.runtime.events.connect.subscribe(() => (connections += 1));
    cluster.runtime.events.request.subscribe(({ api }) => (reauthentications += api === 'SaslHandshake' ? 1 : 0));
    const ask = () =>
      cluster.sendToAny(METADATA_API, createMetadataRequest({ topics: [], allowAutoTopicCreation: false }));

    await waitUntil('two more handshakes', async () => {
      const { response } = await ask();
      expect(response.errorCode).toBe(0);
      return reauthentications >= 3;
    });

    expect(connections).toBe(1);
  });

  it('shows its certificate to a listener that wants one (mTLS)', async () => {
    const { cert, key } = await kafka.clientCertificate('carol');

    expect(await clusterIdSeenWith({ brokers: [kafka.ssl], tls: { ca: kafka.ca, cert, key } })).toBeDefined();
  });

  it('says what to do about a listener that wants a certificate', async () => {
    await expect(
      clusterIdSeenWith({ brokers: [kafka.ssl], tls: { ca: kafka.ca }, requestTimeoutMs: 1_000 }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/`?tls\.cert`?/),
    });
  });

  it.each<[string, () => ClusterOptions, RegExp]>([
    [
      'an authority that is not trusted',
      () => ({ brokers: [kafka.saslSsl], tls: true }),
      /pass the authority as `tls\.ca`/,
    ],
    [
      'a certificate for another name',
      () => ({ brokers: [kafka.saslSsl], tls: { ca: kafka.ca, servername: 'other.example' } }),
      /set `tls\.servername`/,
    ],
    ['a port without TLS', () => ({ brokers: [kafka.plain], tls: true }), /does this port speak TLS\?/],
    ['a port with TLS', () => ({ brokers: [kafka.saslSsl] }), /TLS \(`tls`\)|set `tls`/],
    ['a listener that wants SASL', () => ({ brokers: [kafka.sasl] }), /does this listener want SASL \(`auth`\)\?/],
  ])('says what to do about %s', async (_what, options, remedy) => {
    await expect(clusterIdSeenWith({ ...options(), requestTimeoutMs: 1_500 })).rejects.toMatchObject({
      message: expect.stringMatching(remedy),
    });
  });
});
