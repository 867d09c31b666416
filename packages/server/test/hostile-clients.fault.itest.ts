import type { Socket } from 'node:net';
import { SeededRandom } from '@millrace/base';
import { encodeRequestFrame, ErrorCode } from '@millrace/protocol';
import {
  createFetchRequest,
  createFetchRequestFetchPartition,
  createFetchRequestFetchTopic,
  fetchRequest,
} from '@millrace/protocol/messages/01-fetch';
import {
  apiVersionsRequest,
  apiVersionsResponse,
  createApiVersionsRequest,
} from '@millrace/protocol/messages/18-api-versions';
import {
  batchOf,
  createTempDir,
  LogProbe,
  waitUntil,
  WireClient,
  type BrokerProcess,
  type TempDir,
} from '@millrace/testing';
import { brokerOver } from './broker-app.ts';
import { Intruders } from './intruders.ts';
import { Witness, type Testimony } from './witness.ts';

const SEED = Number(process.env['MILLRACE_TEST_SEED'] ?? Date.now() % 1_000_000);
const MIB = 1024 * 1024;
const FRAME_BYTES_MAX = 100 * MIB;
/** What the broker lets requests and answers in flight take, within a budget that frames of the largest size fit into. */
const IN_FLIGHT_BYTES = 64 * MIB;
const BUDGET = ['--millrace.memory.max.bytes=805306368', `--queued.max.request.bytes=${IN_FLIGHT_BYTES}`];
/** What an ordinary client may have to wait while others misbehave. */
const ROUND_MS_MAX = 8_000;
const STOP_MS_MAX = 2_000;

