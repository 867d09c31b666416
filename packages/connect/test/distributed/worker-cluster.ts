/** Several workers in this process over one broker, with the requests between workers over HTTP, and a judge of who ran what. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { noMetrics, silentLogger, systemClock } from '@millrace/base';
import type { TaskConfig } from '@millrace/connect-api';
import { waitUntil, type TestBroker } from '@millrace/testing';
import { DistributedHerder, type ConnectorKnowledge } from '../../src/distributed/distributed-herder.ts';
import { readDistributedSettings } from '../../src/distributed/distributed-settings.ts';
import { HerderError, NotTheTargetError } from '../../src/herder/herder-error.ts';
import type { ConnectorStatus, ConnectorTaskId, Herder } from '../../src/herder/herder.ts';
import { FakeWorker, type Happening } from './fake-worker.ts';

const WAIT_MS = 20_000;

export const SETTINGS: Readonly<Record<string, string>> = {
  'group.id': 'workers',
  'config.storage.topic': 'connect-configs',
  'offset.storage.topic': 'connect-offsets',
  'status.storage.topic': 'connect-status',
  'config.storage.replication.factor': '1',
  'offset.storage.replication.factor': '1',
  'status.storage.replication.factor': '1',
  'offset.storage.partitions': '2',
  'status.storage.partitions': '2',
  'session.timeout.ms': '6s',
  'heartbeat.interval.ms': '200ms',
  'scheduled.rebalance.max.delay.ms': '1s',
};

const KNOWLEDGE: ConnectorKnowledge = {
  assertValid: async (config) => {
    if (config['connector.class'] === undefined) {
      throw new HerderError('MILLRACE_CONNECT_INVALID_CONFIG', 'connector.class is missing');
    }
    return KNOWLEDGE.typeOf(config);
  },
  typeOf: (config) => (config['connector.class'] === 'Sink' ? 'sink' : 'source'),
};

export class TestWorker {
  readonly name: string;
  readonly worker: FakeWorker;
  readonly herder: DistributedHerder;
  readonly loggers = new Map<string, string>();
  readonly #server: Server;
  #isGone = false;

  constructor(broker: TestBroker, history: Happening[], settings: Readonly<Record<string, string>>, server: Server) {
    const { port } = server.address() as AddressInfo;
    this.name = `127.0.0.1:${port}`;
    this.#server = server;
    const options = { brokers: broker.brokers, clientId: this.name };
    this.worker = new FakeWorker(this.name, history);
    this.herder = new DistributedHerder({
      settings: readDistributedSettings({ ...SETTINGS, ...settings }),
      kafka: options,
      url: `http://${this.name}/`,
      worker: this.worker,
      connectors: KNOWLEDGE,
      isTopicTrackingEnabled: true,
      isTopicResetAllowed: true,
      setLoggerLevel: (logger, level) => void this.loggers.set(logger, level),
      log: silentLogger,
      metrics: noMetrics,
      clock: systemClock,
    });
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        void this.#serve(request.url ?? '', request.headers, Buffer.concat(chunks)).then(
          () => response.writeHead(204).end(),
          (error: unknown) => {
            const status = error instanceof HerderError ? error.status : 500;
            response.writeHead(status).end(String(error));
          },
        );
      });
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  async stop(): Promise<void> {
    if (this.#isGone) return;
    this.#isGone = true;
    await this.herder.stop();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(url: string, headers: Readonly<Record<string, unknown>>, body: Buffer): Promise<void> {
    const [, , connector = '', what] = url.split('/').map(decodeURIComponent);
    const text = (name: string): string | undefined => headers[name.toLowerCase()] as string | undefined;
    const request = {
      body,
      signature: text('X-Connect-Authorization'),
      algorithm: text('X-Connect-Request-Signature-Algorithm'),
    };
    if (what === 'fence') return this.herder.fenceZombies(connector, request);
    return this.herder.putTaskConfigs(connector, JSON.parse(body.toString()) as TaskConfig[], request);
  }
}

export class WorkerCluster implements AsyncDisposable {
  readonly history: Happening[] = [];
  readonly workers: TestWorker[] = [];
  readonly #adding: Promise<TestWorker>[] = [];
  readonly #broker: TestBroker;
  readonly #settings: Readonly<Record<string, string>>;

  constructor(broker: TestBroker, settings: Readonly<Record<string, string>> = {}) {
    this.#broker = broker;
    this.#settings = settings;
  }

  add(): Promise<TestWorker> {
    const added = this.#add();
    this.#adding.push(added);
    return added;
  }

  async #add(): Promise<TestWorker> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const worker = new TestWorker(this.#broker, this.history, this.#settings, server);
    await worker.herder.start();
    this.workers.push(worker);
    return worker;
  }

  get present(): readonly TestWorker[] {
    return this.workers.filter(({ isGone }) => !isGone);
  }

  /** Asks workers until the one that is to answer does, as REST does by forwarding. */
  async ask<T>(question: (herder: Herder) => Promise<T>): Promise<T> {
    const answered = await waitUntil(
      'a worker answers',
      async () => {
        for (const { herder } of this.present) {
          try {
            return { answer: await question(herder) };
          } catch (error) {
            if (!(error instanceof NotTheTargetError)) throw error;
          }
        }
        return undefined;
      },
      WAIT_MS,
    );
    if (answered === undefined) throw new Error('no worker answered');
    return answered.answer;
  }

  async put(connector: string, config: Readonly<Record<string, string>>): Promise<void> {
    await this.ask((herder) =>
      herder.putConnector(connector, { name: connector, 'connector.class': 'Source', ...config }),
    );
  }

  ownerOf({ connector, task }: ConnectorTaskId): TestWorker | undefined {
    return this.present.find(({ worker }) => worker.task(connector, task) !== undefined);
  }

  async status(connector: string): Promise<ConnectorStatus | undefined> {
    return this.present[0]?.herder.connectorStatus(connector).catch(() => undefined);
  }

  /** Waits until everything runs exactly once, on workers that are there, and what runs is told in the status. */
  async settles(expected: Readonly<Record<string, number>>): Promise<void> {
    const names = Object.entries(expected).flatMap(([connector, count]) => [
      connector,
      ...Array.from({ length: count }, (_, task) => `${connector}-${task}`),
    ]);
    const wanted = names.sort().join(' ');
    await waitUntil(
      () => `runs ${wanted}: ${this.running().join(' ')}`,
      async () => {
        if (this.running().join(' ') !== wanted) return false;
        for (const [connector, count] of Object.entries(expected)) {
          const status = await this.status(connector);
          if (status?.tasks.length !== count) return false;
          const present = new Set(this.present.map(({ name }) => name));
          const all = [status.connector, ...status.tasks];
          if (all.some(({ state, workerId }) => state !== 'RUNNING' || !present.has(workerId))) return false;
        }
        return true;
      },
      WAIT_MS,
    );
  }

  /** On all workers that are there, sorted; what runs twice comes twice. */
  running(): string[] {
    return this.present
      .flatMap(({ worker }) => [
        ...worker.connectors,
        ...worker.tasks.map(({ connector, task }) => `${connector}-${task}`),
      ])
      .sort();
  }

  /** Nothing ever ran at two workers at once. */
  checkHistory(): void {
    const owners = new Map<string, string>();
    for (const { worker, what, of } of this.history) {
      const owner = owners.get(of);
      if (what === 'start') {
        if (owner !== undefined) throw new Error(`${of} was started on ${worker} while it ran on ${owner}`);
        owners.set(of, worker);
      } else {
        if (owner !== worker) throw new Error(`${of} was stopped on ${worker} and ran on ${String(owner)}`);
        owners.delete(of);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#adding);
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }
}
