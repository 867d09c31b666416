/**
 * What the records of the config topic add up to.
 *
 * Invariants: a connector's tasks are those of its last commit, all of them; task records after it count only with the next one. A commit
 *   whose tasks are not all there (half written, then compacted) leaves the connector without tasks and `isInconsistent` until they are
 *   written anew. Records come in the order of the topic.
 */
import type { ConfigProperties, TaskConfig } from '@millrace/connect-api';
import type { TargetState } from '../herder/herder.ts';
import type { WorkLoad } from '../group/work-load.ts';
import type { ConfigRecord, SessionKey } from './config-records.ts';

export interface StoredConnector {
  readonly name: string;
  readonly config: ConfigProperties;
  /** Offset behind the record of the config. */
  readonly configOffset: bigint;
  readonly targetState: TargetState;
  /** By number. */
  readonly tasks: readonly TaskConfig[];
  /** Offset behind the commit of the tasks; 0: there never was one. */
  readonly tasksOffset: bigint;
  readonly isInconsistent: boolean;
  /** How many tasks the producers of before had; undefined: none were ever started exactly once. */
  readonly fencedTaskCount: number | undefined;
  /** Newer tasks are committed, and the producers of before are not fenced yet. */
  readonly isFencingPending: boolean;
}

/** Of a name, whether there is a connector of it at the moment or not. */
interface Known {
  config: ConfigProperties | undefined;
  configOffset: bigint;
  targetState: TargetState | undefined;
  tasks: readonly TaskConfig[];
  tasksOffset: bigint;
  isInconsistent: boolean;
  fencedTaskCount: number | undefined;
  isFencingPending: boolean;
  readonly uncommitted: Map<number, TaskConfig>;
}

export class ConfigState {
  readonly #known = new Map<string, Known>();
  #offset = -1n;
  #sessionKey: SessionKey | undefined;

  /** Offset behind the last record; −1: there was none. */
  get offset(): bigint {
    return this.#offset;
  }

  get sessionKey(): SessionKey | undefined {
    return this.#sessionKey;
  }

  /** In order of their names. */
  get connectors(): readonly string[] {
    return [...this.#known].flatMap(([name, { config }]) => (config === undefined ? [] : [name])).sort();
  }

  /** Undefined: there is none of the name. */
  connector(name: string): StoredConnector | undefined {
    const known = this.#known.get(name);
    if (known?.config === undefined) return undefined;
    const { config, configOffset, tasks, tasksOffset, isInconsistent, fencedTaskCount, isFencingPending } = known;
    const targetState = known.targetState ?? 'STARTED';
    return {
      name,
      config,
      configOffset,
      targetState,
      tasks,
      tasksOffset,
      isInconsistent,
      fencedTaskCount,
      isFencingPending,
    };
  }

  /** All that is to run. */
  get work(): WorkLoad {
    const connectors = this.connectors;
    const tasks = connectors.flatMap((connector) =>
      (this.#known.get(connector)?.tasks ?? []).map((_, task) => ({ connector, task })),
    );
    return { connectors, tasks };
  }

  /** @param offset of the record; records that mean nothing count, too */
  take(record: ConfigRecord | undefined, offset: number): void {
    this.#offset = BigInt(offset) + 1n;
    if (record === undefined) return;
    switch (record.kind) {
      case 'connector':
        return this.#takeConnector(record.connector, record.config);
      case 'target-state':
        this.#of(record.connector).targetState = record.state ?? undefined;
        return;
      case 'task': {
        const { uncommitted } = this.#of(record.id.connector);
        if (record.config === null) uncommitted.delete(record.id.task);
        else uncommitted.set(record.id.task, record.config);
        return;
      }
      case 'commit':
        return this.#takeCommit(record.connector, record.taskCount);
      case 'tasks-fencing': {
        const known = this.#of(record.connector);
        known.fencedTaskCount = record.taskCount;
        known.isFencingPending = false;
        return;
      }
      case 'session-key':
        this.#sessionKey = record.sessionKey;
        return;
      case 'restart':
      case 'logger':
        return;
    }
  }

  #takeConnector(name: string, config: ConfigProperties | null): void {
    const known = this.#of(name);
    known.configOffset = this.#offset;
    known.config = config ?? undefined;
    if (config !== null) return;
    known.targetState = undefined;
    known.tasks = [];
    known.isInconsistent = false;
    known.uncommitted.clear();
  }

  #takeCommit(name: string, taskCount: number): void {
    const known = this.#of(name);
    const tasks = Array.from({ length: taskCount }, (_, task) => known.uncommitted.get(task));
    const isComplete = tasks.every((task) => task !== undefined);
    known.tasks = isComplete ? tasks.filter((task) => task !== undefined) : [];
    known.isInconsistent = !isComplete;
    known.tasksOffset = this.#offset;
    known.isFencingPending = true;
    known.uncommitted.clear();
  }

  #of(name: string): Known {
    let known = this.#known.get(name);
    if (known === undefined) {
      known = {
        config: undefined,
        configOffset: 0n,
        targetState: undefined,
        tasks: [],
        tasksOffset: 0n,
        isInconsistent: false,
        fencedTaskCount: undefined,
        isFencingPending: false,
        uncommitted: new Map(),
      };
      this.#known.set(name, known);
    }
    return known;
  }
}
