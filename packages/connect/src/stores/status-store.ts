/**
 * What connectors and tasks of all workers do, and which topics they use, in a topic that all workers share.
 *
 * Owns: the last status of each.
 * Invariants: whoever starts work is believed, in whatever generation, since a group that was forgotten counts from the beginning. Whoever tells
 *   of an end does not contradict another worker that wrote in a newer generation. Where a worker that was put out and has not heard of it
 *   writes over what another does, that one writes again.
 *   Own writes are seen at once; of one key the newest is written last, however long writes take.
 */
import { messageOf, systemTimers, type Clock, type Logger, type Timers } from '@millrace/base';
import type { ConnectorTaskId, RunState } from '../herder/herder.ts';
import { taskKey } from '../group/work-load.ts';
import { CompactedTopic, type CompactedTopicOptions, type TableRecord } from './compacted-topic.ts';
import {
  decodeStatus,
  decodeStatusKey,
  decodeTopicUse,
  encodeStatus,
  encodeStatusKey,
  encodeTopicUse,
  type StatusKey,
  type StoredStatus,
  type StoredTopicUse,
} from './status-records.ts';

const RETRY_MS = 1_000;
/** Told by whoever has the work and goes on with it. */
const STARTS: ReadonlySet<RunState> = new Set(['RUNNING', 'PAUSED', 'STOPPED']);

export interface StatusStoreOptions extends Omit<CompactedTopicOptions, 'onRecord' | 'setting' | 'replicationSetting'> {
  readonly clock: Clock;
}

/** Of a key, what waits to be written while an earlier write is on its way, and what came meanwhile. */
interface PendingWrite {
  value: string | null;
  isQueued: boolean;
  lastRead: TableRecord | undefined;
}

interface Held {
  readonly status: StoredStatus;
  /** This worker wrote it, and has not given the work up since. */
  readonly isOwn: boolean;
}

type WorkKey = Exclude<StatusKey, { readonly kind: 'topic' }>;

export class StatusStore implements AsyncDisposable {
  readonly #topic: CompactedTopic;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #connectors = new Map<string, Held>();
  readonly #tasks = new Map<string, Held & { readonly id: ConnectorTaskId }>();
  readonly #topics = new Map<string, Map<string, StoredTopicUse>>();
  readonly #pending = new Map<string, PendingWrite>();
  readonly #flights = new Map<string, Promise<void>>();
  #isClosed = false;

