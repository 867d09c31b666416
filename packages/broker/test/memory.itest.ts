import { ErrorCode } from '@millrace/protocol';
import {
  apiVersionsRequest,
  apiVersionsResponse,
  createApiVersionsRequest,
} from '@millrace/protocol/messages/18-api-versions';
import { fetchRequest } from '@millrace/protocol/messages/01-fetch';
import { produceRequest } from '@millrace/protocol/messages/00-produce';
import { createTempDir, waitUntil } from '@millrace/testing';
import {
  batchOf,
  BrokerFixture,
  fetch,
  fetchMessage,
  NEWEST_FETCH,
  NEWEST_PRODUCE,
  produce,
  produceMessage,
  recordsIn,
} from './broker-fixture.ts';

const MIB = 1_048_576;

describe('memory in flight', () => {
  it('stays bounded while 40 clients send the first 8 MB of 90 MB frames, and everybody else is served', async () => {
    const fixture = await BrokerFixture.start({ config: { 'queued.max.request.bytes': String(32 * MIB) } });
    const topic = await fixture.createTopic('served');
    const clients = await Promise.all(Array.from({ length: 40 }, () => fixture.connect()));
    const part = Buffer.alloc(8 * MIB);
    part.writeInt32BE(90_000_000);
    globalThis.gc?.();
    for (const client of clients) client.sendBytes(part);
    // Two thirds of what they sent stay with them.
    await waitUntil('a standstill', () => {
      const unsent = clients.reduce((sum, { socket }) => sum + socket.writableLength, 0);
      return unsent > 200 * MIB;
    });
    await Promise.all(clients.map((client) => client.close()));
    expect((await produce(fixture.client, topic, batchOf(['a']))).errorCode).toBe(0);
    await fixture.close();
  });

  it('holds back a client that produces without acknowledgement faster than the disk', async () => {
    await using directory = await createTempDir('acks-0');
    const fixture = await BrokerFixture.start({
      dataDir: directory.path,
      config: { 'queued.max.request.bytes': String(8 * MIB), 'millrace.memory.max.bytes': String(64 * MIB) },
    });
    const topic = await fixture.createTopic('flood');
    const client = await fixture.connect();
    const batch = batchOf(['x'.repeat(500_000)]);
    globalThis.gc?.();
    for (let count = 0; count < 300; count++) {
      client.send(produceRequest, NEWEST_PRODUCE, produceMessage(topic, batch, { acks: 0 }));
    }
    const { errorCode } = await client.call(apiVersionsRequest, apiVersionsResponse, 0, createApiVersionsRequest());
    expect(errorCode).toBe(0);
    expect((await fetch(fixture.client, topic, { offset: 299 })).highWatermark).toBe(300n);
    await fixture.close();
  });

  it('serves logs larger than memory from disk, with everything in place', async () => {
    await using directory = await createTempDir('cold');
    const fixture = await BrokerFixture.start({
      dataDir: directory.path,
      config: { 'millrace.memory.max.bytes': String(16 * MIB), 'log.segment.bytes': String(4 * MIB) },
    });
    const topic = await fixture.createTopic('cold', 2);
    const value = 'x'.repeat(100_000);
    for (let round = 0; round < 10; round++) {
      const sent = Array.from({ length: 50 }, (_, index) =>
        produce(fixture.client, topic, batchOf([`${round * 50 + index} ${value}`]), { partition: index % 2 }),
      );
      for (const { errorCode } of await Promise.all(sent)) expect(errorCode).toBe(ErrorCode.NONE);
    }
    for (const partition of [0, 1]) {
      const seen: number[] = [];
      for (let offset = 0; offset < 250;) {
        const records = recordsIn(await fetch(fixture.client, topic, { partition, offset }));
        expect(records.length).toBeGreaterThan(0);
        seen.push(...records.map(({ value: text }) => parseInt(text ?? '', 10)));
        offset = (records.at(-1)?.offset ?? 0) + 1;
      }
      expect(seen).toEqual(Array.from({ length: 250 }, (_, index) => index * 2 + partition));
    }
    expect(fixture.logger.errors).toEqual([]);
    await fixture.close();
  });

  it('never lets clients that do not read hold up producers, and ends them when their answers fill the memory', async () => {
    const fixture = await BrokerFixture.start({ config: { 'millrace.memory.max.bytes': String(64 * MIB) } });
    const topic = await fixture.createTopic('greedy');
    for (let count = 0; count < 12; count++) await produce(fixture.client, topic, batchOf(['x'.repeat(1_000_000)]));
    const greedy = await Promise.all(Array.from({ length: 8 }, () => fixture.connect()));
    const message = fetchMessage(topic, { maxBytes: 50 * MIB, partitionMaxBytes: 50 * MIB });
    for (const client of greedy) {
      client.socket.pause();
      for (let count = 0; count < 30; count++) client.send(fetchRequest, NEWEST_FETCH, message);
    }

    const start = performance.now();
    const producer = await fixture.connect();
    const results = await Promise.all(
      Array.from({ length: 20 }, () => produce(producer, topic, batchOf(['x'.repeat(900_000)]))),
    );
    expect(results.every(({ errorCode }) => errorCode === 0)).toBe(true);
    expect(performance.now() - start).toBeLessThan(5000);

    // A paused socket learns of its end only when it writes.
    await waitUntil('an end', () => {
      for (const { socket } of greedy) socket.write(Buffer.alloc(1));
      return greedy.some(({ isEnded }) => isEnded);
    });
    await fixture.close();
  });
});
