/** What the benchmark asks of a worker over REST. The same requests go to ours and to the peer's. */
import { waitUntil } from '@millrace/testing';
import type { Settings } from './settings.ts';
import type { WorkerUnderTest } from './worker-under-test.ts';

const STATE_MS_MAX = 60_000;
const CONFLICT = 409;
const NOT_FOUND = 404;

interface RunStatus {
  readonly state: string;
  readonly trace?: string;
}

interface ConnectorStatus {
  readonly connector: RunStatus;
  readonly tasks: readonly RunStatus[];
}

export class Connectors {
  readonly #worker: WorkerUnderTest;

  constructor(worker: WorkerUnderTest) {
    this.#worker = worker;
  }

  /** Resolves when the connector and its tasks run. */
  async create(name: string, settings: Settings): Promise<void> {
    await this.#send('PUT', `connectors/${name}/config`, settings);
    await this.#until(name, ({ connector, tasks }) => tasks.length > 0 && areAll([connector, ...tasks], 'RUNNING'));
  }

  /** Resolves when its tasks are gone. */
  async stop(name: string): Promise<void> {
    await this.#send('PUT', `connectors/${name}/stop`);
    await this.#until(name, ({ connector, tasks }) => connector.state === 'STOPPED' && tasks.length === 0);
  }

  /** Resolves when the worker has been told. */
  async resume(name: string): Promise<void> {
    await this.#send('PUT', `connectors/${name}/resume`);
  }

  async delete(name: string): Promise<void> {
    await this.#send('DELETE', `connectors/${name}`);
  }

  /** Throws when the connector or one of its tasks has failed. */
  async check(name: string): Promise<void> {
    await this.#status(name);
  }

  async #until(name: string, isSo: (status: ConnectorStatus) => boolean): Promise<void> {
    await waitUntil(
      `the state of ${name}`,
      async () => {
        const status = await this.#status(name);
        return status !== undefined && isSo(status);
      },
      STATE_MS_MAX,
    );
  }

  async #status(name: string): Promise<ConnectorStatus | undefined> {
    const answer = await fetch(`${this.#worker.url}/connectors/${name}/status`);
    if (answer.status === NOT_FOUND) return undefined;
    const status = (await answer.json()) as ConnectorStatus;
    const failed = [status.connector, ...status.tasks].find(({ state }) => state === 'FAILED');
    if (failed !== undefined) throw new Error(`${name} has failed: ${failed.trace?.slice(0, 2_000) ?? 'no trace'}`);
    return status;
  }

  /** Again while the group of workers is about to change. */
  async #send(method: string, path: string, body?: unknown): Promise<void> {
    const url = `${this.#worker.url}/${path}`;
    const deadline = performance.now() + STATE_MS_MAX;
    for (;;) {
      const answer = await fetch(url, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const text = await answer.text();
      if (answer.ok) return;
      if (answer.status !== CONFLICT || performance.now() > deadline) {
        throw new Error(`${method} ${path} is answered ${answer.status}: ${text}\n${this.#worker.logTail}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function areAll(statuses: readonly RunStatus[], state: string): boolean {
  return statuses.every((each) => each.state === state);
}
