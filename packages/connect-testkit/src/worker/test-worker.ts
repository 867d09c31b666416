/**
 * A whole Connect worker in the process of the test, with a broker: for what runs in memory leave out, such as converters, transforms,
 * dead letter topics and REST.
 *
 * Owns: the worker, its broker unless one is given, and the file of its offsets, which a restart of the worker finds again.
 */
import { join } from 'node:path';
import { silentLogger, type Logger } from '@millrace/base';
import { startStandalone, type ConnectProcess, type ConnectorStatus } from '@millrace/connect';
import type { ConfigProperties } from '@millrace/connect-api';
import { createTempDir, startBroker, waitUntil, type TempDir, type TestBroker } from '@millrace/testing';

const WAIT_MS_MAX = 30_000;

export interface TestWorkerOptions {
  /** Folders of packages with the plugins to offer; each needs its manifest. */
  readonly plugins?: readonly string[];
  /** Of the worker, over those of this kit: texts as records, a file for offsets, any free port for REST. */
  readonly properties?: ConfigProperties;
  /** Default: one of its own. */
  readonly broker?: TestBroker;
  readonly log?: Logger;
}

export class TestWorker implements AsyncDisposable {
  readonly broker: TestBroker;
  readonly #options: TestWorkerOptions;
  readonly #folder: TempDir;
  readonly #connectors = new Map<string, ConfigProperties>();
  #process: ConnectProcess | undefined;

  private constructor(options: TestWorkerOptions, broker: TestBroker, folder: TempDir) {
    this.#options = options;
    this.broker = broker;
    this.#folder = folder;
  }

  static async start(options: TestWorkerOptions = {}): Promise<TestWorker> {
    const worker = new TestWorker(options, options.broker ?? (await startBroker()), await createTempDir('worker'));
    try {
      await worker.#launch();
    } catch (error) {
      await worker[Symbol.asyncDispose]();
      throw error;
    }
    return worker;
  }

  /** Base URL of its REST. */
  get url(): string {
    return this.#running.url;
  }

  /** Resolves when the connector and its tasks run; rejects with the trace of what has failed by then. Later failures are in {@link status}. */
  async create(name: string, config: ConfigProperties): Promise<void> {
    await this.#running.herder.putConnector(name, { ...config, name });
    this.#connectors.set(name, config);
    await this.#untilRunning(name);
  }

  async status(connector: string): Promise<ConnectorStatus> {
    return this.#running.herder.connectorStatus(connector);
  }

  async delete(connector: string): Promise<void> {
    this.#connectors.delete(connector);
    await this.#running.herder.deleteConnector(connector);
  }

  /** Ends the worker in order and starts another one, with the same connectors and offsets. */
  async restart(): Promise<void> {
    await this.#running[Symbol.asyncDispose]();
    this.#process = undefined;
    await this.#launch();
    for (const [name, config] of this.#connectors) await this.create(name, config);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
    if (this.#options.broker === undefined) await this.broker[Symbol.asyncDispose]();
    await this.#folder.remove();
  }

  get #running(): ConnectProcess {
    if (this.#process === undefined) throw new Error('the worker does not run');
    return this.#process;
  }

  async #launch(): Promise<void> {
    const text = 'org.apache.kafka.connect.storage.StringConverter';
    this.#process = await startStandalone({
      properties: {
        'bootstrap.servers': this.broker.bootstrapServers,
        listeners: 'http://127.0.0.1:0',
        'plugin.path': (this.#options.plugins ?? []).join(','),
        'key.converter': text,
        'value.converter': text,
        'offset.storage.file.filename': join(this.#folder.path, 'offsets.json'),
        'offset.flush.interval.ms': '200',
        ...this.#options.properties,
      },
      log: this.#options.log ?? silentLogger,
    });
  }

  async #untilRunning(name: string): Promise<void> {
    const isRunning = async (): Promise<boolean> => {
      const { connector, tasks } = await this.status(name);
      const failed = [connector, ...tasks].find(({ state }) => state === 'FAILED');
      if (failed !== undefined) throw new Error(`${name} has failed: ${failed.trace ?? 'no trace'}`);
      return connector.state === 'RUNNING' && tasks.length > 0 && tasks.every(({ state }) => state === 'RUNNING');
    };
    await waitUntil(`${name} to run`, isRunning, WAIT_MS_MAX);
  }
}
