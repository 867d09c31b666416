/** What `POST /connectors/{c}/restart` restarts (KIP-745), decided from the states of now. */
import type { ConnectorStatus, RestartRequest, RunStatus } from './herder.ts';

export interface RestartPlan {
  readonly isConnectorRestarted: boolean;
  /** Indexes of the tasks. */
  readonly tasks: readonly number[];
  /** As it is answered: what is restarted has the state RESTARTING. */
  readonly status: ConnectorStatus;
}

export function restartPlan(request: RestartRequest, status: ConnectorStatus): RestartPlan {
  const isMeant = ({ state }: RunStatus): boolean => !request.onlyFailed || state === 'FAILED';
  const isConnectorRestarted = isMeant(status.connector);
  const tasks = request.includeTasks ? status.tasks.filter(isMeant).map(({ id }) => id) : [];
  return {
    isConnectorRestarted,
    tasks,
    status: {
      ...status,
      connector: isConnectorRestarted ? restarting(status.connector) : status.connector,
      tasks: status.tasks.map((task) => (tasks.includes(task.id) ? restarting(task) : task)),
    },
  };
}

function restarting<S extends RunStatus>(status: S): S {
  const { trace: _trace, nextRestartAtMs: _next, ...rest } = status;
  return { ...rest, state: 'RESTARTING' } as unknown as S;
}
