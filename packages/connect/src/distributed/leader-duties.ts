/**
 * What only the leader of the workers does: writes what is configured, fences producers of former tasks, makes session keys.
 *
 * Owns: the order of its writes.
 * Invariants: checks and the write that follows from them are one step; nothing is written by a worker that does not lead. With exactly-once
 *   support the config topic itself refuses one that only believes to lead (../stores/config-store.ts).
 */
import { messageOf, type Clock, type Logger, type Timer, type Timers } from '@millrace/base';
import type { TaskConfig } from '@millrace/connect-api';
import { allOrThrow, KafkaError, type Admin } from '@millrace/sdk';
import { HerderError, notFound, notStopped, NotTheTargetError } from '../herder/herder-error.ts';
import type { SignedRequest } from '../herder/herder.ts';
import type { ConfigRecord } from '../stores/config-records.ts';
import type { StoredConnector } from '../stores/config-state.ts';
import type { ConfigStore } from '../stores/config-store.ts';
import { taskTransactionalId, type DistributedSettings } from './distributed-settings.ts';
import { createSessionKey, judgeSignature } from './request-signature.ts';

const KEY_RETRY_MS = 1_000;

export interface LeaderDutiesOptions {
  readonly config: ConfigStore;
  readonly admin: Admin;
  readonly settings: DistributedSettings;
  readonly log: Logger;
  readonly clock: Clock;
  readonly timers: Timers;
  isLeader(): boolean;
  /** Base URL of whoever leads; undefined: nobody that is known. */
  leaderUrl(): string | undefined;
  /** Why this worker is in the group no more, for good; undefined: it is, or tries to be. */
  failure(): KafkaError | undefined;
}

export class LeaderDuties {
  readonly #options: LeaderDutiesOptions;
  readonly #fencing = new Map<string, Promise<void>>();
  #steps: Promise<unknown> = Promise.resolve();
  #keyTimer: Timer | undefined;
  #isLeading = false;

  constructor(options: LeaderDutiesOptions) {
    this.#options = options;
  }

  /** After each round. */
  async lead(isLeader: boolean): Promise<void> {
    if (isLeader === this.#isLeading) return;
    this.#isLeading = isLeader;
    await this.#options.config.forgetLeadership();
    if (isLeader) this.#renewKey();
    else this.#keyTimer?.cancel();
  }

  stop(): void {
    this.#isLeading = false;
    this.#keyTimer?.cancel();
  }

  /** Throws {@link NotTheTargetError} on any other worker, MILLRACE_CONNECT_FAILED on one that is out of the group for good. */
  assertLeader(): void {
    if (this.#options.isLeader()) return;
    const failure = this.#options.failure();
    if (failure !== undefined) {
      throw new HerderError(
        'MILLRACE_CONNECT_FAILED',
        `this worker has left its group for good and has to be started again: ${failure.message}`,
        { cause: failure },
      );
    }
    const url = this.#options.leaderUrl();
    throw url === undefined
      ? new NotTheTargetError(
          'Cannot complete request momentarily because the workers are sharing out their work (rebalance): try again in a second. If that ' +
            'goes on, raise session.timeout.ms: the group keeps taking this worker for lost',
          undefined,
        )
      : new NotTheTargetError('Only the leader can change what is configured.', url);
  }

  /**
   * Runs one step of the leader after the other: `decide` looks at the state and says what to write. Resolves with its result when the
   * records were written and read back.
   */
  step<T>(decide: () => { readonly records: readonly ConfigRecord[]; readonly result: T }): Promise<T> {
    const done = this.#steps.then(async () => {
      this.assertLeader();
      const { records, result } = decide();
      if (records.length > 0) await this.#write(records);
      return result;
    });
    this.#steps = done.catch(() => undefined);
    return done;
  }

  /** Throws MILLRACE_CONNECT_NOT_FOUND, in the words that fit the request. */
  connector(name: string, orElse: (name: string) => HerderError = notFound.connector): StoredConnector {
    const stored = this.#options.config.state.connector(name);
    if (stored === undefined) throw orElse(name);
    return stored;
  }

  /** Stores the tasks that a connector has planned. */
  putTaskConfigs(connector: string, configs: readonly TaskConfig[]): Promise<void> {
    return this.step(() => {
      const { targetState } = this.connector(connector);
      if (targetState === 'STOPPED' && configs.length > 0) {
        throw new HerderError(
          'MILLRACE_CONNECT_BAD_REQUEST',
          `Cannot submit non-empty set of task configs for stopped connector ${connector}: resume it first`,
        );
      }
      return { records: taskRecords(connector, configs), result: undefined };
    });
  }

  /** Ends the producers of the tasks of before (KIP-618). Resolves when no task of before can write any more. */
  fence(connector: string): Promise<void> {
    let fencing = this.#fencing.get(connector);
    if (fencing === undefined) {
      fencing = this.#fence(connector).finally(() => this.#fencing.delete(connector));
      this.#fencing.set(connector, fencing);
    }
    return fencing;
  }

