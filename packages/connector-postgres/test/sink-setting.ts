/** What the tests of the sink share: a database of its own for each, topics in memory, and a way to hand records over. */
import {
  MemoryGroup,
  MemoryTopics,
  runSink,
  SinkRun,
  type PostgresServer,
  type SinkRunOptions,
} from '@millrace/connect-testkit';
import type { OutRecord } from '@millrace/connect-api';

import { postgresSink } from '../src/sink/sink-connector.ts';

type Client = Awaited<ReturnType<PostgresServer['connect']>>;

let databases = 0;

export class SinkSetting implements AsyncDisposable {
  readonly topics: MemoryTopics;
  readonly group = new MemoryGroup();
  readonly properties: Readonly<Record<string, string>>;
  readonly #client: Client;

  private constructor(client: Client, properties: Readonly<Record<string, string>>, topics: MemoryTopics) {
    this.#client = client;
    this.properties = properties;
    this.topics = topics;
  }

  static async open(
    server: PostgresServer,
    settings: Readonly<Record<string, string>> = {},
    { partitions = 1, setup = '' }: { readonly partitions?: number; readonly setup?: string } = {},
  ): Promise<SinkSetting> {
    const name = `sink_${databases++}`;
    await server.createDatabase(name);
    const client = await server.connect(name);
    if (setup !== '') await client.query(setup);
    const properties = {
      'connection.url': `postgresql://${server.host}:${server.port}/${name}`,
      'connection.username': server.user,
      'connection.password': server.password,
      ...settings,
    };
    return new SinkSetting(client, properties, new MemoryTopics({ partitions }));
  }

  /** Hands the records over, and waits until they are committed. */
  async take(records: readonly OutRecord[], options: SinkRunOptions = {}): Promise<SinkRun> {
    return runSink(postgresSink, this.properties, records, { topics: this.topics, group: this.group, ...options });
  }

  start(options: SinkRunOptions = {}): SinkRun {
    return SinkRun.start(postgresSink, this.properties, { topics: this.topics, group: this.group, ...options });
  }

  async query(sql: string): Promise<Record<string, unknown>[]> {
    const result = await this.#client.query<Record<string, unknown>>(sql);
    return result.rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }
}
