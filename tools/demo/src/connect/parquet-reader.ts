/**
 * Reads the Parquet files of the bucket back as they appear: each is complete when it is there, so each is read once.
 *
 * Not here: comparing (./verdict.ts).
 */
import { zstdDecompressSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { S3Server } from '@millrace/connect-testkit';
import { parquetReadObjects } from 'hyparquet';
import type { Flight } from './data-set.ts';

export class ParquetReader {
  readonly #bucket: string;
  readonly #client: S3Client;
  readonly #read = new Set<string>();
  readonly #flights: Flight[] = [];
  #sizeBytes = 0;

  constructor(server: S3Server, bucket: string) {
    this.#bucket = bucket;
    this.#client = new S3Client({
      region: server.region,
      endpoint: server.url,
      forcePathStyle: true,
      credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
    });
  }

  /** Every row of every file so far. */
  get flights(): readonly Flight[] {
    return this.#flights;
  }

  get fileCount(): number {
    return this.#read.size;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Looks for new files and reads them. */
  async poll(): Promise<void> {
    for (const key of await this.#keys()) {
      if (this.#read.has(key) || !key.endsWith('.parquet')) continue;
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      const bytes = await Body?.transformToByteArray();
      if (bytes === undefined) throw new Error(`${key} has no content`);
      const rows = await parquetReadObjects({
        file: Uint8Array.from(bytes).buffer,
        compressors: { ZSTD: (page) => zstdDecompressSync(page) },
      });
      for (const row of rows) this.#flights.push(flightOf(row));
      this.#read.add(key);
      this.#sizeBytes += bytes.length;
    }
  }

  close(): void {
    this.#client.destroy();
  }

  async #keys(): Promise<string[]> {
    const keys: string[] = [];
    for (let token: string | undefined; ;) {
      const page = await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
      token = page.NextContinuationToken;
      if (token === undefined) return keys;
    }
  }
}

export function flightOf(row: Readonly<Record<string, unknown>>): Flight {
  const { id, departed, delay, distance, origin, destination } = row;
  return {
    id: Number(id),
    departedMs: departed instanceof Date ? departed.getTime() : Number.NaN,
    delay: Number(delay),
    distance: Number(distance),
    origin: String(origin),
    destination: String(destination),
  };
}
