/**
 * The record encoder and decoder beside those of kafkajs and @platformatic/kafka, and the throughput of the codecs.
 *
 * All get the same records as text and make from them an uncompressed batch of message format 2, or take a batch apart into keys
 * and values as buffers. Checksums are computed where each computes them in use: all three write them, ours alone verifies them.
 */
import { compress, COMPRESSION_CODECS, crc32c, decompress, type CompressionCodec } from '@millrace/compression';
import { BATCH_HEADER_SIZE_BYTES, decodeBatch, RecordBatchWriter, validateBatch } from '@millrace/protocol';
import { measure, type Contender, type Measurement, type MeasureOptions } from './measure.ts';
import { kafkajsPeer, platformaticPeer, type Peer, type TextRecord } from './peers.ts';
import { textRecords } from './record-workload.ts';

export interface CodecFigures {
  readonly codec: CompressionCodec;
  readonly ratio: number;
  readonly compressBytesPerSecond: number;
  readonly decompressBytesPerSecond: number;
}

export interface RecordFigures {
  readonly encode: readonly Measurement[];
  readonly decode: readonly Measurement[];
  readonly broker: readonly Measurement[];
  readonly codecs: readonly CodecFigures[];
}

/** Floors that the project has set itself, in records per CPU second. */
export const ENCODE_FLOOR = 3_000_000;
export const DECODE_FLOOR = 10_000_000;
export const OUR_ENCODER = 'millrace, from strings';
export const OUR_DECODER = 'millrace, values, CRC verified';

export async function benchRecords(options: MeasureOptions): Promise<RecordFigures> {
  const records = textRecords();
  const peers = [kafkajsPeer(), platformaticPeer()];
  const batch = encodeOurs(records);
  await assertAgreement(peers, records, batch);
  return {
    encode: await measure(encoders(peers, records), options),
    decode: await measure(decoders(peers, batch), options),
    broker: await measure(brokerWork(batch), options),
    codecs: await benchCodecs(batch.subarray(BATCH_HEADER_SIZE_BYTES), options),
  };
}

function encodeOurs(records: readonly TextRecord[], writer = new RecordBatchWriter()): Buffer {
  for (const { key, value, timestampMs } of records) writer.append(key, value, timestampMs);
  return writer.finish();
}

/** Everybody must have read and written the same, or the figures compare nothing. */
async function assertAgreement(peers: readonly Peer[], records: readonly TextRecord[], batch: Buffer): Promise<void> {
  const flat = (decoded: Iterable<{ readonly key: Uint8Array | null; readonly value: Uint8Array | null }>): string =>
    Array.from(decoded, ({ key, value }) => `${String(key)}:${String(value)}`).join('\n');
  const expected = records.map(({ key, value }) => `${key}:${value}`).join('\n');
  for (const peer of peers) {
    if (flat(await peer.decode(batch)) !== expected) throw new Error(`${peer.name} decodes something else`);
    if (flat(decodeBatch(await peer.encode(records))) !== expected)
      throw new Error(`${peer.name} encodes something else`);
  }
}

function encoders(peers: readonly Peer[], records: readonly TextRecord[]): Contender[] {
  const writer = new RecordBatchWriter();
  const bytes = records.map(({ key, value, timestampMs }) => ({
    key: Buffer.from(key),
    value: Buffer.from(value),
    timestampMs,
  }));
  return [
    { name: OUR_ENCODER, run: () => (encodeOurs(records, writer), records.length) },
    {
      name: 'millrace, from buffers',
      run() {
        for (const { key, value, timestampMs } of bytes) writer.append(key, value, timestampMs);
        writer.finish();
        return bytes.length;
      },
    },
    ...peers.map((peer) => ({
      name: `${peer.name}, from strings`,
      run: async () => (await peer.encode(records), records.length),
    })),
  ];
}

function decoders(peers: readonly Peer[], batch: Buffer): Contender[] {
  return [
    { name: OUR_DECODER, run: () => readValues(batch, true) },
    { name: 'millrace, values', run: () => readValues(batch, false) },
    { name: 'millrace, keys and values, CRC verified', run: () => readKeysAndValues(batch) },
    { name: 'millrace, positions only', run: () => decodeBatch(batch, 0, { checkCrc: false }).count },
    ...peers.map((peer) => ({
      name: `${peer.name}, keys and values`,
      run: async () => (await peer.decode(batch)).length,
    })),
  ];
}

function readValues(batch: Buffer, checkCrc: boolean): number {
  const reader = decodeBatch(batch, 0, { checkCrc });
  const values = new Array<Buffer | null>(reader.count);
  for (let index = 0; index < reader.count; index++) values[index] = reader.valueAt(index);
  return values.length;
}

function readKeysAndValues(batch: Buffer): number {
  const reader = decodeBatch(batch);
  const values = new Array<Buffer | null>(reader.count);
  const keys = new Array<Buffer | null>(reader.count);
  for (let index = 0; index < reader.count; index++) {
    keys[index] = reader.keyAt(index);
    values[index] = reader.valueAt(index);
  }
  return values.length;
}

function brokerWork(batch: Buffer): Contender[] {
  const count = decodeBatch(batch).count;
  return [
    {
      name: 'validate a produced batch',
      run() {
        if (validateBatch(batch).errorCode !== 0) throw new Error('the batch of the benchmark is invalid');
        return count;
      },
    },
    { name: 'CRC of its records alone', run: () => (crc32c(batch, BATCH_HEADER_SIZE_BYTES), count) },
  ];
}

async function benchCodecs(input: Buffer, options: MeasureOptions): Promise<CodecFigures[]> {
  const figures: CodecFigures[] = [];
  for (const codec of COMPRESSION_CODECS) {
    if (codec === 'none') continue;
    const packed = compress(codec, input);
    const [packing, opening] = await measure(
      [
        { name: 'compress', run: () => (compress(codec, input), input.length) },
        { name: 'decompress', run: () => decompress(codec, packed, { outputBytesMax: input.length }).length },
      ],
      options,
    );
    figures.push({
      codec,
      ratio: input.length / packed.length,
      compressBytesPerSecond: packing?.unitsPerSecond ?? 0,
      decompressBytesPerSecond: opening?.unitsPerSecond ?? 0,
    });
  }
  return figures;
}
