/**
 * Records of the config topic, as Kafka Connect's workers write them: what connectors there are, their tasks, and what the leader tells all
 * workers. One partition, so that the records have an order.
 *
 * Not here: what they add up to (./config-state.ts).
 */
import type { ConfigProperties, TaskConfig } from '@millrace/connect-api';
import type { ConnectorTaskId, RestartRequest, TargetState } from '../herder/herder.ts';
import { fieldsOf } from './status-records.ts';

/** Signs requests between workers (KIP-507). */
export interface SessionKey {
  readonly key: Buffer;
  /** Of a HMAC as Java names it: HmacSHA256. */
  readonly algorithm: string;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
}

export type ConfigRecord =
  | {
      readonly kind: 'connector';
      readonly connector: string;
      /** Null: deleted. */ readonly config: ConfigProperties | null;
    }
  | {
      readonly kind: 'target-state';
      readonly connector: string;
      /** Null: deleted. */ readonly state: TargetState | null;
    }
  /** Counts only when the commit that follows is there. */
  | { readonly kind: 'task'; readonly id: ConnectorTaskId; /** Null: deleted. */ readonly config: TaskConfig | null }
  /** The tasks before it are the connector's, so many. */
  | { readonly kind: 'commit'; readonly connector: string; readonly taskCount: number }
  /** Producers of the tasks before are fenced; so many will have to be the next time (KIP-618). */
  | { readonly kind: 'tasks-fencing'; readonly connector: string; readonly taskCount: number }
  | { readonly kind: 'restart'; readonly request: RestartRequest }
  | { readonly kind: 'session-key'; readonly sessionKey: SessionKey }
  | { readonly kind: 'logger'; readonly logger: string; readonly level: string };

export interface EncodedRecord {
  readonly key: string;
  readonly value: string | null;
}

const CONNECTOR = 'connector-';
const TARGET_STATE = 'target-state-';
const TASK = 'task-';
const COMMIT = 'commit-';
const TASKS_FENCING = 'tasks-fencing-';
const RESTART = 'restart-connector-';
const SESSION_KEY = 'session-key';
const LOGGER = 'logger-cluster-';

export function encodeConfigRecord(record: ConfigRecord): EncodedRecord {
  switch (record.kind) {
    case 'connector':
      return encoded(CONNECTOR, record.connector, record.config && { properties: record.config });
    case 'target-state':
      return encoded(TARGET_STATE, record.connector, record.state && targetStateFields(record.state));
    case 'task':
      return encoded(
        TASK,
        `${record.id.connector}-${String(record.id.task)}`,
        record.config && { properties: record.config },
      );
    case 'commit':
      return encoded(COMMIT, record.connector, { tasks: record.taskCount });
    case 'tasks-fencing':
      return encoded(TASKS_FENCING, record.connector, { 'task-count': record.taskCount });
    case 'restart': {
      const { connector, includeTasks, onlyFailed } = record.request;
      return encoded(RESTART, connector, { 'include-tasks': includeTasks, 'only-failed': onlyFailed });
    }
    case 'session-key': {
      const { key, algorithm, createdAtMs } = record.sessionKey;
      return encoded(SESSION_KEY, '', { key: key.toString('base64'), algorithm, 'creation-timestamp': createdAtMs });
    }
    case 'logger':
      return encoded(LOGGER, record.logger, { level: record.level });
  }
}

/** Undefined: no record of a worker, or one that nothing follows from any more (a removed commit). */
export function decodeConfigRecord(keyBytes: Buffer | null, value: Buffer | null): ConfigRecord | undefined {
  const key = keyBytes?.toString() ?? '';
  const fields = value === null ? {} : fieldsOf(value);
  if (key === SESSION_KEY) return value === null ? undefined : sessionKeyOf(fields);
  // None of these begins another one, but for the longer ones that come first.
  if (key.startsWith(TASKS_FENCING)) {
    const taskCount = countOf(fields['task-count']);
    return taskCount === undefined
      ? undefined
      : { kind: 'tasks-fencing', connector: rest(key, TASKS_FENCING), taskCount };
  }
  if (key.startsWith(TARGET_STATE)) {
    const state = value === null ? null : targetStateOf(fields);
    return state === undefined ? undefined : { kind: 'target-state', connector: rest(key, TARGET_STATE), state };
  }
  if (key.startsWith(RESTART)) {
    if (value === null) return undefined;
    const { 'include-tasks': includeTasks, 'only-failed': onlyFailed } = fields;
    const request = {
      connector: rest(key, RESTART),
      includeTasks: includeTasks === true,
      onlyFailed: onlyFailed === true,
    };
    return { kind: 'restart', request };
  }
  if (key.startsWith(CONNECTOR)) {
    const config = value === null ? null : propertiesOf(fields);
    return config === undefined ? undefined : { kind: 'connector', connector: rest(key, CONNECTOR), config };
  }
  if (key.startsWith(TASK)) {
    const [, connector, task] = /^(.*)-(\d+)$/s.exec(rest(key, TASK)) ?? [];
    const config = value === null ? null : propertiesOf(fields);
    if (connector === undefined || config === undefined) return undefined;
    return { kind: 'task', id: { connector, task: Number(task) }, config };
  }
  if (key.startsWith(COMMIT)) {
    const taskCount = countOf(fields['tasks']);
    return taskCount === undefined ? undefined : { kind: 'commit', connector: rest(key, COMMIT), taskCount };
  }
  if (key.startsWith(LOGGER)) {
    const { level } = fields;
    return typeof level === 'string' ? { kind: 'logger', logger: rest(key, LOGGER), level } : undefined;
  }
  return undefined;
}

function encoded(prefix: string, name: string, fields: object | null): EncodedRecord {
  return { key: `${prefix}${name}`, value: fields === null ? null : JSON.stringify(fields) };
}

function rest(key: string, prefix: string): string {
  return key.slice(prefix.length);
}

/** Workers before Kafka 3.5 know no STOPPED, and take it for a pause. */
function targetStateFields(state: TargetState): object {
  return { state: state === 'STOPPED' ? 'PAUSED' : state, 'state.v2': state };
}

function targetStateOf(fields: Readonly<Record<string, unknown>>): TargetState | undefined {
  const state = fields['state.v2'] ?? fields['state'];
  return state === 'STARTED' || state === 'PAUSED' || state === 'STOPPED' ? state : undefined;
}

function propertiesOf({ properties }: Readonly<Record<string, unknown>>): ConfigProperties | undefined {
  if (typeof properties !== 'object' || properties === null) return undefined;
  const texts = Object.entries(properties).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(texts);
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

function sessionKeyOf(fields: Readonly<Record<string, unknown>>): ConfigRecord | undefined {
  const { key, algorithm, 'creation-timestamp': createdAtMs } = fields;
  if (typeof key !== 'string' || typeof algorithm !== 'string' || typeof createdAtMs !== 'number') return undefined;
  return { kind: 'session-key', sessionKey: { key: Buffer.from(key, 'base64'), algorithm, createdAtMs } };
}
