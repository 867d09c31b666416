/**
 * A connection to Redis that fails at once and is made anew when it is asked for again.
 *
 * Invariants: a command is sent once. What was sent when a connection breaks fails, and nobody knows whether it was done: the caller, who
 *   knows what may be repeated, decides. Nothing waits for a connection that may come back.
 * Bounds: an answer takes `redis.timeout` at most; then the connection is given up, since a half-open one never tells.
 */
import { isIP } from 'node:net';
import { Redis } from 'ioredis';
import { addressText, type RedisAddress } from './connection-config.ts';
import { isOfNoMaster, redisError } from './redis-error.ts';

/** A command with its arguments. */
export type RedisCommand = readonly [name: string, ...args: readonly (string | number | Buffer)[]];

/** The answer to one command of several. */
export type RedisOutcome =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Error };

const KEEP_ALIVE_MS = 10_000;

export interface RedisLinkOptions {
  readonly address: RedisAddress;
  /** Shown by CLIENT LIST. */
  readonly name: string;
}

export class RedisLink {
  readonly #options: RedisLinkOptions;
  #client: Redis | undefined;
  #isClosed = false;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
  }

  /** Sends one command. `waitMs`: how long the server itself may wait with the answer. */
  async call(command: RedisCommand, waitMs = 0): Promise<unknown> {
    const [outcome] = await this.callAll([command], waitMs);
    if (outcome === undefined || !outcome.ok) throw redisError(`run ${command[0]} at ${this.place}`, outcome?.error);
    return outcome.value;
  }

  /**
   * Sends commands together; their answers come in their order, as Buffers. Rejects with a retriable error when the connection breaks: then
   * some may have been done, the first ones.
   */
  async callAll(commands: readonly RedisCommand[], waitMs = 0): Promise<RedisOutcome[]> {
    const client = await this.#connected();
    const pipeline = client.pipeline();
    for (const [name, ...args] of commands) pipeline.callBuffer(name, ...args);
    let answers: Awaited<ReturnType<typeof pipeline.exec>>;
    try {
      answers = await withTimeout(pipeline.exec(), this.#options.address.timeoutMs + waitMs);
    } catch (error) {
      this.#drop(client);
      throw redisError(`run ${commands.length} commands at ${this.place}`, error);
    }
    if (answers === null) throw redisError(`run commands at ${this.place}`, new Error('there is no answer'));
    const broken = answers.find(([error]) => error !== null && error.name !== 'ReplyError');
    if (broken !== undefined) {
      this.#drop(client);
      throw redisError(`run ${commands.length} commands at ${this.place}`, broken[0]);
    }
    // Its address may lead to another server by now: the next call looks.
    if (answers.some(([error]) => isOfNoMaster(error))) this.#drop(client);
    return answers.map(([error, value]) => (error === null ? { ok: true, value } : { ok: false, error }));
  }

  /** As {@link callAll}, but all are done or none: a server that is full may refuse some of many, and take later ones. */
  async callTogether(commands: readonly RedisCommand[]): Promise<RedisOutcome[]> {
    const outcomes = await this.callAll([['MULTI'], ...commands, ['EXEC']]);
    const refused = outcomes.find((outcome) => !outcome.ok);
    if (refused !== undefined && !refused.ok) throw redisError(`run commands at ${this.place}`, refused.error);
    const answers = outcomes.at(-1);
    if (answers?.ok !== true || !Array.isArray(answers.value))
      throw redisError(`run commands at ${this.place}`, new Error('there is no answer'));
    return answers.value.map((value: unknown) =>
      value instanceof Error ? { ok: false, error: value } : { ok: true, value },
    );
  }

  /** The connection itself, for subscriptions. */
  async connected(): Promise<Redis> {
    return this.#connected();
  }

  get place(): string {
    return `Redis at ${addressText(this.#options.address)}`;
  }

  /** What is under way fails. */
  close(): void {
    this.#isClosed = true;
    if (this.#client !== undefined) this.#drop(this.#client);
  }

  async #connected(): Promise<Redis> {
    if (this.#isClosed) throw redisError(`reach ${this.place}`, new Error('the connection was closed'));
    if (this.#client?.status === 'ready') return this.#client;
    if (this.#client !== undefined) this.#drop(this.#client);
    const { address, name } = this.#options;
    const client = new Redis({
      host: address.host,
      port: address.port,
      db: address.database,
      ...(address.username === undefined ? {} : { username: address.username }),
      ...(address.password === undefined ? {} : { password: address.password }),
      // An address is not told as a name; the certificate is checked against it all the same.
      ...(address.tls === undefined
        ? {}
        : { tls: { ...address.tls, ...(isIP(address.host) === 0 ? { servername: address.host } : {}) } }),
      connectionName: name,
      protocol: 2,
      lazyConnect: true,
      connectTimeout: address.timeoutMs,
      keepAlive: KEEP_ALIVE_MS,
      // Whoever asks next connects anew.
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      enableOfflineQueue: false,
    });
    // Errors of a connection come with the commands that it fails.
    let why: unknown;
    client.on('error', (error: unknown) => (why = error));
    this.#client = client;
    try {
      await withTimeout(client.connect(), address.timeoutMs);
    } catch (error) {
      this.#drop(client);
      throw redisError(`reach ${this.place}`, why ?? error);
    }
    return client;
  }

  #drop(client: Redis): void {
    if (this.#client === client) this.#client = undefined;
    // Of one that has ended, the client would wait two seconds for the end.
    if (client.status !== 'end') client.disconnect();
  }
}

/** Connections live in real time, whatever clock a task goes by. */
async function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
    // It loses the race: nobody else takes what it ends with.
    work.catch(() => undefined);
  }
}
