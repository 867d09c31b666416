import { ErrorCode } from '@millrace/protocol';
import { createFetchRequest, fetchRequest } from '@millrace/protocol/messages/01-fetch';
import { createMetadataRequest, metadataRequest, metadataResponse } from '@millrace/protocol/messages/03-metadata';
import {
  apiVersionsRequest,
  apiVersionsResponse,
  createApiVersionsRequest,
} from '@millrace/protocol/messages/18-api-versions';
import { startBroker, waitUntil, WireClient } from '@millrace/testing';
import { batchOf, BrokerFixture, fetch, fetchMessage, NEWEST_FETCH, produce } from './broker-fixture.ts';

const MIB = 1_048_576;

function announcement(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(length);
  return bytes;
}

async function answers(client: WireClient): Promise<void> {
  const { errorCode } = await client.call(apiVersionsRequest, apiVersionsResponse, 0, createApiVersionsRequest());
  expect(errorCode).toBe(0);
}

describe('Listener', () => {
  let fixture: BrokerFixture;

  beforeAll(async () => {
    fixture = await BrokerFixture.start({ config: { 'socket.request.max.bytes': String(100 * MIB) } });
  });

  afterAll(async () => {
    expect(fixture.logger.errors).toEqual([]);
    await fixture.close();
  });

  afterEach(() => answers(fixture.client));

  describe('ends the connection without an answer', () => {
    const ends = async (bytes: Buffer): Promise<void> => {
      const client = await fixture.connect();
      client.sendBytes(bytes);
      await client.ended;
    };

    it.each([-1, 0, -2_147_483_648, 100 * MIB + 1, 2_147_483_647])('on a frame of %i bytes', async (length) => {
      await ends(Buffer.concat([announcement(length), Buffer.alloc(100)]));
    });

    it('on bytes that are another protocol', async () => {
      await ends(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'));
      await ends(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]));
    });

    it('on a frame too short for a header', async () => {
      await ends(Buffer.concat([announcement(3), Buffer.alloc(3)]));
    });

    it.each([
      [99, 0],
      [-1, 0],
      [32_767, 0],
      [17, 0],
      [3, 14],
      [3, -1],
      [1, 3],
      [22, 6],
    ])('on API %i version %i', async (apiKey, version) => {
      const client = await fixture.connect();
      client.sendBody(apiKey, version, Buffer.alloc(16));
      await client.ended;
    });

    it('on a message that ends early, or whose counts lie', async () => {
      for (const body of [Buffer.alloc(0), announcement(2_000_000_000), announcement(1_000_001)]) {
        const client = await fixture.connect();
        client.sendBody(3, 5, body);
        await client.ended;
      }
    });
  });

  it('answers what came before garbage', async () => {
    const client = await fixture.connect();
    const first = answers(client);
    client.sendBytes(Buffer.concat([announcement(8), Buffer.from('garbage!')]));
    await first;
    await client.ended;
  });

  it('skips tagged fields that it does not know', async () => {
    const client = await fixture.connect();
    const request = createMetadataRequest({
      topics: [],
      unknownTaggedFields: [{ tag: 77, data: Buffer.from('future') }],
    });
    expect((await client.call(metadataRequest, metadataResponse, 13, request)).errorCode).toBe(0);
  });

  it('answers requests that arrive byte by byte', async () => {
    const client = await fixture.connect();
    const body = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 5, 255, 255]);
    for (const byte of body) {
      client.sendBytes(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await client.receive()).readInt32BE(0)).toBe(5);
  });

  it('keeps the order of pipelined requests of different APIs', async () => {
    const topic = await fixture.createTopic('order');
    const client = await fixture.connect();
    const order: string[] = [];
    await Promise.all([
      produce(client, topic, batchOf(['a'])).then(() => order.push('produce')),
      answers(client).then(() => order.push('versions')),
      fetch(client, topic, { maxWaitMs: 20_000, offset: 1 }).then(() => order.push('fetch')),
      produce(client, topic, batchOf(['b'])).then(() => order.push('produce')),
      answers(client).then(() => order.push('versions')),
    ]);
    expect(order).toEqual(['produce', 'versions', 'fetch', 'produce', 'versions']);
  });

  it('holds 2,000 idle connections cheaply', async () => {
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    const clients = await Promise.all(
      Array.from({ length: 2000 }, () => WireClient.connect({ port: fixture.broker.port })),
    );
    await answers(fixture.client);
    // Both ends live in this process.
    const perConnection = (process.memoryUsage().rss - before) / 2000;
    expect(perConnection).toBeLessThan(60_000);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('bounds memory for 40 connections that announce 90 MB each', async () => {
    const clients = await Promise.all(
      Array.from({ length: 40 }, () => WireClient.connect({ port: fixture.broker.port })),
    );
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    for (const client of clients) client.sendBytes(Buffer.concat([announcement(90_000_000), Buffer.alloc(1000)]));
    await answers(fixture.client);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * MIB);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('does not buffer for a client that never reads', async () => {
    const topic = await fixture.createTopic('never-read');
    const value = 'x'.repeat(500_000);
    for (let count = 0; count < 8; count++) await produce(fixture.client, topic, batchOf([value]));
    const client = await fixture.connect();
    client.socket.pause();
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    for (let count = 0; count < 100; count++) {
      client.send(fetchRequest, NEWEST_FETCH, fetchMessage(topic, { maxBytes: 50 * MIB, partitionMaxBytes: 50 * MIB }));
    }
    await answers(fixture.client);
    await answers(fixture.client);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB);
    client.socket.resume();
    for (let count = 0; count < 100; count++) await client.receive(`fetch ${count}`);
  });
});

