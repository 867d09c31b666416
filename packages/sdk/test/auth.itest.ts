import { inspect } from 'node:util';
import { decodeMessage, ErrorCode } from '@millrace/protocol';
import {
  createSaslHandshakeResponse,
  saslHandshakeRequest,
  saslHandshakeResponse,
} from '@millrace/protocol/messages/17-sasl-handshake';
import {
  createSaslAuthenticateResponse,
  saslAuthenticateRequest,
  saslAuthenticateResponse,
} from '@millrace/protocol/messages/36-sasl-authenticate';
import { createMetadataRequest, metadataRequest, metadataResponse } from '@millrace/protocol/messages/03-metadata';
import { waitUntil } from '@millrace/testing';
import { Cluster, type ClusterOptions } from '../src/cluster/cluster.ts';
import { ScriptedBroker, type ScriptedRequest } from './scripted-broker.ts';

const METADATA = 3;
const HANDSHAKE = 17;
const AUTHENTICATE = 36;
const METADATA_API = { request: metadataRequest, response: metadataResponse };
const PLAIN = { mechanism: 'plain', username: 'alice', password: 'alice-secret' } as const;

describe('a client that authenticates', () => {
  let broker: ScriptedBroker;
  const clusters: Cluster[] = [];

  beforeEach(async () => {
    broker = await ScriptedBroker.start();
    broker.ranges.set(HANDSHAKE, [0, 1]);
    broker.ranges.set(AUTHENTICATE, [0, 2]);
    broker.behaviours.set(HANDSHAKE, (request) =>
      request.answer(saslHandshakeResponse, createSaslHandshakeResponse({ mechanisms: ['PLAIN'] })),
    );
    broker.behaviours.set(AUTHENTICATE, (request) =>
      request.answer(saslAuthenticateResponse, createSaslAuthenticateResponse()),
    );
  });

  afterEach(async () => {
    for (const cluster of clusters.splice(0)) await cluster.close();
    await broker[Symbol.asyncDispose]();
  });

  function clusterWith(options: Partial<ClusterOptions> = {}): Cluster {
    const cluster = new Cluster({ brokers: [broker.address], auth: PLAIN, ...options });
    clusters.push(cluster);
    return cluster;
  }

  function ask(cluster: Cluster) {
    return cluster.sendToAny(METADATA_API, createMetadataRequest({ topics: [], allowAutoTopicCreation: false }));
  }

  function keys(): number[] {
    return broker.requests.map(({ apiKey }) => apiKey);
  }

  it('names its mechanism, proves itself, and asks for nothing before', async () => {
    await ask(clusterWith());

    expect(keys()).toEqual([18, HANDSHAKE, AUTHENTICATE, METADATA]);
    const [, handshake, proof] = broker.requests as [
      ScriptedRequest,
      ScriptedRequest,
      ScriptedRequest,
      ScriptedRequest,
    ];
    expect(decodeMessage(saslHandshakeRequest, handshake.body, handshake.apiVersion).mechanism).toBe('PLAIN');
    expect(decodeMessage(saslAuthenticateRequest, proof.body, proof.apiVersion).authBytes.toString()).toBe(
      '\0alice\0alice-secret',
    );
  });

  it('says which mechanisms a listener offers instead', async () => {
    broker.behaviours.set(HANDSHAKE, (request) =>
      request.answer(
        saslHandshakeResponse,
        createSaslHandshakeResponse({
          errorCode: ErrorCode.UNSUPPORTED_SASL_MECHANISM,
          mechanisms: ['SCRAM-SHA-512', 'OAUTHBEARER'],
        }),
      ),
    );

    await expect(ask(clusterWith())).rejects.toMatchObject({
      name: 'AuthError',
      retriable: false,
      message: expect.stringMatching(
        /^authenticating with PLAIN at 127\.0\.0\.1:\d+ failed with UNSUPPORTED_SASL_MECHANISM: this listener offers SCRAM-SHA-512, OAUTHBEARER; choose a mechanism/,
      ),
    });
  });

  it('says that it was refused and what to look at, never with which password', async () => {
    broker.behaviours.set(AUTHENTICATE, (request) =>
      request.answer(
        saslAuthenticateResponse,
        createSaslAuthenticateResponse({
          errorCode: ErrorCode.SASL_AUTHENTICATION_FAILED,
          errorMessage: 'Authentication failed: Invalid username or password',
        }),
      ),
    );

    const failure: unknown = await ask(clusterWith()).catch((error: unknown) => error);

    expect(failure).toMatchObject({
      name: 'AuthError',
      code: 'MILLRACE_CLIENT_AUTH',
      kafkaCode: 'SASL_AUTHENTICATION_FAILED',
      retriable: false,
      message: expect.stringMatching(/Invalid username or password; check user and password/),
    });
    expect(inspect(failure, { depth: 9 })).not.toContain('alice-secret');
  });

  it('says which API a broker lacks that knows nothing of SASL', async () => {
    broker.ranges.delete(HANDSHAKE);

    await expect(ask(clusterWith())).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_UNSUPPORTED_API',
      message: expect.stringContaining('SaslHandshake'),
    });
  });

  it('authenticates again before its session ends, holding back what is sent meanwhile, in order', async () => {
    let sessions = 0;
    const held: ScriptedRequest[] = [];
    broker.behaviours.set(AUTHENTICATE, (request) => {
      sessions += 1;
      if (sessions === 2) held.push(request);
      else request.answer(saslAuthenticateResponse, createSaslAuthenticateResponse({ sessionLifetimeMs: 300n }));
    });
    const cluster = clusterWith();
    await ask(cluster);
    await waitUntil('it to authenticate again', () => held.length === 1);
    const before = broker.requests.length;

    const waiting = [ask(cluster), ask(cluster)];
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(broker.requests).toHaveLength(before);
    held[0]?.answer(saslAuthenticateResponse, createSaslAuthenticateResponse({ sessionLifetimeMs: 0n }));
    await Promise.all(waiting);

    expect(keys()).toEqual([18, HANDSHAKE, AUTHENTICATE, METADATA, HANDSHAKE, AUTHENTICATE, METADATA, METADATA]);
    expect(broker.connectionCount).toBe(1);
  });

  it('ends the connection when it is refused the second time, and tells why of what it held', async () => {
    let sessions = 0;
    const held: ScriptedRequest[] = [];
    broker.behaviours.set(AUTHENTICATE, (request) => {
      sessions += 1;
      if (sessions === 2) held.push(request);
      else request.answer(saslAuthenticateResponse, createSaslAuthenticateResponse({ sessionLifetimeMs: 200n }));
    });
    const cluster = clusterWith();
    await ask(cluster);
    await waitUntil('it to authenticate again', () => held.length === 1);
    const waiting = ask(cluster);

    held[0]?.answer(
      saslAuthenticateResponse,
      createSaslAuthenticateResponse({ errorCode: ErrorCode.SASL_AUTHENTICATION_FAILED, errorMessage: 'expired' }),
    );

    await expect(waiting).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_CONNECTION_LOST',
      retriable: true,
      cause: { name: 'AuthError' },
    });
    await ask(cluster);
    expect(broker.connectionCount).toBe(2);
  });

  it('goes on with a mechanism of the user, for as many rounds as it needs', async () => {
    const words: string[] = [];
    let round = 0;
    broker.behaviours.set(AUTHENTICATE, (request) => {
      words.push(decodeMessage(saslAuthenticateRequest, request.body, request.apiVersion).authBytes.toString());
      round += 1;
      request.answer(
        saslAuthenticateResponse,
        createSaslAuthenticateResponse({ authBytes: Buffer.from(`challenge ${String(round)}`) }),
      );
    });
    const auth = {
      name: 'PLAIN',
      begin: ({ host }: { host: string }) => ({
        first: () => Buffer.from(`hello ${host}`),
        next: (challenge: Buffer) =>
          challenge.toString() === 'challenge 3' ? undefined : Buffer.from(`to ${challenge.toString()}`),
      }),
    };

    await ask(clusterWith({ auth }));

    expect(words).toEqual(['hello 127.0.0.1', 'to challenge 1', 'to challenge 2']);
  });

  it('gives up on a conversation without end, and on a mechanism that fails', async () => {
    const endless = { name: 'PLAIN', begin: () => ({ first: () => Buffer.alloc(1), next: () => Buffer.alloc(1) }) };
    await expect(ask(clusterWith({ auth: endless }))).rejects.toMatchObject({
      name: 'AuthError',
      message: expect.stringContaining('did not end within 16 rounds'),
    });

    const cause = new TypeError('oh');
    const failing = { name: 'PLAIN', begin: () => ({ first: () => Promise.reject(cause), next: () => undefined }) };
    await expect(ask(clusterWith({ auth: failing }))).rejects.toMatchObject({ name: 'AuthError', cause });
  });
});
