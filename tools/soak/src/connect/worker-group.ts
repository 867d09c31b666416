/** Workers of one group, of which any may be killed; whoever is there is asked. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkerProcess } from '@millrace/connect-testkit';
import type { Settings } from './connectors.ts';
import { Patience } from './patience.ts';

const CONNECT_MAIN = new URL('../../../../apps/connect/src/main.ts', import.meta.url);
const WORKERS = 3;
const PAUSE_MS = 200;
const WAIT_MS_MAX = 90_000;
const CONFLICT = 409;
const NOT_FOUND = 404;
const SERVER_ERROR = 500;
const RSS = /^process_resident_memory_bytes (\S+)$/m;

interface RunStatus {
  readonly state: string;
  readonly worker_id: string;
  readonly trace?: string;
}

export interface ConnectorStatus {
  readonly name: string;
  readonly connector: RunStatus;
  readonly tasks: readonly RunStatus[];
}

export class WorkerGroup implements AsyncDisposable {
  readonly workers: readonly WorkerProcess[];

  private constructor(workers: readonly WorkerProcess[]) {
    this.workers = workers;
  }

  static async start(directory: string, settings: Settings, count = WORKERS): Promise<WorkerGroup> {
    const file = join(directory, 'worker.properties');
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(file, lines.join(''));
    const group = new WorkerGroup(Array.from({ length: count }, () => new WorkerProcess({ main: CONNECT_MAIN, file })));
    try {
      await Promise.all(group.workers.map((worker) => worker.start()));
    } catch (error) {
      await group[Symbol.asyncDispose]();
      throw error;
    }
    return group;
  }

  /** Makes the connector. */
  async put(name: string, settings: Settings): Promise<void> {
    await this.#ask('PUT', `connectors/${name}/config`, settings);
  }

  async delete(name: string): Promise<void> {
    await this.#ask('DELETE', `connectors/${name}`);
  }

  /** By name, as far as one of the workers answers. */
  async statuses(): Promise<ReadonlyMap<string, ConnectorStatus>> {
    for (const worker of this.workers) {
      try {
        const { status, body } = await worker.ask('GET', 'connectors?expand=status');
        if (status !== 200) continue;
        const all = body as Readonly<Record<string, { readonly status?: ConnectorStatus }>>;
        return new Map(Object.entries(all).flatMap(([name, one]) => (one.status ? [[name, one.status] as const] : [])));
      } catch {
        // The next one is asked.
      }
    }
    return new Map();
  }

  /** Resident memory of each worker in bytes, as its metrics say it. */
  async rssBytes(): Promise<readonly number[]> {
    return Promise.all(
      this.workers.map(async ({ url }) => {
        const page = await (await fetch(new URL('metrics', url))).text();
        return Number(RSS.exec(page)?.[1]);
      }),
    );
  }

  /** The workers' logs, for a run that failed. */
  get logTail(): string {
    return this.workers.map(({ logTail }) => logTail).join('\n---\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.workers.map((worker) => worker.kill()));
  }

  /** Asked until a worker does it: workers are killed, and share out their work again, meanwhile. */
  async #ask(method: 'PUT' | 'DELETE', path: string, body?: unknown): Promise<void> {
    let last: unknown;
    for (const patience = new Patience(WAIT_MS_MAX); !patience.isOver; await sleep(PAUSE_MS)) {
      for (const worker of this.workers) {
        if (patience.isOver) break;
        try {
          const answer = await worker.ask(method, path, body);
          if (answer.status < 300 || (method === 'DELETE' && answer.status === NOT_FOUND)) return;
          last = JSON.stringify(answer.body);
          if (answer.status !== CONFLICT && answer.status < SERVER_ERROR)
            throw new RangeError(`${method} ${path} is refused: ${String(last)}`);
        } catch (error) {
          if (error instanceof RangeError) throw error;
          last = error;
        }
      }
    }
    throw new Error(`${method} ${path} was not done in ${WAIT_MS_MAX} ms: ${String(last)}\n${this.logTail}`);
  }
}
