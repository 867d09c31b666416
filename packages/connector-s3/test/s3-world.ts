/** A real S3 server for the tests of a file, with a bucket of its own for each. */
import { isS3ServerAvailable, S3FaultProxy, S3Server, type S3FaultRule } from '@millrace/connect-testkit';
import { Bucket } from './bucket.ts';

/** A task is to end in a second; a busy machine may need longer, and who waits for an answer takes 30. */
export const END_MS_MAX = 10_000;

export class S3World {
  readonly #name: string;
  readonly #buckets: Bucket[] = [];
  readonly #proxies: S3FaultProxy[] = [];
  #server: S3Server | undefined;
  #count = 0;

  /** @param name what names of its buckets begin with */
  constructor(name: string) {
    this.#name = name;
  }

  get server(): S3Server {
    if (this.#server === undefined) throw new Error('the server is there while tests run');
    return this.#server;
  }

  async open(): Promise<void> {
    this.#server = await S3Server.start();
  }

  /** An empty one. */
  async bucket(): Promise<Bucket> {
    const name = `${this.#name}-${(this.#count += 1)}`;
    await this.server.createBucket(name);
    const bucket = new Bucket(this.server, name);
    this.#buckets.push(bucket);
    return bucket;
  }

  /** What stands between a connector and the server; it passes everything on until it is told otherwise. */
  async proxy(rule?: S3FaultRule): Promise<S3FaultProxy> {
    const proxy = await S3FaultProxy.start(this.server);
    this.#proxies.push(proxy);
    if (rule !== undefined) proxy.breakBy(rule);
    return proxy;
  }

  /** What a test has opened. */
  async tidy(): Promise<void> {
    for (const bucket of this.#buckets.splice(0)) bucket.close();
    for (const proxy of this.#proxies.splice(0)) await proxy.stop();
  }

  async close(): Promise<void> {
    await this.#server?.stop();
  }
}

/** Skipped, with the reason in its name, where there is no S3 server. */
export function describeWithS3(title: string, bucketName: string, define: (s3: S3World) => void): void {
  const suite = (): void => {
    const s3 = new S3World(bucketName);
    beforeAll(() => s3.open());
    afterEach(() => s3.tidy());
    afterAll(() => s3.close());
    define(s3);
  };
  if (isS3ServerAvailable()) describe(title, suite);
  else describe.skip(`${title} (needs versitygw: node tools/setup/versitygw.mjs says why there is none)`, suite);
}