  constructor(options: StatusStoreOptions) {
    this.#log = options.log;
    this.#clock = options.clock;
    this.#timers = options.timers ?? systemTimers;
    this.#topic = new CompactedTopic({
      ...options,
      setting: 'status.storage.topic',
      replicationSetting: 'status.storage.replication.factor',
      onRecord: (record) => this.#take(record),
    });
  }

  start(): Promise<void> {
    return this.#topic.start();
  }

  readToEnd(): Promise<void> {
    return this.#topic.readToEnd();
  }

  /** Of which there is a status, their own or of a task. */
  connectors(): readonly string[] {
    return [...new Set([...this.#connectors.keys(), ...[...this.#tasks.values()].map(({ id }) => id.connector)])];
  }

  connector(name: string): StoredStatus | undefined {
    return this.#connectors.get(name)?.status;
  }

  task(id: ConnectorTaskId): StoredStatus | undefined {
    return this.#tasks.get(taskKey(id))?.status;
  }

  /** In order of their numbers. */
  tasks(connector: string): readonly { readonly id: ConnectorTaskId; readonly status: StoredStatus }[] {
    const own = [...this.#tasks.values()].filter(({ id }) => id.connector === connector);
    return own.sort((a, b) => a.id.task - b.id.task);
  }

  /** In order of their names. */
  topics(connector: string): readonly string[] {
    return [...(this.#topics.get(connector)?.keys() ?? [])].sort();
  }

  write(of: string | ConnectorTaskId, status: StoredStatus): void {
    const key: WorkKey = typeof of === 'string' ? { kind: 'connector', connector: of } : { kind: 'task', id: of };
    const held = this.#held(key)?.status;
    if (!STARTS.has(status.state) && held !== undefined && isNewerOfAnother(held, status)) return;
    this.#hold(key, { status, isOwn: status.state !== 'UNASSIGNED' });
    this.#send(key, encodeStatus(status));
  }

  /** The connector, its tasks and the topics that they use are gone. */
  forget(connector: string): void {
    if (this.#connectors.has(connector)) this.#remove({ kind: 'connector', connector });
    for (const { id } of this.tasks(connector)) this.forgetTask(id);
    this.forgetTopics(connector);
  }

  forgetTask(id: ConnectorTaskId): void {
    this.#remove({ kind: 'task', id });
  }

  addTopic(id: ConnectorTaskId, topic: string): void {
    const { connector, task } = id;
    if (this.#topics.get(connector)?.has(topic) === true) return;
    const use = { topic, connector, task, discoveredAtMs: this.#clock.nowMs() };
    this.#setTopic(use);
    this.#send({ kind: 'topic', topic, connector }, encodeTopicUse(use));
  }

  forgetTopics(connector: string): void {
    for (const topic of this.topics(connector)) this.#remove({ kind: 'topic', topic, connector });
  }

  /** Resolves when nothing is left to be written, or when the time is over. */
  async flush(timeoutMs: number): Promise<void> {
    const over = Promise.withResolvers<'over'>();
    const timer = this.#timers.schedule(timeoutMs, () => over.resolve('over'));
    try {
      while (this.#pending.size > 0 && !this.#isClosed) {
        if ((await Promise.race([over.promise, ...this.#flights.values()])) === 'over') return;
      }
    } finally {
      timer.cancel();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.#topic[Symbol.asyncDispose]();
  }

  #remove(key: StatusKey): void {
    this.#delete(key);
    this.#send(key, null);
  }

  /** The newest of a key waits while an older one is on its way. Failing is told, and tried again as long as the worker lives. */
  #send(statusKey: StatusKey, value: string | null): void {
    const key = encodeStatusKey(statusKey);
    const pending = this.#pending.get(key);
    if (pending !== undefined) {
      pending.value = value;
      pending.isQueued = true;
      return;
    }
    this.#pending.set(key, { value, isQueued: true, lastRead: undefined });
    this.#flights.set(key, this.#deliver(key));
  }

  async #deliver(key: string): Promise<void> {
    const pending = this.#pending.get(key);
    let writtenAt = -1;
    while (pending?.isQueued === true && !this.#isClosed) {
      pending.isQueued = false;
      try {
        [writtenAt = -1] = await this.#topic.write([{ key, value: pending.value }]);
      } catch (error) {
        if (this.#isClosed) break;
        this.#log.warn('writing a status failed, trying again', { key, error: messageOf(error) });
        pending.isQueued = true;
        await new Promise<void>((resolve) => void this.#timers.schedule(RETRY_MS, () => resolve()));
      }
    }
    this.#pending.delete(key);
    this.#flights.delete(key);
    // Somebody else wrote behind it.
    const last = pending?.lastRead;
    if (last !== undefined && last.offset > writtenAt) this.#take(last);
  }

  #take(record: TableRecord): void {
    const { key: keyBytes, value } = record;
    const key = decodeStatusKey(keyBytes);
    if (key === undefined) return;
    const pending = this.#pending.get(encodeStatusKey(key));
    if (pending !== undefined) {
      pending.lastRead = record;
      return;
    }
    if (value === null) return this.#delete(key);
    if (key.kind === 'topic') {
      const use = decodeTopicUse(value);
      if (use !== undefined) this.#setTopic(use);
      return;
    }
    const status = decodeStatus(value);
    if (status !== undefined) this.#takeStatus(key, status);
  }

  #takeStatus(key: WorkKey, status: StoredStatus): void {
    const held = this.#held(key);
    // From a worker that was put out and had not heard of it when it wrote, as one that stood still.
    if (held?.isOwn === true && isNewerOfAnother(held.status, status)) this.#send(key, encodeStatus(held.status));
    else this.#hold(key, { status, isOwn: held?.isOwn === true && held.status.workerId === status.workerId });
  }

  #held(key: WorkKey): Held | undefined {
    return key.kind === 'connector' ? this.#connectors.get(key.connector) : this.#tasks.get(taskKey(key.id));
  }

  #hold(key: WorkKey, held: Held): void {
    if (key.kind === 'connector') this.#connectors.set(key.connector, held);
    else this.#tasks.set(taskKey(key.id), { ...held, id: key.id });
  }

  #setTopic(use: StoredTopicUse): void {
    const topics = this.#topics.get(use.connector) ?? new Map<string, StoredTopicUse>();
    this.#topics.set(use.connector, topics);
    topics.set(use.topic, use);
  }

  #delete(key: StatusKey): void {
    switch (key.kind) {
      case 'connector':
        this.#connectors.delete(key.connector);
        return;
      case 'task':
        this.#tasks.delete(taskKey(key.id));
        return;
      case 'topic': {
        const topics = this.#topics.get(key.connector);
        topics?.delete(key.topic);
        if (topics?.size === 0) this.#topics.delete(key.connector);
      }
    }
  }
}

function isNewerOfAnother(held: StoredStatus, { workerId, generation }: StoredStatus): boolean {
  return held.workerId !== workerId && held.generation > generation;
}
