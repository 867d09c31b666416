/**
 * A bucket, as far as connectors use it: every request is tried again while S3 is out of breath, and errors say what was attempted.
 *
 * Owns: the S3 client, retries with backoff, and the choice between one PUT and an upload in parts.
 * Invariants: an object appears whole or not at all; with conditional writes an object that exists is never replaced; an upload in parts
 *   that did not end well is aborted.
 * Bounds: one part of each upload in memory; `retries` attempts more than one; every attempt ends by `requestTimeoutMs` without a byte.
 * Not here: what objects hold, and what it means that one exists already (see ../sink/upload.ts).
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type CompletedPart,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
  type ListObjectsV2CommandOutput,
  type ObjectCannedACL,
  type ServerSideEncryption,
} from '@aws-sdk/client-s3';
import type { Clock, Random, Timers } from '@millrace/base';
import type { Secret } from '@millrace/connect-api';
import type { Readable } from 'node:stream';

import { retrying } from './retry.ts';
import { S3Error, s3Error, statusOf } from '../s3-error.ts';

export interface ObjectStoreOptions {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly usePathStyle: boolean;
  /** Absent: the environment's, as the AWS SDK finds them. */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: Secret | undefined;
  readonly sessionToken?: Secret | undefined;
  readonly retries: number;
  readonly retryBackoffMs: number;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
}

export interface UploadOptions {
  readonly partSizeBytes: number;
  /** Whether an object that exists is to be left alone. */
  readonly ifAbsent: boolean;
  readonly acl?: ObjectCannedACL | undefined;
  readonly encryption?: ServerSideEncryption | undefined;
  readonly kmsKeyId?: string | undefined;
}

/** What an object is made of; read in order, a part at a time. */
export interface Content {
  readonly sizeBytes: number;
  /** Fills `into`. */
  read(start: number, into: Uint8Array): Promise<void>;
}

export type Metadata = Readonly<Record<string, string>>;

export interface StoredObject {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModifiedMs: number;
}

const KEEP_ALIVE_SOCKETS_MAX = 64;
/** A task has to end within a second. */
const ABORT_MS_MAX = 500;

export class ObjectStore {
  readonly bucket: string;
  readonly #client: S3Client;
  readonly #options: ObjectStoreOptions;
  /** Of the size of a part; at most as many as there are uploads at a time. */
  readonly #freeBuffers: Buffer[] = [];

