/** A worker whose connectors and tasks only stand there: for tests of who runs what, and when. */
import type { ConfigProperties } from '@millrace/connect-api';
import type { ConnectorOffset, ConnectorTaskId, RunState, TargetState } from '../../src/herder/herder.ts';
import type { ConnectWorker, StartConnector, StartTask, WorkerListener } from '../../src/worker/worker-types.ts';

export const VERSION = '1.0.0';

/** What happened on all workers, in order. */
export interface Happening {
  readonly worker: string;
  readonly what: 'start' | 'stop';
  /** `connector`, or `connector-0` for a task. */
  readonly of: string;
}

function nameOf({ connector, task }: ConnectorTaskId): string {
  return `${connector}-${String(task)}`;
}

export class FakeWorker implements ConnectWorker {
  readonly workerId: string;
  readonly #history: Happening[];
  readonly #connectors = new Map<string, StartConnector & { target: TargetState }>();
  readonly #tasks = new Map<string, StartTask>();
  #listener: WorkerListener | undefined;
  readonly alterations: unknown[] = [];

  constructor(workerId: string, history: Happening[]) {
    this.workerId = workerId;
    this.#history = history;
  }

  listen(listener: WorkerListener): void {
    this.#listener = listener;
  }

  get connectors(): readonly string[] {
    return [...this.#connectors.keys()];
  }

  get tasks(): readonly ConnectorTaskId[] {
    return [...this.#tasks.values()].map(({ id }) => id);
  }

  task(connector: string, task: number): StartTask | undefined {
    return this.#tasks.get(nameOf({ connector, task }));
  }

  async startConnector(start: StartConnector): Promise<void> {
    if (this.#connectors.has(start.name)) throw new Error(`${start.name} is here already`);
    this.#connectors.set(start.name, { ...start, target: start.targetState });
    this.#happened('start', start.name);
    this.#run(start.name);
  }

  async stopConnector(connector: string): Promise<void> {
    if (!this.#connectors.delete(connector)) return;
    this.#happened('stop', connector);
    this.#tell(connector, 'UNASSIGNED');
  }

  async startTask(start: StartTask): Promise<void> {
    const name = nameOf(start.id);
    if (this.#tasks.has(name)) throw new Error(`${name} is here already`);
    this.#tasks.set(name, start);
    this.#happened('start', name);
    await start.confirmOwnership?.();
    if (this.#tasks.get(name) !== start) return;
    this.#tell(start.id, start.targetState === 'PAUSED' ? 'PAUSED' : 'RUNNING');
  }

  async stopTasks(ids: readonly ConnectorTaskId[]): Promise<void> {
    // Ends a little later, as tasks do.
    await new Promise((resolve) => setImmediate(resolve));
    for (const id of ids) {
      if (!this.#tasks.delete(nameOf(id))) continue;
      this.#happened('stop', nameOf(id));
      this.#tell(id, 'UNASSIGNED');
    }
  }

  async setTargetState(connector: string, target: TargetState): Promise<void> {
    const own = this.#connectors.get(connector);
    const tasks = this.tasks.filter((id) => id.connector === connector);
    if (target === 'STOPPED') await this.stopTasks(tasks);
    else for (const id of tasks) this.#tell(id, target === 'PAUSED' ? 'PAUSED' : 'RUNNING');
    if (own === undefined) return;
    own.target = target;
    this.#run(connector);
  }

  async connectorOffsets(): Promise<readonly ConnectorOffset[]> {
    return [];
  }

  async alterOffsets(
    connector: string,
    _config: ConfigProperties,
    offsets: readonly ConnectorOffset[] | undefined,
  ): Promise<string> {
    this.alterations.push({ connector, offsets });
    return 'done';
  }

  /** As a task that fails would be told. */
  fail(id: ConnectorTaskId, trace: string): void {
    this.#listener?.taskStatus(id, { state: 'FAILED', workerId: this.workerId, version: VERSION, trace });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connectors.clear();
    this.#tasks.clear();
  }

  #run(connector: string): void {
    const own = this.#connectors.get(connector);
    if (own === undefined) return;
    if (own.target !== 'STARTED') return this.#tell(connector, own.target);
    this.#tell(connector, 'RUNNING');
    const count = Number(own.config['tasks.max'] ?? 1);
    own.onPlan(Array.from({ length: count }, (_, task) => ({ ...own.config, 'task.number': String(task) })));
  }

  #happened(what: Happening['what'], of: string): void {
    this.#history.push({ worker: this.workerId, what, of });
  }

  #tell(of: string | ConnectorTaskId, state: RunState): void {
    const status = { state, workerId: this.workerId, ...(state === 'UNASSIGNED' ? {} : { version: VERSION }) };
    if (typeof of === 'string') this.#listener?.connectorStatus(of, status);
    else this.#listener?.taskStatus(of, status);
  }
}
