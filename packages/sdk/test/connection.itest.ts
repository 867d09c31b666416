import { decodeMessage, encodeResponseFrame, ErrorCode } from '@millrace/protocol';
import { createMetadataResponse, metadataResponse } from '@millrace/protocol/messages/03-metadata';
import { apiVersionsResponse, createApiVersionsResponse } from '@millrace/protocol/messages/18-api-versions';
import {
  createDeleteTopicsResponse,
  createDeleteTopicsResponseDeletableTopicResult,
  deleteTopicsRequest,
  deleteTopicsResponse,
} from '@millrace/protocol/messages/20-delete-topics';
import { waitUntil } from '@millrace/testing';
import { kafka, KafkaError, oneOrThrow, type Admin, type Kafka, type KafkaOptions } from '../src/index.ts';
import { ScriptedBroker } from './scripted-broker.ts';

const API_VERSIONS = 18;
const METADATA = 3;
const DELETE_TOPICS = 20;

describe('a client whose broker misbehaves', () => {
  let broker: ScriptedBroker;
  const clients: Kafka[] = [];

  beforeEach(async () => {
    broker = await ScriptedBroker.start();
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await broker[Symbol.asyncDispose]();
  });

  /** One attempt for each call, so that what went wrong shows as it is. */
  function adminWith(options: Partial<KafkaOptions> = {}) {
    const client = kafka({ brokers: [broker.address], ...options });
    clients.push(client);
    const admin: Admin = client.admin();
    return {
      listTopics: () => admin.listTopics({ retry: false }),
      deleteTopic: async (name: string) => oneOrThrow(await admin.deleteTopics([name], { retry: false })),
      close: () => client.close(),
    };
  }

  it('names address and remedy when nobody listens', async () => {
    const { address } = broker;
    await broker[Symbol.asyncDispose]();
    broker = await ScriptedBroker.start();

    await expect(adminWith({ brokers: [address] }).listTopics()).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_CONNECT',
      retriable: true,
      message: `cannot connect to ${address}: ECONNREFUSED; is a broker running there?`,
    });
  });

  it('tries every bootstrap address, and names all when none answers', async () => {
    const gone = await ScriptedBroker.start();
    const { address } = gone;
    await gone[Symbol.asyncDispose]();

    expect(await adminWith({ brokers: [address, broker.address] }).listTopics()).toEqual([]);
    const failure: unknown = await adminWith({ brokers: [address, address] })
      .listTopics()
      .catch((error: unknown) => error);

    expect(failure).toMatchObject({ code: 'MILLRACE_CLIENT_CONNECT', retriable: true });
    expect((failure as KafkaError).message).toContain(`cannot connect to any of ${address}, ${address}: `);
    const { errors } = (failure as KafkaError).cause as AggregateError;
    expect(errors).toHaveLength(2);
    expect(errors.every((each) => KafkaError.is(each))).toBe(true);
  });

  it('gives up on an answer after the request timeout, and says to what', async () => {
    broker.behaviours.delete(METADATA);

    await expect(adminWith({ requestTimeoutMs: 50 }).listTopics()).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_TIMEOUT',
      message: expect.stringMatching(/^Metadata to 127\.0\.0\.1:\d+ got no answer within 50 ms$/),
    });
  });

  it('gives up on a server that accepts and never speaks', async () => {
    broker.behaviours.clear();

    await expect(adminWith({ requestTimeoutMs: 50 }).listTopics()).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_TIMEOUT',
    });
    await waitUntil('the connection to be given back', () => broker.requests[0]?.socket.destroyed);
  });

  it('takes a connection whose answer is overdue for dead, and goes on over a new one', async () => {
    const proper = broker.behaviours.get(METADATA);
    broker.behaviours.delete(METADATA);
    const admin = adminWith({ requestTimeoutMs: 200 });
    await expect(admin.listTopics()).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_TIMEOUT', retriable: true });

    await waitUntil('the connection to be given up', () => broker.requests[0]?.socket.destroyed);
    if (proper !== undefined) broker.behaviours.set(METADATA, proper);

    expect(await admin.listTopics()).toEqual([]);
    expect(broker.connectionCount).toBe(2);
  });

  it('fails all that wait when the connection ends, and connects anew for the next', async () => {
    const behaviour = broker.behaviours.get(METADATA);
    broker.behaviours.delete(METADATA);
    const admin = adminWith();
    const waiting = [admin.listTopics(), admin.listTopics(), admin.listTopics()];
    for (const each of waiting) each.catch(() => undefined);
    await waitUntil('three requests', () => broker.requests.filter(({ apiKey }) => apiKey === METADATA).length === 3);

    broker.hangUp();

    for (const each of waiting) {
      await expect(each).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_CONNECTION_LOST', retriable: true });
    }
    if (behaviour !== undefined) broker.behaviours.set(METADATA, behaviour);
    expect(await admin.listTopics()).toEqual([]);
    expect(broker.connectionCount).toBe(2);
  });

  it('opens one connection for callers that come together', async () => {
    const admin = adminWith();

    await Promise.all([admin.listTopics(), admin.listTopics(), admin.listTopics()]);

    expect(broker.connectionCount).toBe(1);
  });

  it('reads an answer that comes byte by byte, and two that come at once', async () => {
    let held: Buffer | undefined;
    broker.behaviours.set(METADATA, ({ socket, apiVersion, correlationId }) => {
      const frame = Buffer.concat(
        encodeResponseFrame(metadataResponse, apiVersion, correlationId, createMetadataResponse({ clusterId: 'c' })),
      );
      if (held === undefined) {
        held = frame;
        return;
      }
      const both = Buffer.concat([held, frame]);
      for (const byte of both.subarray(0, 20)) socket.write(Buffer.of(byte));
      socket.write(both.subarray(20));
    });
    const admin = adminWith();

    expect(await Promise.all([admin.listTopics(), admin.listTopics()])).toEqual([[], []]);
  });

  it.each([
    ['larger than any answer', 0x7fff_ffff],
    ['negative', -5],
  ])('ends a connection whose answer has a length that is %s', async (_what, length) => {
    broker.behaviours.set(METADATA, ({ socket }) => {
      const bytes = Buffer.alloc(100);
      bytes.writeInt32BE(length);
      socket.write(bytes);
    });

    await expect(adminWith().listTopics()).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_INVALID_ANSWER',
      message: expect.stringContaining(`response frame of ${length} bytes`),
    });
  });

  it('fails a call whose answer cannot be read, and no other', async () => {
    let count = 0;
    const behaviour = broker.behaviours.get(METADATA);
    broker.behaviours.set(METADATA, (request) => {
      if (count++ > 0) {
        behaviour?.(request);
        return;
      }
      const bytes = Buffer.alloc(9, 0xff);
      bytes.writeInt32BE(5);
      bytes.writeInt32BE(request.correlationId, 4);
      request.socket.write(bytes);
    });
    const admin = adminWith();

    await expect(admin.listTopics()).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_INVALID_ANSWER',
      cause: { code: expect.stringMatching(/^MILLRACE_PROTOCOL_/) },
    });
    expect(await admin.listTopics()).toEqual([]);
  });

  it('is refused after close, and while it connects', async () => {
    const admin = adminWith();
    const early = admin.listTopics();
    early.catch(() => undefined);

    await admin.close();

    await expect(early).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_CLOSED' });
    await expect(admin.listTopics()).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_CLOSED' });
  });

  describe('in versions', () => {
    it('falls back to ApiVersions 0 with a broker that knows no newer one', async () => {
      const proper = broker.behaviours.get(API_VERSIONS);
      broker.behaviours.set(API_VERSIONS, (request) => {
        if (request.apiVersion === 0) proper?.(request);
        else {
          const response = createApiVersionsResponse({ errorCode: ErrorCode.UNSUPPORTED_VERSION });
          request.answer(apiVersionsResponse, response, 0);
        }
      });

      expect(await adminWith().listTopics()).toEqual([]);
      expect(broker.requests.map(({ apiVersion }) => apiVersion)).toEqual([3, 0, 12]);
    });

    it('speaks the newest version that both know', async () => {
      broker.ranges.set(METADATA, [0, 9]);

      await adminWith().listTopics();

      expect(broker.requests.at(-1)?.apiVersion).toBe(9);
    });

    it('names the API that the broker does not serve', async () => {
      await expect(adminWith().deleteTopic('orders')).rejects.toMatchObject({
        code: 'MILLRACE_CLIENT_UNSUPPORTED_API',
        message: expect.stringContaining('DeleteTopics'),
      });
    });

    it('refuses to go on with a broker that refuses ApiVersions', async () => {
      broker.behaviours.set(API_VERSIONS, (request) => {
        request.answer(apiVersionsResponse, createApiVersionsResponse({ errorCode: ErrorCode.ILLEGAL_SASL_STATE }));
      });

      await expect(adminWith().listTopics()).rejects.toMatchObject({
        code: 'MILLRACE_CLIENT_AUTH',
        kafkaCode: 'ILLEGAL_SASL_STATE',
      });
    });

    it.each([
      [4, ['orders'], undefined],
      [6, undefined, ['orders']],
    ])('deletes topics in version %i as it wants them named', async (version, names, states) => {
      broker.ranges.set(DELETE_TOPICS, [1, version]);
      broker.behaviours.set(DELETE_TOPICS, (request) => {
        const result = createDeleteTopicsResponseDeletableTopicResult({ name: 'orders' });
        request.answer(deleteTopicsResponse, createDeleteTopicsResponse({ responses: [result] }));
      });

      await adminWith().deleteTopic('orders');

      const sent = broker.requests.at(-1);
      const request = decodeMessage(deleteTopicsRequest, sent?.body ?? Buffer.alloc(0), sent?.apiVersion ?? -1);
      expect(request.topicNames).toEqual(names ?? []);
      expect(request.topics.map(({ name }) => name)).toEqual(states ?? []);
    });
  });
});