  constructor(options: ObjectStoreOptions) {
    this.bucket = options.bucket;
    this.#options = options;
    const { accessKeyId, secretAccessKey, sessionToken } = options;
    this.#client = new S3Client({
      region: options.region,
      forcePathStyle: options.usePathStyle,
      // Retries are ours: those of the client know nothing of the task's signal and clock.
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: options.requestTimeoutMs,
        requestTimeout: options.requestTimeoutMs,
        socketTimeout: options.requestTimeoutMs,
        throwOnRequestTimeout: true,
        httpAgent: { maxSockets: KEEP_ALIVE_SOCKETS_MAX, keepAlive: true },
        httpsAgent: { maxSockets: KEEP_ALIVE_SOCKETS_MAX, keepAlive: true },
      },
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
      ...(accessKeyId === undefined || secretAccessKey === undefined
        ? {}
        : {
            credentials: {
              accessKeyId,
              secretAccessKey: secretAccessKey.reveal(),
              ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
            },
          }),
    });
  }

  /** Throws when the bucket cannot be reached or seen. */
  async checkBucket(signal: AbortSignal): Promise<void> {
    await this.#attempt(`see the bucket ${this.bucket}`, signal, () =>
      this.#client.send(new HeadBucketCommand({ Bucket: this.bucket }), { abortSignal: signal }),
    );
  }

  /** The metadata of an object, names in lower case; undefined when there is none. */
  async metadata(key: string, signal: AbortSignal): Promise<Metadata | undefined> {
    return this.#attempt(`look at ${this.#name(key)}`, signal, async () => {
      try {
        const input = { Bucket: this.bucket, Key: key };
        const answer = await this.#client.send(new HeadObjectCommand(input), { abortSignal: signal });
        return answer.Metadata ?? {};
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    });
  }

  /** @returns whether the object was written; false: one of that name exists. */
  async put(
    key: string,
    content: Content,
    metadata: Metadata,
    options: UploadOptions,
    signal: AbortSignal,
  ): Promise<boolean> {
    return this.#attempt(`write ${this.#name(key)}`, signal, async () => {
      try {
        if (content.sizeBytes <= options.partSizeBytes) await this.#putWhole(key, content, metadata, options, signal);
        else await this.#putInParts(key, content, metadata, options, signal);
        return true;
      } catch (error) {
        if (options.ifAbsent && statusOf(error) === 412) return false;
        throw error;
      }
    });
  }

  async #putWhole(key: string, content: Content, metadata: Metadata, options: UploadOptions, signal: AbortSignal) {
    await this.#withBuffer(content.sizeBytes, options, async (Body) => {
      await content.read(0, Body);
      const input = {
        ...this.#target(key, options),
        Body,
        ContentLength: Body.length,
        Metadata: { ...metadata },
        ...condition(options),
      };
      await this.#client.send(new PutObjectCommand(input), { abortSignal: signal });
    });
  }

  async #putInParts(key: string, content: Content, metadata: Metadata, options: UploadOptions, signal: AbortSignal) {
    const create = new CreateMultipartUploadCommand({ ...this.#target(key, options), Metadata: { ...metadata } });
    const { UploadId } = await this.#client.send(create, { abortSignal: signal });
    const upload = { Bucket: this.bucket, Key: key, UploadId };
    try {
      const Parts: CompletedPart[] = [];
      for (let start = 0; start < content.sizeBytes; start += options.partSizeBytes) {
        const PartNumber = Parts.length + 1;
        const sizeBytes = Math.min(options.partSizeBytes, content.sizeBytes - start);
        const answer = await this.#withBuffer(sizeBytes, options, async (Body) => {
          await content.read(start, Body);
          const part = { ...upload, PartNumber, Body, ContentLength: sizeBytes };
          // Each part is tried again by itself: a burst of refusals does not begin a large object anew.
          return this.#attempt(`write part ${PartNumber} of ${this.#name(key)}`, signal, () =>
            this.#client.send(new UploadPartCommand(part), { abortSignal: signal }),
          );
        });
        Parts.push(partOf(PartNumber, answer));
      }
      const complete = { ...upload, MultipartUpload: { Parts }, ...condition(options) };
      await this.#client.send(new CompleteMultipartUploadCommand(complete), { abortSignal: signal });
    } catch (error) {
      await this.#abort(key, UploadId);
      throw error;
    }
  }

  /**
   * Large buffers are used again: allocated anew for each part they would leave the process's memory in pieces. One of a request that failed
   * may still be on its way out and is left to the garbage collector.
   */
  async #withBuffer<T>(
    sizeBytes: number,
    { partSizeBytes }: UploadOptions,
    work: (buffer: Uint8Array) => Promise<T>,
  ): Promise<T> {
    if (sizeBytes < partSizeBytes / 4) return work(Buffer.allocUnsafeSlow(sizeBytes));
    const buffer = this.#freeBuffers.pop() ?? Buffer.allocUnsafeSlow(partSizeBytes);
    const result = await work(buffer.subarray(0, sizeBytes));
    this.#freeBuffers.push(buffer);
    return result;
  }

  /** Uploads in parts that were begun and neither completed nor aborted. */
  async *unfinishedUploads(prefix: string, signal: AbortSignal): AsyncIterable<{ key: string; uploadId: string }> {
    let marker: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | undefined = {};
    while (marker !== undefined) {
      const input: ListMultipartUploadsCommandInput = { Bucket: this.bucket, Prefix: prefix, ...marker };
      const answer: ListMultipartUploadsCommandOutput = await this.#attempt(
        `list uploads of ${this.#name(prefix)}`,
        signal,
        () => this.#client.send(new ListMultipartUploadsCommand(input), { abortSignal: signal }),
      );
      for (const { Key, UploadId } of answer.Uploads ?? []) {
        if (Key !== undefined && UploadId !== undefined) yield { key: Key, uploadId: UploadId };
      }
      marker =
        answer.IsTruncated === true
          ? { KeyMarker: answer.NextKeyMarker, UploadIdMarker: answer.NextUploadIdMarker }
          : undefined;
    }
  }

  async abortUpload(key: string, uploadId: string): Promise<void> {
    await this.#abort(key, uploadId);
  }

  /** Without the task's signal: what was begun is put away even when the task ends. A rule of the bucket's life cycle gets the rest. */
  async #abort(key: string, UploadId: string | undefined): Promise<void> {
    try {
      const input = { Bucket: this.bucket, Key: key, UploadId };
      await this.#client.send(new AbortMultipartUploadCommand(input), {
        abortSignal: AbortSignal.timeout(ABORT_MS_MAX),
      });
    } catch {
      // Completed or aborted already, or S3 is away.
    }
  }

  /** In order of keys. */
  async *list(prefix: string, signal: AbortSignal): AsyncIterable<readonly StoredObject[]> {
    let token: string | undefined;
    do {
      const answer: ListObjectsV2CommandOutput = await this.#listPage(prefix, token, signal);
      yield (answer.Contents ?? []).flatMap(({ Key, ETag, Size, LastModified }) =>
        Key === undefined
          ? []
          : [{ key: Key, etag: ETag ?? '', sizeBytes: Size ?? 0, lastModifiedMs: LastModified?.getTime() ?? 0 }],
      );
      token = answer.IsTruncated === true ? answer.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  #listPage(prefix: string, token: string | undefined, signal: AbortSignal): Promise<ListObjectsV2CommandOutput> {
    const input = { Bucket: this.bucket, Prefix: prefix, ...(token === undefined ? {} : { ContinuationToken: token }) };
    return this.#attempt(`list ${this.#name(prefix)}`, signal, () =>
      this.#client.send(new ListObjectsV2Command(input), { abortSignal: signal }),
    );
  }

  /**
   * The bytes of an object from `start` on. Undefined when it is gone, or no longer the one with that ETag. The stream may break off; then
   * ask again from where it was.
   */
  async read(key: string, etag: string, start: number, signal: AbortSignal): Promise<Readable | undefined> {
    return this.#attempt(`read ${this.#name(key)}`, signal, async () => {
      try {
        const range = start === 0 ? {} : { Range: `bytes=${start}-` };
        const input = { Bucket: this.bucket, Key: key, IfMatch: etag, ...range };
        const { Body } = await this.#client.send(new GetObjectCommand(input), { abortSignal: signal });
        return Body as Readable;
      } catch (error) {
        if (statusOf(error) === 404 || statusOf(error) === 412) return undefined;
        throw error;
      }
    });
  }

  close(): void {
    this.#client.destroy();
  }

  #attempt<T>(attempt: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const { retries, retryBackoffMs, timers, random } = this.#options;
    return retrying({ retries, backoffMs: retryBackoffMs, timers, random, signal }, async () => {
      try {
        return await work();
      } catch (error) {
        signal.throwIfAborted();
        throw s3Error(attempt, error);
      }
    });
  }

  #name(key: string): string {
    return `s3://${this.bucket}/${key}`;
  }

  #target(key: string, { acl, encryption, kmsKeyId }: UploadOptions) {
    return {
      Bucket: this.bucket,
      Key: key,
      ...(acl === undefined ? {} : { ACL: acl }),
      ...(encryption === undefined ? {} : { ServerSideEncryption: encryption }),
      ...(kmsKeyId === undefined ? {} : { SSEKMSKeyId: kmsKeyId }),
    };
  }
}

function condition({ ifAbsent }: UploadOptions): { readonly IfNoneMatch?: string } {
  return ifAbsent ? { IfNoneMatch: '*' } : {};
}

/** By its ETag alone: S3 has compared the checksum of each part already, and not every server takes it again here. */
function partOf(PartNumber: number, { ETag }: { readonly ETag?: string | undefined }): CompletedPart {
  if (ETag !== undefined) return { PartNumber, ETag };
  throw new S3Error('MILLRACE_CONNECT_S3_UNAVAILABLE', 'S3 took a part and did not name it; it will be tried again', {
    retriable: true,
  });
}
