/** A worker of Kafka Connect as a process, and its REST interface. */
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePorts } from '@millrace/testing';
import { assert, BOOTSTRAP, until, type CaseContext } from '../harness.ts';
import { javaCommand } from '../kafka-tools/tool.ts';

const CLASSES = {
  standalone: 'org.apache.kafka.connect.cli.ConnectStandalone',
  distributed: 'org.apache.kafka.connect.cli.ConnectDistributed',
} as const;

/** A JVM that loads some hundred plugins on a busy machine. */
const START_MS_MAX = 100_000;
const STRINGS = 'org.apache.kafka.connect.storage.StringConverter';

type Properties = Readonly<Record<string, string>>;

export interface ConnectorStatus {
  readonly connector: { readonly state: string; readonly trace?: string };
  readonly tasks: readonly { readonly id: number; readonly state: string; readonly trace?: string }[];
}

export class Worker {
  readonly #context: CaseContext;
  readonly #mode: keyof typeof CLASSES;
  readonly #dir: string;
  readonly #settings: Properties;
  readonly #connectors: readonly Properties[];
  #port = 0;
  #child: ChildProcess | undefined;

  /** @param connectors of a standalone worker; a distributed one is told over REST */
  constructor(
    context: CaseContext,
    mode: keyof typeof CLASSES,
    dir: string,
    settings: Properties,
    connectors: readonly Properties[] = [],
  ) {
    this.#context = context;
    this.#mode = mode;
    this.#dir = dir;
    this.#settings = settings;
    this.#connectors = connectors;
  }

  async start(): Promise<void> {
    this.#port = await findFreePorts(1);
    const files = [
      await this.#write('worker', {
        'bootstrap.servers': BOOTSTRAP,
        listeners: `http://127.0.0.1:${this.#port}`,
        'key.converter': STRINGS,
        'value.converter': STRINGS,
        'plugin.discovery': 'service_load',
        'offset.flush.interval.ms': '1000',
        ...this.#settings,
      }),
    ];
    for (const connector of this.#connectors) {
      files.push(await this.#write(`connector-${connector['name'] ?? ''}`, connector));
    }
    const child = spawn('java', javaCommand(CLASSES[this.#mode], files), { stdio: ['ignore', 'inherit', 'inherit'] });
    this.#child = child;
    this.#context.after(() => child.kill('SIGKILL'));
    await until(
      'the worker answers',
      async () => {
        assert(child.exitCode === null && child.signalCode === null, `the worker ended with code ${child.exitCode}`);
        const answer = await fetch(`http://127.0.0.1:${this.#port}/connectors`).catch(() => undefined);
        return answer?.ok === true;
      },
      START_MS_MAX,
    );
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** Makes the connector, or gives it these settings; a worker that rebalances is asked again. */
  async configure(name: string, config: Properties): Promise<void> {
    await until(`connector ${name} is made`, async () => {
      const answer = await this.#request(`/connectors/${name}/config`, { method: 'PUT', body: JSON.stringify(config) });
      if (answer.status === 409) return false;
      assert(answer.ok, `connector ${name}: ${answer.status} ${await answer.text()}`);
      return true;
    });
  }

  /** Waits until connector and task run; one that failed is told with its trace. */
  async running(name: string): Promise<void> {
    await until(
      `connector ${name} runs`,
      async () => {
        const answer = await this.#request(`/connectors/${name}/status`);
        if (!answer.ok) return false;
        const { connector, tasks } = (await answer.json()) as ConnectorStatus;
        const failed = [connector, ...tasks].find(({ state }) => state === 'FAILED');
        assert(failed === undefined, `connector ${name} failed: ${failed?.trace ?? ''}`);
        return connector.state === 'RUNNING' && tasks.length === 1 && tasks[0]?.state === 'RUNNING';
      },
      60_000,
    );
  }

  #request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.#port}${path}`, { headers: { 'content-type': 'application/json' }, ...init });
  }

  async #write(name: string, properties: Properties): Promise<string> {
    const file = join(this.#dir, `${name}.properties`);
    const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(file, lines.join(''));
    return file;
  }
}
