/**
 * The record encoders and decoders of other Kafka clients for Node.
 *
 * kafkajs has no public entry to its encoders, so its modules are loaded by path; @platformatic/kafka exports them.
 */
import { createRequire } from 'node:module';
import { createRecordsBatch, Reader, readRecordsBatches } from '@platformatic/kafka';

const require = createRequire(import.meta.url);

/** A record as an application hands it over. */
export interface TextRecord {
  readonly key: string;
  readonly value: string;
  readonly timestampMs: number;
}

/** What a decoder makes of a record, as far as these measurements look at it. */
export interface DecodedRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

export interface Peer {
  readonly name: string;
  encode(records: readonly TextRecord[]): Buffer | Promise<Buffer>;
  decode(batch: Buffer): readonly DecodedRecord[] | Promise<readonly DecodedRecord[]>;
}

interface KafkajsEncoder {
  readonly buffer: Buffer;
}

type KafkajsRecord = (fields: {
  readonly offsetDelta: number;
  readonly timestampDelta: number;
  readonly key: string;
  readonly value: string;
}) => KafkajsEncoder;

type KafkajsRecordBatch = (fields: {
  readonly records: readonly KafkajsEncoder[];
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
  readonly lastOffsetDelta: number;
}) => Promise<KafkajsEncoder>;

type KafkajsDecoder = new (buffer: Buffer) => object;
type KafkajsDecodeMessages = (decoder: object) => Promise<readonly DecodedRecord[]>;

/** kafkajs, by the modules that its produce and fetch requests call. */
export function kafkajsPeer(): Peer {
  const folder = 'kafkajs/src/protocol';
  const encodeRecord = require(`${folder}/recordBatch/record/v0`) as KafkajsRecord;
  const { RecordBatch: encodeBatch } = require(`${folder}/recordBatch/v0`) as { RecordBatch: KafkajsRecordBatch };
  const Decoder = require(`${folder}/decoder`) as KafkajsDecoder;
  const decodeMessages = require(`${folder}/requests/fetch/v4/decodeMessages`) as KafkajsDecodeMessages;
  return {
    name: `kafkajs ${versionOf('kafkajs')}`,
    async encode(records) {
      const firstTimestamp = records[0]?.timestampMs ?? 0;
      const encoded = records.map(({ key, value, timestampMs }, offsetDelta) =>
        encodeRecord({ offsetDelta, timestampDelta: timestampMs - firstTimestamp, key, value }),
      );
      const maxTimestamp = records.at(-1)?.timestampMs ?? 0;
      const lastOffsetDelta = records.length - 1;
      const batch = await encodeBatch({ records: encoded, firstTimestamp, maxTimestamp, lastOffsetDelta });
      return batch.buffer;
    },
    decode(batch) {
      // A fetch response has the size of the records in front of them.
      const sized = Buffer.allocUnsafe(4 + batch.length);
      sized.writeInt32BE(batch.length, 0);
      sized.set(batch, 4);
      return decodeMessages(new Decoder(sized));
    },
  };
}

/** @platformatic/kafka; its producer's string serializer is `Buffer.from`. */
export function platformaticPeer(): Peer {
  return {
    name: `@platformatic/kafka ${versionOf('@platformatic/kafka')}`,
    encode(records) {
      const messages = records.map(({ key, value, timestampMs }) => ({
        topic: 'bench',
        key: Buffer.from(key),
        value: Buffer.from(value),
        timestamp: BigInt(timestampMs),
      }));
      return createRecordsBatch(messages, {}).buffer;
    },
    decode: (batch) => readRecordsBatches(Reader.from(batch)).flatMap(({ records }) => records),
  };
}

/** The version in use: dependencies are pinned exactly. */
function versionOf(packageName: string): string {
  const manifest = require('../package.json') as { readonly dependencies: Readonly<Record<string, string>> };
  return manifest.dependencies[packageName] ?? '?';
}