describe(`the broker process under clients that misbehave (seed ${SEED})`, () => {
  let dir: TempDir;
  let broker: BrokerProcess;
  let witness: Witness;
  const intruders = new Intruders();

  beforeEach(async () => {
    dir = await createTempDir('hostile');
    broker = brokerOver(dir.path, BUDGET);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('witness');
    await probe.createTopic('large');
    witness = new Witness(broker, 'witness');
  });

  afterEach(async () => {
    intruders.destroyAll();
    await broker.kill();
    await dir.remove();
  });

  function crowd(count: number, isReading = false): Promise<Socket[]> {
    return intruders.enterMany(broker.port, count, isReading);
  }

  async function inFlightBytes(): Promise<number> {
    return (await broker.readMetric('millrace_in_flight_bytes')) ?? Number.NaN;
  }

  /** What holds after every attack: the witness was served, the broker forgets the intruders and stops in time. */
  async function expectUnharmed(what: string, testimony: Testimony, rssGrowthBytesMax: number): Promise<void> {
    const growth = testimony.rssPeakBytes - testimony.rssBeforeBytes;
    console.info(
      `${what}: resident memory ${mib(testimony.rssBeforeBytes)} and ${mib(growth)} more at its peak;`,
      `the witness made ${testimony.rounds} rounds, the slowest in ${Math.round(testimony.slowestMs)} ms`,
    );
    expect(testimony.slowestMs).toBeLessThan(ROUND_MS_MAX);
    expect(growth).toBeLessThan(rssGrowthBytesMax);
    intruders.destroyAll();
    await waitUntil(
      'the intruders to be forgotten',
      async () => (await broker.readMetric('millrace_connections')) === 0,
    );
    await waitUntil('their memory to be counted off', async () => (await inFlightBytes()) === 0);
    const beganMs = performance.now();
    expect(await broker.stop()).toEqual({ code: 0, signal: null });
    expect(performance.now() - beganMs).toBeLessThan(STOP_MS_MAX);
  }

  it('outlives garbage and half frames', async () => {
    const random = new SeededRandom(SEED);

    const testimony = await witness.during(async () => {
      const greetings = [
        'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
        '\u0016\u0003\u0001\u0002\0\u0001\0\u0001\ufffd\u0003\u0003',
        'SSH-2.0-x\r\n',
      ];
      for (let round = 0; round < 20; round++) {
        const intruders = await crowd(20, true);
        for (const [index, socket] of intruders.entries()) {
          const bytes =
            index % 4 === 0 ? Buffer.from(greetings[round % 3] ?? '') : random.bytes(1 + random.nextInt(4096));
          // Some stay, some leave in the middle of what they say, some cut the connection.
          if (index % 3 === 0) socket.end(bytes);
          else socket.write(bytes);
          if (index % 3 === 1) socket.resetAndDestroy();
        }
      }
    });

    await expectUnharmed('garbage', testimony, 128 * MIB);
  });

  it.each([
    ['a frame above socket.request.max.bytes', int32(FRAME_BYTES_MAX + 1)],
    ['a frame of the largest length', int32(0x7fff_ffff)],
    ['a negative length', int32(-1)],
    ['a frame too short for a header', Buffer.concat([int32(4), int32(0)])],
    ['an unknown API', frame(999, 0)],
    ['a version that is not advertised', frame(3, 99)],
    ['a version that was never spoken', frame(0, -1)],
  ])('closes the connection on %s, without an answer', async (_what, bytes) => {
    await using client = await WireClient.connect({ port: broker.port });

    client.sendBytes(bytes);

    await client.ended;
    await expect(client.receive()).rejects.toThrow(/ended the connection/);
    await using probe = await LogProbe.connect({ port: broker.port });
    expect(await probe.appendValues('witness', 0, ['after'])).toBe(0);
  });

  it('answers ApiVersions in a version from the future with what it knows', async () => {
    await using client = await WireClient.connect({ port: broker.port });

    client.sendBody(18, 99, Buffer.alloc(0));

    expect((await client.receive()).readInt16BE(4)).toBe(ErrorCode.UNSUPPORTED_VERSION);
    const request = createApiVersionsRequest({ clientSoftwareName: 'test', clientSoftwareVersion: '1' });
    const answer = await client.call(apiVersionsRequest, apiVersionsResponse, 3, request);
    expect(answer.errorCode).toBe(ErrorCode.NONE);
  });

  it('refuses a batch whose CRC is wrong and goes on with the connection', async () => {
    await using probe = await LogProbe.connect({ port: broker.port });
    const batch = batchOf(['damaged on its way']);
    batch[batch.length - 2] = (batch[batch.length - 2] ?? 0) ^ 1;

    await expect(probe.append('witness', 0, batch)).rejects.toThrow(/CORRUPT_MESSAGE/);

    expect(await probe.appendValues('witness', 0, ['whole'])).toBe(0);
    expect((await probe.readAll('witness', 0)).map(({ value }) => value)).toEqual(['whole']);
  });

  it('holds little for clients that never read what they asked for', async () => {
    await using probe = await LogProbe.connect({ port: broker.port });
    for (let index = 0; index < 8; index++) await probe.appendValues('large', 0, ['x'.repeat(900_000)]);
    const requests = Buffer.concat(Array.from({ length: 100 }, (_, index) => fetchFrame('large', index)));
    await probe.close();

    const testimony = await witness.during(async () => {
      // Together they ask for 30 × 100 × 8 MB.
      for (const socket of await crowd(30)) {
        socket.pause();
        socket.write(requests);
      }
      await waitUntil('answers to pile up', async () => (await inFlightBytes()) > 30 * MIB);
    });

    await expectUnharmed('30 clients that never read', testimony, 3 * IN_FLIGHT_BYTES);
  });

  it('keeps 2,000 idle connections for little memory', async () => {
    const count = 2_000;

    const testimony = await witness.during(async () => {
      for (let batch = 0; batch < 10; batch++) await crowd(count / 10);
      await waitUntil(
        'all to be accepted',
        async () => ((await broker.readMetric('millrace_connections')) ?? 0) > count,
      );
    });

    const growth = testimony.rssPeakBytes - testimony.rssBeforeBytes;
    console.info(`${count} idle connections: ${(growth / count / 1024).toFixed(1)} KiB each`);
    expect(intruders.count).toBe(count);
    await expectUnharmed('2,000 idle connections', testimony, 100 * MIB);
  });

  it('serves others while 500 clients drip their frames in, byte by byte', async () => {
    const testimony = await witness.during(async () => {
      const intruders = await crowd(500, true);
      for (const [index, socket] of intruders.entries()) {
        // Half of them stop within the length, the others within a frame of 1 MiB.
        socket.write(index % 2 === 0 ? int32(MIB).subarray(0, 2) : Buffer.concat([int32(MIB), Buffer.alloc(100)]));
      }
      for (let round = 0; round < 20; round++) {
        for (const socket of intruders) socket.write(Buffer.alloc(1));
        await waitUntil('a byte of each to be on its way', () =>
          intruders.every((socket) => socket.writableLength === 0),
        );
      }
    });

    await expectUnharmed('500 dripping clients', testimony, 100 * MIB);
  });

  it('bounds what 40 clients may fill that announce frames of 90 MB', async () => {
    const piece = Buffer.alloc(MIB);

    const testimony = await witness.during(async () => {
      const intruders = await crowd(40, true);
      for (const socket of intruders) socket.write(int32(90_000_000));
      // 640 MiB together; what the broker does not read stays with the senders.
      for (const socket of intruders) for (let index = 0; index < 16; index++) socket.write(piece);
      await waitUntil('memory to be used up', async () => (await inFlightBytes()) > IN_FLIGHT_BYTES);
    });

    await expectUnharmed('40 announced frames of 90 MB', testimony, 3 * IN_FLIGHT_BYTES);
  });

  it('ends within two seconds of SIGTERM with all of them connected', async () => {
    await using probe = await LogProbe.connect({ port: broker.port });
    for (let index = 0; index < 8; index++) await probe.appendValues('large', 0, ['x'.repeat(900_000)]);
    for (const socket of await crowd(20)) socket.write(Buffer.concat([fetchFrame('large', 0), fetchFrame('large', 1)]));
    for (const socket of await crowd(20)) socket.write(Buffer.concat([int32(90_000_000), Buffer.alloc(MIB)]));
    await crowd(100);
    await waitUntil('frames to pile up', async () => (await inFlightBytes()) > 15 * MIB);

    const beganMs = performance.now();
    const end = await broker.stop();

    expect(end).toEqual({ code: 0, signal: null });
    expect(performance.now() - beganMs).toBeLessThan(STOP_MS_MAX);
  });
});

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** A frame with a request header and nothing behind it. */
function frame(apiKey: number, apiVersion: number): Buffer {
  const bytes = Buffer.alloc(14);
  bytes.writeInt32BE(10, 0);
  bytes.writeInt16BE(apiKey, 4);
  bytes.writeInt16BE(apiVersion, 6);
  bytes.writeInt32BE(7, 8);
  bytes.writeInt16BE(-1, 12);
  return bytes;
}

/** A fetch of everything in a topic. */
function fetchFrame(topic: string, correlationId: number): Buffer {
  const partitions = [createFetchRequestFetchPartition({ partition: 0, partitionMaxBytes: FRAME_BYTES_MAX })];
  const topics = [createFetchRequestFetchTopic({ topic, partitions })];
  const request = createFetchRequest({ maxWaitMs: 1_000, minBytes: 1, maxBytes: FRAME_BYTES_MAX, topics });
  return Buffer.concat(encodeRequestFrame(fetchRequest, 12, correlationId, 'never-reads', request));
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}
