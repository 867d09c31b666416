/** What each connector has brought to its target, counted. Reading does not change anything there. */
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { PostgresServer, S3Server } from '@millrace/connect-testkit';
import type { Redis } from 'ioredis';
import { BUCKET, LOAD_TOPIC } from './connectors.ts';
import { KEYS, keyOf } from './load.ts';
import { Tally, type Verdict } from './tally.ts';
import type { Numbered } from './topic-tally.ts';

const PAGE = 10_000;
const PARTITIONS = 3;

/** Of a change event; the rows as they were in the beginning have number 0 and do not count. */
export function ofChangeEvent(value: unknown): Numbered | undefined {
  const { after } = value as { readonly after: { readonly k: number; readonly n: number } };
  return after.n === 0 ? undefined : { key: after.k, number: after.n };
}

/** Of a row of a snapshot, which come in no order. */
export function ofSnapshot(value: unknown): Numbered {
  const { n } = (value as { readonly after: { readonly n: number } }).after;
  return { key: n, number: n };
}

/** Of the load's own value; in streams of Redis all is text. */
export function ofLoad(value: unknown): Numbered {
  const { k, n } = value as { readonly k: number | string; readonly n: number | string };
  return { key: Number(k), number: Number(n) };
}

/** Compares the last number of each key. */
export function judgeState(state: ReadonlyMap<number, number>, sent: number): Verdict {
  let missing = 0;
  for (let number = Math.max(1, sent - KEYS + 1); number <= sent; number++)
    if (state.get(keyOf(number)) !== number) missing++;
  const foreign = Math.max(0, state.size - Math.min(KEYS, sent));
  return { arrived: state.size, missing, doubled: 0, foreign, misplaced: 0 };
}

export async function upsertedState(postgres: PostgresServer): Promise<Map<number, number>> {
  const rows = await postgres.query<{ k: string; n: string }>('SELECT k, n FROM upserted');
  return new Map(rows.map(({ k, n }) => [Number(k), Number(n)]));
}

export async function insertedTally(postgres: PostgresServer): Promise<Tally> {
  const tally = new Tally();
  for (let last = '0'; ;) {
    const rows = await postgres.query<{ seq: string; k: string; n: string }>(
      `SELECT seq, k, n FROM inserted WHERE seq > $1 ORDER BY seq LIMIT ${PAGE}`,
      [last],
    );
    for (const { k, n } of rows) tally.add(Number(k), Number(n));
    last = rows.at(-1)?.seq ?? last;
    if (rows.length < PAGE) return tally;
  }
}

export async function hashState(redis: Redis): Promise<Map<number, number>> {
  const state = new Map<number, number>();
  for (const name of await redis.keys('hash:*')) {
    const { k, n } = await redis.hgetall(name);
    state.set(Number(k), Number(n));
  }
  return state;
}

export async function streamTally(redis: Redis): Promise<Tally> {
  const tally = new Tally();
  for (let partition = 0; partition < PARTITIONS; partition++) {
    for (let from = '-'; ;) {
      const entries = await redis.xrange(`${LOAD_TOPIC}-${partition}`, from, '+', 'COUNT', PAGE);
      for (const [, fields] of entries) {
        const { key, number } = ofLoad(Object.fromEntries(pairs(fields)));
        tally.add(key, number);
      }
      const last = entries.at(-1)?.[0];
      if (entries.length < PAGE || last === undefined) break;
      from = `(${last}`;
    }
  }
  return tally;
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index] ?? '', flat[2 * index + 1] ?? '']);
}

/** Objects are complete when they are there, so each is read once. */
export class BucketTally {
  readonly #client: S3Client;
  readonly #objects = new Map<string, readonly Numbered[]>();

  constructor(server: S3Server) {
    this.#client = new S3Client({
      region: server.region,
      endpoint: server.url,
      forcePathStyle: true,
      credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
    });
  }

  /** Names sort by partition and offset. */
  async tally(): Promise<Tally> {
    for (const key of await this.#keys()) {
      if (this.#objects.has(key)) continue;
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
      const lines = ((await Body?.transformToString()) ?? '').trim().split('\n');
      this.#objects.set(
        key,
        lines.map((line) => ofLoad(JSON.parse(line))),
      );
    }
    const tally = new Tally();
    for (const key of [...this.#objects.keys()].sort())
      for (const one of this.#objects.get(key) ?? []) tally.add(one.key, one.number);
    return tally;
  }

  close(): void {
    this.#client.destroy();
  }

  async #keys(): Promise<string[]> {
    const keys: string[] = [];
    for (let token: string | undefined; ;) {
      const page = await this.#client.send(
        new ListObjectsV2Command({ Bucket: BUCKET, ...(token === undefined ? {} : { ContinuationToken: token }) }),
      );
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
      token = page.NextContinuationToken;
      if (token === undefined) return keys;
    }
  }
}
