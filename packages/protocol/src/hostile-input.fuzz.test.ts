/**
 * Whatever the bytes are, decoding returns a message or throws a ProtocolError, soon. The inputs are seeded: set
 * MILLRACE_FUZZ_SEED to try others; a failure names message, version, seed and bytes.
 */
import { SeededRandom } from '@millrace/base';

import { readVectors } from '../test/golden-vectors.ts';
import { createMetadataResponse, metadataResponse } from './generated/03-metadata.ts';
import { MESSAGES } from './generated/registry.ts';
import { encodeMessage } from './wire/codec.ts';
import type { MessageCodec } from './wire/codec.ts';
import { decodeRequestHeader } from './wire/frame.ts';
import { ProtocolError } from './wire/protocol-error.ts';
import { Reader } from './wire/reader.ts';

const SEED = Number(process.env['MILLRACE_FUZZ_SEED'] ?? 20_261_122);
const codecs = new Map(MESSAGES.map((codec) => [codec.name, codec]));
const vectors = readVectors().map(({ name, version, hex }) => ({
  codec: codecOf(name),
  version,
  bytes: Buffer.from(hex, 'hex'),
}));

function codecOf(name: string): MessageCodec<unknown> {
  const codec = codecs.get(name);
  if (codec === undefined) throw new Error(`no codec ${name}`);
  return codec;
}

/** Decodes and tells whether that worked; anything but a ProtocolError is a failure. */
function survives(codec: MessageCodec<unknown>, version: number, bytes: Buffer): boolean {
  try {
    codec.decode(new Reader(bytes), version);
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    const input = bytes.subarray(0, 2000).toString('hex');
    throw new Error(`${codec.name} v${version}, seed ${SEED}, bytes ${input}`, { cause: error });
  }
}

const stackTraceLimit = Error.stackTraceLimit;
beforeAll(() => {
  Error.stackTraceLimit = 0; // Collecting a stack costs more than the decoding under test.
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

describe('decoding', () => {
  it('refuses every truncation of a valid message', () => {
    for (const { codec, version, bytes } of vectors) {
      for (let length = 0; length < bytes.length; length++) {
        if (survives(codec, version, bytes.subarray(0, length))) {
          throw new Error(`${codec.name} v${version} decoded from ${length} of ${bytes.length} bytes`);
        }
      }
    }
  });

  it('survives random bytes', () => {
    const random = new SeededRandom(SEED);
    let decoded = 0;
    for (const codec of MESSAGES) {
      for (let version = codec.minVersion; version <= codec.maxVersion; version++) {
        for (let round = 0; round < 20; round++) {
          const bytes = random.bytes(1 + random.nextInt(120));
          // Bytes near zero make short lengths, which lead deeper than uniform ones.
          if (round % 2 === 0) for (let i = 0; i < bytes.length; i++) bytes[i] = (bytes[i] ?? 0) & 0x03;
          if (survives(codec, version, bytes)) decoded++;
        }
      }
    }
    expect(decoded).toBeGreaterThan(0);
  });

  it('survives lengths and counts that lie, wherever they stand', () => {
    const random = new SeededRandom(SEED);
    const lies = [
      '7fffffff',
      '80000000',
      'ffffffff',
      'fffffffe',
      'ffffffff0f',
      'ffffffff7f',
      '7fff',
      '8000',
      '00',
      '01',
      'ff7f',
    ];
    for (const { codec, version, bytes } of vectors) {
      for (let round = 0; round < 60; round++) {
        const lie = Buffer.from(lies[random.nextInt(lies.length)] ?? '', 'hex');
        const broken = Buffer.from(bytes);
        lie.copy(broken, random.nextInt(bytes.length + 1));
        survives(codec, version, broken);
      }
    }
  });

  it('survives flipped, dropped and doubled bytes', () => {
    const random = new SeededRandom(SEED);
    for (const { codec, version, bytes } of vectors) {
      for (let round = 0; round < 30; round++) {
        const at = random.nextInt(bytes.length + 1);
        const flipped = Buffer.from(bytes);
        if (at < bytes.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << random.nextInt(8));
        survives(codec, version, flipped);
        survives(codec, version, Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]));
        survives(codec, version, Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - 1))]));
      }
    }
  });

  it('survives random bytes as request headers', () => {
    const random = new SeededRandom(SEED);
    for (let round = 0; round < 5000; round++) {
      const bytes = random.bytes(random.nextInt(40));
      if (bytes.length > 2) bytes.writeInt16BE(random.nextInt(100));
      try {
        decodeRequestHeader(new Reader(bytes));
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }
  });

  it('stops at an array that would multiply a small frame into millions of objects', () => {
    // 12 MB of brokers as small as they come: the bytes are there, but one too many of them.
    const count = 1_000_001;
    const body = Buffer.alloc(4 + 4 + count * 12 + 100);
    body.writeInt32BE(count, 4);

    const started = performance.now();
    expect(survives(metadataResponse as MessageCodec<unknown>, 3, body)).toBe(false);
    expect(performance.now() - started).toBeLessThan(100);
  });

  it('bounds the tag sections of a whole message, not only each of them', () => {
    // Three structs with 4,096 empty tags each; a reader takes 10,000.
    const tags = Buffer.alloc(2 + 4096 * 3);
    let end = tags.writeUInt16BE(0x8020, 0);
    for (let tag = 0; tag < 4096; tag++) {
      end = tags.writeUInt8((tag & 0x7f) | 0x80, end);
      end = tags.writeUInt8(tag >> 7, end);
      end = tags.writeUInt8(0, end);
    }
    const broker = Buffer.concat([Buffer.from('00000001' + '01' + '00000001' + '00', 'hex'), tags]);
    const rest = Buffer.concat(encodeMessage(metadataResponse, createMetadataResponse(), 12)).subarray(5);
    const body = (brokers: number): Buffer => {
      const head = Buffer.from([0, 0, 0, 0, brokers + 1]);
      return Buffer.concat([head, ...Array.from({ length: brokers }, () => broker), rest]);
    };

    expect(survives(metadataResponse as MessageCodec<unknown>, 12, body(2))).toBe(true);
    expect(survives(metadataResponse as MessageCodec<unknown>, 12, body(3))).toBe(false);
  });
});
