/** What a test sees of a bucket. */
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { S3Server } from '@millrace/connect-testkit';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

export class Bucket {
  readonly name: string;
  readonly #server: S3Server;
  readonly #client: S3Client;

  constructor(server: S3Server, name: string) {
    this.name = name;
    this.#server = server;
    this.#client = new S3Client({
      region: server.region,
      endpoint: server.url,
      forcePathStyle: true,
      credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
    });
  }

  /** Of a connector that uses it, directly or through a proxy. */
  settings(url?: string): Readonly<Record<string, string>> {
    return this.#server.settings(this.name, url);
  }

  async keys(prefix = ''): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const input = { Bucket: this.name, Prefix: prefix, ...(token === undefined ? {} : { ContinuationToken: token }) };
      const page = await this.#client.send(new ListObjectsV2Command(input));
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return keys;
  }

  async bytes(key: string): Promise<Buffer> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.name, Key: key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  /** Decompressed by its name. */
  async text(key: string): Promise<string> {
    const bytes = await this.bytes(key);
    if (key.endsWith('.gz')) return gunzipSync(bytes).toString();
    return (key.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes).toString();
  }

  async jsonLines(key: string): Promise<unknown[]> {
    const text = await this.text(key);
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown);
  }

  /** All lines of all objects. */
  async allJson(prefix = ''): Promise<unknown[]> {
    const lines: unknown[] = [];
    for (const key of await this.keys(prefix)) lines.push(...(await this.jsonLines(key)));
    return lines;
  }

  async metadata(key: string): Promise<Record<string, string>> {
    return (await this.#client.send(new HeadObjectCommand({ Bucket: this.name, Key: key }))).Metadata ?? {};
  }

  async put(key: string, body: string | Uint8Array, metadata: Record<string, string> = {}): Promise<void> {
    await this.#client.send(new PutObjectCommand({ Bucket: this.name, Key: key, Body: body, Metadata: metadata }));
  }

  async unfinishedUploads(): Promise<number> {
    return (await this.#client.send(new ListMultipartUploadsCommand({ Bucket: this.name }))).Uploads?.length ?? 0;
  }

  close(): void {
    this.#client.destroy();
  }
}
