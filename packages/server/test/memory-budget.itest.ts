/** `millrace.memory.max.bytes` as an operator understands it: the resident memory of the whole process, at its peak. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
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
  APPEND,
  appendRequest,
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
import { Witness } from './witness.ts';

const MIB = 1024 * 1024;
/** The least budget that is kept to. */
const BUDGET_BYTES = 256 * MIB;
const FRAME_BYTES = 100_000_000;
const SENDERS = 40;
/** What an ordinary client may have to wait meanwhile. */
const ROUND_MS_MAX = 8_000;
const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
/** Batches that open to 8 MiB, and to 31 MiB. */
const PACKED = [8, 31].flatMap((mebibytes) => CODECS.map((codec) => batchOf(['z'.repeat(mebibytes * MIB)], { codec })));

describe('the memory of the broker process', () => {
  let dir: TempDir;
  let broker: BrokerProcess;
  let witness: Witness;
  const intruders = new Intruders();

  async function start(budgetBytes: number, flags: readonly string[] = []): Promise<void> {
    dir = await createTempDir('memory');
    broker = brokerOver(dir.path, [`--millrace.memory.max.bytes=${budgetBytes}`, ...flags]);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('witness');
    await probe.createTopic('large');
    witness = new Witness(broker, 'witness');
  }

  afterEach(async () => {
    intruders.destroyAll();
    await broker.kill();
    await dir.remove();
  });

  async function expectPeakWithin(what: string, budgetBytes: number): Promise<void> {
    const peakBytes = await peakRssBytes(broker.pid);
    console.info(`${what}: ${mib(peakBytes)} resident at the peak, of ${mib(budgetBytes)}`);
    expect(peakBytes).toBeLessThan(budgetBytes);
  }

  it('stays within 256 MiB when 40 connections send frames of 100 MB, and tells them and the operator no', async () => {
    await start(BUDGET_BYTES);
    const piece = Buffer.alloc(MIB);

    const testimony = await witness.during(async () => {
      const senders = await intruders.enterMany(broker.port, SENDERS);
      // Not events.once: that would reject when a piece meets the closed connection.
      const ends = senders.map((socket) => new Promise((resolve) => socket.resume().once('close', resolve)));
      for (const socket of senders) {
        socket.write(int32(FRAME_BYTES));
        for (let sent = 0; sent < FRAME_BYTES; sent += piece.length) socket.write(piece);
      }
      await Promise.all(ends);
    });

    expect(testimony.slowestMs).toBeLessThan(ROUND_MS_MAX);
    expect(broker.logTail).toMatch(/a frame of 100000000 bytes was announced; 1 to \d+ are allowed/);
    expect(broker.logTail).toContain('millrace.memory.max.bytes');
    await expectPeakWithin('40 frames of 100 MB that cannot be', BUDGET_BYTES);
  });

  it('stays within 256 MiB while 40 connections send the largest frames that fit, and takes all of them in', async () => {
    await start(BUDGET_BYTES);
    const largestBytes = 20 * MIB;

    const testimony = await witness.during(async () => {
      await sendToUnknownTopic(await intruders.enterMany(broker.port, SENDERS), largestBytes);
    });

    expect(testimony.slowestMs).toBeLessThan(ROUND_MS_MAX);
    await expectPeakWithin('40 frames of 20 MiB', BUDGET_BYTES);
  });

  it('stays within 768 MiB while 40 connections send frames of 100 MB, and takes all of them in', async () => {
    const budgetBytes = 768 * MIB;
    await start(budgetBytes);

    const testimony = await witness.during(async () => {
      await sendToUnknownTopic(await intruders.enterMany(broker.port, SENDERS), FRAME_BYTES);
    });

    expect(testimony.slowestMs).toBeLessThan(ROUND_MS_MAX);
    await expectPeakWithin('40 frames of 100 MB', budgetBytes);
  }, 120_000);

  it('stays within 256 MiB with consumers that stopped reading, and goes on serving the others', async () => {
    await start(BUDGET_BYTES);
    await using probe = await LogProbe.connect({ port: broker.port });
    for (let index = 0; index < 100; index++) await probe.appendValues('large', 0, ['x'.repeat(900_000)]);

    const testimony = await witness.during(async () => {
      const readers = await intruders.enterMany(broker.port, SENDERS);
      for (const [index, socket] of readers.entries()) {
        socket.pause();
        // Each from another place, so that what they hold is not shared; far more than the sockets take.
        for (let request = 0; request < 50; request++)
          socket.write(fetchFrame('large', (index * 2 + request) % 90, request));
      }
      await waitUntil('answers to pile up', async () => (await used('answers')) > 5 * MIB);
      // Meanwhile the tail moves on and lets go of what they have not read.
      for (let index = 0; index < 60; index++) await probe.appendValues('large', 0, ['y'.repeat(900_000)]);
    });

    expect(testimony.slowestMs).toBeLessThan(ROUND_MS_MAX);
    await expectPeakWithin(`${SENDERS} consumers that do not read`, BUDGET_BYTES);
  });

  it.each(['producer', 'uncompressed', 'lz4'])(
    'stays within 256 MiB while 40 connections send batches that open to thousands of times their size (compression.type=%s)',
    async (compressionType) => {
      await start(BUDGET_BYTES, [`--compression.type=${compressionType}`]);
      await using probe = await LogProbe.connect({ port: broker.port });
      const codes = new Map<number, number>();

      const testimony = await witness.during(async () => {
        await Promise.all(
          Array.from({ length: SENDERS }, async (_, index) => {
            await probe.createTopic(`packed-${index}`);
            await using client = await WireClient.connect({ port: broker.port });
            for (const batch of PACKED) {
              const request = appendRequest(`packed-${index}`, 0, batch);
              const answer = await client.call(APPEND.request, APPEND.response, APPEND.version, request);
              const code = answer.responses[0]?.partitionResponses[0]?.errorCode ?? -1;
              codes.set(code, (codes.get(code) ?? 0) + 1);
            }
          }),
        );
      });

      // Some open to too much, and the others are taken unless they would be stored as large as they are.
      const taken = codes.get(ErrorCode.NONE) ?? 0;
      expect(taken).toBe(compressionType === 'uncompressed' ? 0 : SENDERS * CODECS.length);
      expect(taken + (codes.get(ErrorCode.MESSAGE_TOO_LARGE) ?? 0)).toBe(SENDERS * PACKED.length);
      expect(testimony.slowestMs).toBeLessThan(ROUND_MS_MAX);
      expect(await used('opening')).toBe(0);
      await expectPeakWithin(`${SENDERS} connections with packed batches, ${compressionType}`, BUDGET_BYTES);
    },
    120_000,
  );

  it('stays within 256 MiB with 2,000 connections that all ask and append', async () => {
    await start(BUDGET_BYTES);
    const clients: WireClient[] = [];

    const testimony = await witness.during(async () => {
      for (let round = 0; round < 20; round++) {
        const port = broker.port;
        clients.push(...(await Promise.all(Array.from({ length: 100 }, () => WireClient.connect({ port })))));
      }
      const message = createApiVersionsRequest({ clientSoftwareName: 'test', clientSoftwareVersion: '1' });
      const batch = batchOf(['v'.repeat(1000)]);
      for (let round = 0; round < 3; round++) {
        await Promise.all(clients.map((client) => client.call(apiVersionsRequest, apiVersionsResponse, 3, message)));
        await Promise.all(
          clients.map((client) =>
            client.call(APPEND.request, APPEND.response, APPEND.version, appendRequest('large', 0, batch)),
          ),
        );
      }
    });

    expect(clients).toHaveLength(2_000);
    expect(testimony.slowestMs).toBeLessThan(ROUND_MS_MAX);
    await expectPeakWithin('2,000 connections', BUDGET_BYTES);
    await Promise.all(clients.map((client) => client.close()));
  }, 120_000);

  /** Each sends one whole frame; resolves when all were answered. */
  async function sendToUnknownTopic(senders: readonly Socket[], frameBytes: number): Promise<void> {
    const batch = Buffer.alloc(frameBytes - 100);
    const frame = Buffer.concat(
      encodeRequestFrame(APPEND.request, APPEND.version, 7, null, appendRequest('unknown', 0, batch)),
    );
    await Promise.all(
      senders.map(async (socket) => {
        const answered = once(socket, 'data');
        const closed = once(socket, 'close').then(() => 'closed');
        socket.write(frame);
        expect(await Promise.race([answered.then(() => 'answered'), closed])).toBe('answered');
      }),
    );
  }

  async function used(part: string): Promise<number> {
    const line = (await broker.metricsPage())
      .split('\n')
      .find((text) => text.startsWith(`millrace_memory_used_bytes{part="${part}"}`));
    return Number(line?.split(' ').at(-1));
  }
});

/** The largest resident memory since the process began (VmHWM). */
async function peakRssBytes(pid: number): Promise<number> {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) * 1024;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function fetchFrame(topic: string, fetchOffset: number, correlationId: number): Buffer {
  const partitions = [
    createFetchRequestFetchPartition({
      partition: 0,
      fetchOffset: BigInt(fetchOffset),
      partitionMaxBytes: FRAME_BYTES,
    }),
  ];
  const topics = [createFetchRequestFetchTopic({ topic, partitions })];
  const request = createFetchRequest({ maxWaitMs: 1_000, minBytes: 1, maxBytes: FRAME_BYTES, topics });
  return Buffer.concat(encodeRequestFrame(fetchRequest, 12, correlationId, 'never-reads', request));
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}
