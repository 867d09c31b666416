/**
 * Records of the status topic, as Kafka Connect's workers write them: what connectors and tasks do, and which topics they use (KIP-558).
 */
import type { ConnectorTaskId, RunState } from '../herder/herder.ts';
import { parseJson } from './json-text.ts';

const CONNECTOR = 'status-connector-';
const TASK = 'status-task-';
const TOPIC = 'status-topic-';
const TOPIC_OF_CONNECTOR = ':connector-';

/** Of a connector, or of a task. */
export interface StoredStatus {
  readonly state: RunState;
  readonly trace: string | undefined;
  readonly workerId: string;
  /** Of the group, in which it was written. */
  readonly generation: number;
  /** Of the plugin. */
  readonly version: string | undefined;
  /** Automatic restarts in a row; workers of Kafka Connect have none and pass over the field. */
  readonly restarts?: number;
  /** Milliseconds since 1970. */
  readonly nextRestartAtMs?: number;
}

export interface StoredTopicUse {
  readonly topic: string;
  readonly connector: string;
  readonly task: number;
  readonly discoveredAtMs: number;
}

export type StatusKey =
  | { readonly kind: 'connector'; readonly connector: string }
  | { readonly kind: 'task'; readonly id: ConnectorTaskId }
  | { readonly kind: 'topic'; readonly topic: string; readonly connector: string };

export function encodeStatusKey(key: StatusKey): string {
  switch (key.kind) {
    case 'connector':
      return `${CONNECTOR}${key.connector}`;
    case 'task':
      return `${TASK}${key.id.connector}-${String(key.id.task)}`;
    case 'topic':
      return `${TOPIC}${key.topic}${TOPIC_OF_CONNECTOR}${key.connector}`;
  }
}

/** Undefined: no key of a status. */
export function decodeStatusKey(bytes: Buffer | null): StatusKey | undefined {
  const key = bytes?.toString() ?? '';
  if (key.startsWith(CONNECTOR)) return { kind: 'connector', connector: key.slice(CONNECTOR.length) };
  if (key.startsWith(TASK)) {
    const match = /^(.*)-(\d+)$/s.exec(key.slice(TASK.length));
    const [, connector, task] = match ?? [];
    return connector === undefined ? undefined : { kind: 'task', id: { connector, task: Number(task) } };
  }
  if (!key.startsWith(TOPIC)) return undefined;
  // Topics have no colon in their names, connectors may have.
  const at = key.indexOf(TOPIC_OF_CONNECTOR);
  if (at === -1) return undefined;
  const connector = key.slice(at + TOPIC_OF_CONNECTOR.length);
  return { kind: 'topic', topic: key.slice(TOPIC.length, at), connector };
}

export function encodeStatus({ state, trace, workerId, generation, version, ...more }: StoredStatus): string {
  return JSON.stringify({
    state,
    trace: trace ?? null,
    worker_id: workerId,
    generation,
    version: version ?? null,
    restarts: more.restarts,
    next_restart_at: more.nextRestartAtMs,
  });
}

/** Undefined: no status. */
export function decodeStatus(bytes: Buffer): StoredStatus | undefined {
  const { state, trace, worker_id: workerId, generation, version, ...more } = fieldsOf(bytes);
  if (!isRunState(state) || typeof workerId !== 'string') return undefined;
  const { restarts, next_restart_at: nextRestartAtMs } = more;
  return {
    state,
    trace: typeof trace === 'string' ? trace : undefined,
    workerId,
    generation: Number(generation ?? 0),
    version: typeof version === 'string' ? version : undefined,
    ...(typeof restarts === 'number' ? { restarts } : {}),
    ...(typeof nextRestartAtMs === 'number' ? { nextRestartAtMs } : {}),
  };
}

export function encodeTopicUse({ topic, connector, task, discoveredAtMs }: StoredTopicUse): string {
  return JSON.stringify({ topic: { name: topic, connector, task, discoverTimestamp: discoveredAtMs } });
}

/** Undefined: nothing of the kind. */
export function decodeTopicUse(bytes: Buffer): StoredTopicUse | undefined {
  const inner = fieldsOf(bytes)['topic'];
  if (typeof inner !== 'object' || inner === null) return undefined;
  const { name, connector, task, discoverTimestamp } = inner as Record<string, unknown>;
  if (typeof name !== 'string' || typeof connector !== 'string') return undefined;
  return { topic: name, connector, task: Number(task), discoveredAtMs: Number(discoverTimestamp) };
}

const RUN_STATES: Readonly<Record<RunState, true>> = {
  UNASSIGNED: true,
  RUNNING: true,
  PAUSED: true,
  FAILED: true,
  RESTARTING: true,
  STOPPED: true,
};

function isRunState(state: unknown): state is RunState {
  return typeof state === 'string' && Object.hasOwn(RUN_STATES, state);
}

/** Of a JSON object; none of anything else. */
export function fieldsOf(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const parsed = parseJson(bytes.toString());
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