  /** Throws MILLRACE_CONNECT_UNAVAILABLE, _BAD_REQUEST or _FORBIDDEN for what no worker of the group sent. */
  assertSigned(request: SignedRequest): void {
    const { sessionKey } = this.#options.config.state;
    if (sessionKey === undefined) {
      const message = 'this worker has not read a session key from the config topic yet: try again';
      throw new HerderError('MILLRACE_CONNECT_UNAVAILABLE', message);
    }
    const allowed = this.#options.settings.interWorkerVerificationAlgorithms;
    switch (judgeSignature(request, sessionKey, allowed)) {
      case 'valid':
        return;
      case 'missing':
        throw new HerderError(
          'MILLRACE_CONNECT_BAD_REQUEST',
          'Internal request missing required signature: only workers may ask for this',
        );
      case 'algorithm':
        throw new HerderError(
          'MILLRACE_CONNECT_BAD_REQUEST',
          `This worker does not support the '${String(request.algorithm)}' key signing algorithm used by other workers. ` +
            `This worker is currently configured to use: ${allowed.join(', ')}. ` +
            'Check inter.worker.verification.algorithms: all workers need the same ones',
        );
      case 'wrong':
        throw new HerderError('MILLRACE_CONNECT_FORBIDDEN', 'Internal request contained invalid signature.');
    }
  }

  async #write(records: readonly ConfigRecord[]): Promise<void> {
    try {
      await this.#options.config.write(records);
    } catch (error) {
      if (KafkaError.is(error) && error.fatal) {
        throw new NotTheTargetError('Another worker leads by now: try again', undefined);
      }
      throw new HerderError(
        'MILLRACE_CONNECT_FAILED',
        `writing to the config topic failed: ${messageOf(error)}. It may have been written nevertheless: look before you try again`,
        { cause: error },
      );
    }
  }

  async #fence(connector: string): Promise<void> {
    this.assertLeader();
    const { config, admin, settings, log } = this.#options;
    const { isFencingPending, fencedTaskCount = 0, tasks, tasksOffset } = this.connector(connector);
    if (!isFencingPending) return;
    // A single task fences its predecessor by itself when it begins.
    const isEnough = fencedTaskCount === 1 && tasks.length === 1;
    if (fencedTaskCount > 0 && !isEnough) {
      const ids = Array.from({ length: fencedTaskCount }, (_, task) =>
        taskTransactionalId(settings.groupId, connector, task),
      );
      log.info('fencing the producers of former tasks', { connector, taskCount: fencedTaskCount });
      allOrThrow(await admin.fenceProducers(ids));
    }
    await this.step(() => {
      const now = config.state.connector(connector);
      // Newer tasks were committed meanwhile: they need a fencing of their own, of more producers perhaps.
      const isSame = now !== undefined && now.tasksOffset === tasksOffset;
      return {
        records: isSame ? [{ kind: 'tasks-fencing', connector, taskCount: tasks.length }] : [],
        result: undefined,
      };
    });
  }

  /** Makes a session key when there is none or it is too old, and comes back when it will be. */
  #renewKey(): void {
    const { config, settings, clock, timers, log } = this.#options;
    const { sessionKey } = config.state;
    const leftMs = sessionKey === undefined ? 0 : sessionKey.createdAtMs + settings.interWorkerKeyTtlMs - clock.nowMs();
    this.#keyTimer?.cancel();
    if (leftMs > 0) {
      this.#keyTimer = timers.schedule(leftMs, () => this.#renewKey());
      return;
    }
    const key = createSessionKey(settings.interWorkerSignatureAlgorithm, clock.nowMs());
    this.step(() => ({ records: [{ kind: 'session-key', sessionKey: key }], result: undefined })).then(
      () => this.#renewKeyIfLeading(0),
      (error: unknown) => {
        log.warn('storing a session key failed, trying again', { error: messageOf(error) });
        this.#renewKeyIfLeading(KEY_RETRY_MS);
      },
    );
  }

  #renewKeyIfLeading(delayMs: number): void {
    if (!this.#isLeading) return;
    if (delayMs === 0) return this.#renewKey();
    this.#keyTimer = this.#options.timers.schedule(delayMs, () => this.#renewKey());
  }
}

/** The whole set, which counts from its commit on. */
export function taskRecords(connector: string, configs: readonly TaskConfig[]): ConfigRecord[] {
  return [
    ...configs.map((config, task): ConfigRecord => ({ kind: 'task', id: { connector, task }, config })),
    { kind: 'commit', connector, taskCount: configs.length },
  ];
}

/** For offsets of sources: whether something is left of a task that could write. Throws MILLRACE_CONNECT_BAD_REQUEST. */
export function assertStopped({ name, targetState, tasks }: StoredConnector): void {
  if (targetState === 'STOPPED' && tasks.length === 0) return;
  throw notStopped(name);
}
