/** A Redis server for tests, and what they look at in it. */
import { isRedisServerAvailable, RedisServer } from '@millrace/connect-testkit';
import { Redis } from 'ioredis';

export const PASSWORD = 'secret of the fixture';

/** Skipped, with the reason in its name, where there is no Redis server. */
export function describeWithRedis(title: string, define: () => void): void {
  if (isRedisServerAvailable()) describe(title, define);
  else describe.skip(`${title} (needs valkey-server: node tools/setup/valkey.mjs says why there is none)`, define);
}

export class RedisWorld implements AsyncDisposable {
  readonly server: RedisServer;
  readonly client: Redis;

  private constructor(server: RedisServer) {
    this.server = server;
    this.client = new Redis({
      host: server.host,
      port: server.port,
      password: PASSWORD,
      protocol: 2,
      connectTimeout: 1000,
    });
    // It comes back when the server does.
    this.client.on('error', () => undefined);
  }

  static async start(): Promise<RedisWorld> {
    return new RedisWorld(await RedisServer.start({ password: PASSWORD }));
  }

  get settings(): Record<string, string> {
    return { 'redis.uri': `redis://${this.server.host}:${this.server.port}`, 'redis.password': PASSWORD };
  }

  /** Breaks every connection but its own. */
  async breakConnections(): Promise<void> {
    await this.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await this.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.disconnect();
    await this.server.stop();
  }
}
