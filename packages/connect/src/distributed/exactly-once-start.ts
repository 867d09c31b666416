/** What an exactly-once task waits for before it starts: its former producers are fenced, and it is not of before itself (KIP-618). */
import { messageOf, type Logger } from '@millrace/base';
import { taskKey, type WorkLoad } from '../group/work-load.ts';
import { HerderError } from '../herder/herder-error.ts';
import type { ConnectorTaskId } from '../herder/herder.ts';
import type { StoredConnector } from '../stores/config-state.ts';
import type { ConfigStore } from '../stores/config-store.ts';
import type { StartTask } from '../worker/worker-types.ts';
import { taskTransactionalId, type DistributedSettings } from './distributed-settings.ts';

const RETRY_MS = 500;

export interface ExactlyOnceStartOptions {
  readonly config: ConfigStore;
  readonly settings: Pick<DistributedSettings, 'groupId' | 'offsetStorageTopic'>;
  readonly log: Logger;
  readonly stopping: AbortSignal;
  readonly pause: (ms: number) => Promise<void>;
  /** Asks the leader, which may be this worker. */
  readonly fence: (connector: string) => Promise<void>;
  /** What the group gave this worker. */
  readonly owned: () => WorkLoad;
}

/** Resolves when the task may be started, with what its start needs. */
export async function exactlyOnceStart(
  { name, tasksOffset }: StoredConnector,
  id: ConnectorTaskId,
  { config, settings, log, stopping, pause, fence, owned }: ExactlyOnceStartOptions,
): Promise<Pick<StartTask, 'exactlyOnce' | 'confirmOwnership'>> {
  const { state } = config;
  const isSame = (): boolean => state.connector(name)?.tasksOffset === tasksOffset;
  while (isSame() && state.connector(name)?.isFencingPending === true && !stopping.aborted) {
    try {
      await fence(name);
      await config.readToEnd();
    } catch (error) {
      log.warn('fencing the former tasks of a connector failed, trying again', { ...id, error: messageOf(error) });
      await pause(RETRY_MS);
    }
  }
  return {
    exactlyOnce: {
      transactionalId: taskTransactionalId(settings.groupId, name, id.task),
      offsetTopic: settings.offsetStorageTopic,
    },
    confirmOwnership: async () => {
      await config.readToEnd();
      const isOwned = owned().tasks.some((task) => taskKey(task) === taskKey(id));
      if (isSame() && isOwned) return;
      throw new HerderError(
        'MILLRACE_CONNECT_CONFLICT',
        `task ${name}-${String(id.task)} is not this worker's any more: ${isSame() ? 'another worker has it' : 'newer tasks are configured'}`,
      );
    },
  };
}
