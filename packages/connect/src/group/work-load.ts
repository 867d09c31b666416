/** What workers share out among themselves: connectors and their tasks. */
import type { ConnectorTaskId } from '../herder/herder.ts';

/** Connectors and tasks of one worker, or of all. */
export interface WorkLoad {
  readonly connectors: readonly string[];
  readonly tasks: readonly ConnectorTaskId[];
}

export const NO_WORK: WorkLoad = { connectors: [], tasks: [] };

/** For keys of maps and sets: tells connectors and tasks apart, whatever characters names have. */
export function workKey(connector: string, task?: number): string {
  return task === undefined ? `c ${connector}` : `t ${String(task)} ${connector}`;
}

export function taskKey({ connector, task }: ConnectorTaskId): string {
  return workKey(connector, task);
}

export function isNoWork({ connectors, tasks }: WorkLoad): boolean {
  return connectors.length === 0 && tasks.length === 0;
}

/** What the first has and the second has not. */
export function withoutWork(load: WorkLoad, other: WorkLoad): WorkLoad {
  const connectors = new Set(other.connectors);
  const tasks = new Set(other.tasks.map(taskKey));
  return {
    connectors: load.connectors.filter((connector) => !connectors.has(connector)),
    tasks: load.tasks.filter((task) => !tasks.has(taskKey(task))),
  };
}

/** What either has; nothing comes twice. */
export function withWork(load: WorkLoad, other: WorkLoad): WorkLoad {
  const added = withoutWork(other, load);
  return { connectors: [...load.connectors, ...added.connectors], tasks: [...load.tasks, ...added.tasks] };
}
