/** Tasks against a broker, as a worker starts them. */
import { readFileSync } from 'node:fs';
import { silentLogger, type LogFields, type Logger } from '@millrace/base';
import type { ConfigProperties, Position, SourceOffset } from '@millrace/connect-api';
import { positionKey } from '@millrace/connect-api';
import { createTempDir, startBroker, waitUntil, type TempDir, type TestBroker } from '@millrace/testing';
import { createTaskHost } from '../../src/thread/create-task-host.ts';
import {
  DEFAULT_TASK_SETTINGS,
  type RunningTask,
  type TaskHost,
  type TaskOffsets,
  type TaskSettings,
  type TaskSpec,
} from '../../src/task/task-host.ts';

export const PLUGINS = new URL('./plugins/test-plugins.ts', import.meta.url).href;

export class StoredOffsets implements TaskOffsets {
  readonly stored = new Map<string, SourceOffset>();
  isBroken = false;

  read(partitions: readonly Position[]): Promise<readonly (Position | undefined)[]> {
    return Promise.resolve(partitions.map((partition) => this.stored.get(positionKey(partition))?.offset));
  }

  write(offsets: readonly SourceOffset[]): Promise<void> {
    if (this.isBroken) return Promise.reject(new Error('the store is away'));
    for (const offset of offsets) this.stored.set(positionKey(offset.partition), offset);
    return Promise.resolve();
  }

  get(partition: Position): Position | undefined {
    return this.stored.get(positionKey(partition))?.offset;
  }
}

export interface StartOptions {
  readonly connector?: string;
  readonly task?: number;
  readonly settings?: Partial<TaskSettings>;
  readonly isPaused?: boolean;
  readonly exactlyOnce?: TaskSpec['exactlyOnce'];
  readonly taskConfig?: ConfigProperties;
  /** Default: those of the fixture. */
  readonly offsets?: TaskOffsets;
}

export interface Started {
  readonly task: RunningTask;
  readonly states: string[];
  readonly topics: string[];
}

export class TaskFixture implements AsyncDisposable {
  readonly broker: TestBroker;
  readonly host: TaskHost;
  readonly offsets = new StoredOffsets();
  /** Of tasks, as the worker logs them. */
  readonly warnings: { readonly message: string; readonly fields: LogFields | undefined }[] = [];
  readonly #folder: TempDir;

  private constructor(broker: TestBroker, folder: TempDir) {
    this.broker = broker;
    const log: Logger = {
      ...silentLogger,
      warn: (message, fields) => void this.warnings.push({ message, fields }),
      child: () => log,
    };
    this.host = createTaskHost({ log });
    this.#folder = folder;
  }

  static async create(topics: Readonly<Record<string, number>> = {}): Promise<TaskFixture> {
    // A member that was killed is missed after a second, not three quarters of a minute.
    const config = { 'group.min.session.timeout.ms': '500' };
    return new TaskFixture(await startBroker({ topics, config }), await createTempDir());
  }

  get folder(): string {
    return this.#folder.path;
  }

  /** Lines that plugins left. */
  lines(name: 'notes' | 'out'): string[] {
    try {
      return readFileSync(`${this.folder}/${name}`, 'utf8').split('\n').slice(0, -1);
    } catch {
      return [];
    }
  }

  spec(plugin: string, config: ConfigProperties, options: StartOptions = {}): TaskSpec {
    const transforms = Object.fromEntries(
      (config['transforms'] ?? '')
        .split(',')
        .filter((alias) => alias !== '')
        .map((alias) => [
          `transforms.${alias}.type`,
          { name: config[`transforms.${alias}.type`] ?? '', module: PLUGINS },
        ]),
    );
    return {
      connector: options.connector ?? 'test',
      kind: plugin.endsWith('Sink') ? 'sink' : 'source',
      task: options.task ?? 0,
      plugin: { name: plugin, module: PLUGINS },
      connectorConfig: { folder: this.folder, ...config },
      taskConfig: options.taskConfig ?? {},
      workerConfig: {
        'bootstrap.servers': this.broker.bootstrapServers,
        'key.converter': 'StringConverter',
        'value.converter': 'StringConverter',
        'header.converter': 'StringConverter',
      },
      settings: { ...DEFAULT_TASK_SETTINGS, ...options.settings },
      plugins: transforms,
      ...(options.isPaused === undefined ? {} : { isPaused: options.isPaused }),
      ...(options.exactlyOnce === undefined ? {} : { exactlyOnce: options.exactlyOnce }),
    };
  }

  start(plugin: string, config: ConfigProperties, options: StartOptions = {}): Started {
    const states: string[] = [];
    const topics: string[] = [];
    const task = this.host.start(this.spec(plugin, config, options), {
      onState: (state) => states.push(state),
      onTopic: (topic) => topics.push(topic),
      offsets: options.offsets ?? this.offsets,
    });
    return { task, states, topics };
  }

  /** Values of the topic's records, those of open and aborted transactions left out. */
  async values(topic: string): Promise<string[]> {
    return (await this.broker.records(topic)).map(({ value }) => String(value));
  }

  metric(task: RunningTask, name: string): number | undefined {
    return task.metrics().find((each) => each.name === name)?.value;
  }

  waitUntil(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    return waitUntil(what, condition, 45_000).then(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host.close();
    await this.broker.close();
    await this.#folder.remove();
  }
}

export function valuesTo(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `value ${String(n)}`);
}