describe('Listener limits', () => {
  it('closes idle connections, but not one whose request waits', async () => {
    const fixture = await BrokerFixture.start({ config: { 'connections.max.idle.ms': '300' } });
    const topic = await fixture.createTopic('idle');
    const [idle, waiting] = await Promise.all([fixture.connect(), fixture.connect()]);
    const fetched = fetch(waiting, topic, { maxWaitMs: 2500 });
    await idle.ended;
    expect((await fetched).errorCode).toBe(0);
    await fixture.close();
  });

  it('turns connections away above max.connections and takes new ones when others end', async () => {
    await using broker = await startBroker({ config: { 'max.connections': '2' } });
    const [first, second] = await Promise.all([
      WireClient.connect({ port: broker.port }),
      WireClient.connect({ port: broker.port }),
    ]);
    await answers(first);
    await answers(second);
    const third = await WireClient.connect({ port: broker.port });
    await third.ended;
    await first.close();
    await waitUntil('a free connection', async () => {
      const client = await WireClient.connect({ port: broker.port });
      try {
        await answers(client);
        return true;
      } catch {
        return false;
      } finally {
        await client.close();
      }
    });
  });

  it('finishes every frame in turn when frames under assembly use up the memory', async () => {
    const fixture = await BrokerFixture.start({
      config: { 'queued.max.request.bytes': String(4 * MIB), 'message.max.bytes': String(4 * MIB) },
    });
    const topic = await fixture.createTopic('squeezed');
    const clients = await Promise.all(Array.from({ length: 10 }, () => fixture.connect()));
    const batch = batchOf(['x'.repeat(3 * MIB)]);
    const results = await Promise.all(clients.map((client) => produce(client, topic, batch)));
    expect(results.map(({ errorCode }) => errorCode)).toEqual(results.map(() => ErrorCode.NONE));
    await fixture.close();
  });

  it('listens on several listeners and tells clients of the one they came by', async () => {
    await using broker = await startBroker({
      config: {
        listeners: 'PLAINTEXT://127.0.0.1:0,LAN://127.0.0.1:0',
        'advertised.listeners': 'PLAINTEXT://localhost:0,LAN://broker.lan:1234',
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,LAN:PLAINTEXT',
      },
    });
    expect(broker.listeners.map(({ name, host }) => `${name} ${host}`)).toEqual([
      'PLAINTEXT localhost',
      'LAN broker.lan',
    ]);
    await using client = await WireClient.connect({ port: broker.port });
    const { brokers } = await client.call(metadataRequest, metadataResponse, 12, createMetadataRequest({ topics: [] }));
    expect(brokers.map(({ host, port }) => [host, port])).toEqual([['localhost', broker.port]]);
  });
});

describe('closing a broker', () => {
  it('answers what is in flight, in under 2 s', async () => {
    const fixture = await BrokerFixture.start();
    const topic = await fixture.createTopic('closing');
    const [waiting, producing] = await Promise.all([fixture.connect(), fixture.connect()]);
    const fetched = fetch(waiting, topic, { maxWaitMs: 30_000 });
    waiting.send(fetchRequest, NEWEST_FETCH, createFetchRequest());
    const produced = produce(producing, topic, batchOf(['a']));
    await produced;
    const start = performance.now();
    await fixture.broker.close();
    expect(performance.now() - start).toBeLessThan(2000);
    expect((await fetched).errorCode).toBe(0);
    await waiting.ended;
    await fixture.close();
  });

  it('can be repeated, and frees the port', async () => {
    const broker = await startBroker();
    const { port } = broker;
    await Promise.all([broker.close(), broker.close()]);
    const again = await startBroker({ port });
    expect(again.port).toBe(port);
    await again.close();
  });
});
