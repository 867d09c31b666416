/** Bodies of answers as Kafka Connect 4.3.1 has them, from what herder and validator say. */
import type { ConfigDefinition, ConfigProperties } from '@millrace/connect-api';
import type { ConfigInfos } from '../herder/config-validator.ts';
import type { ConnectorInfo, ConnectorStatus, RunStatus, TaskInfo, TaskStatus } from '../herder/herder.ts';

type Json = Record<string, unknown>;

/** What stands for a secret that is not shown; taken for the stored one when it comes back. */
export const HIDDEN = '[hidden]';

export function infoBody({ name, config, tasks, type }: ConnectorInfo, secrets: ReadonlySet<string>): Json {
  return { name, config: redacted(config, secrets), tasks, type };
}

export function redacted(config: ConfigProperties, secrets: ReadonlySet<string>): ConfigProperties {
  if (secrets.size === 0) return config;
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, secrets.has(key) && !isReference(value) ? HIDDEN : value]),
  );
}

/** `${provider:path:key}` tells nothing. */
function isReference(value: string): boolean {
  return /^\$\{[^}]+\}$/.test(value);
}

export function statusBody({ name, connector, tasks, type }: ConnectorStatus): Json {
  return { name, connector: runBody(connector), tasks: tasks.map(taskStatusBody), type };
}

export function taskStatusBody({ id, ...status }: TaskStatus): Json {
  return { id, ...runBody(status) };
}

function runBody({ state, workerId, version, trace, restarts, nextRestartAtMs }: RunStatus): Json {
  return {
    state,
    worker_id: workerId,
    ...(version === undefined ? {} : { version }),
    ...(trace === undefined ? {} : { trace }),
    ...(restarts === undefined ? {} : { restarts }),
    ...(nextRestartAtMs === undefined ? {} : { next_restart_at: new Date(nextRestartAtMs).toISOString() }),
  };
}

export function taskInfoBody({ id, config }: TaskInfo, secrets: ReadonlySet<string>): Json {
  return { id, config: redacted(config, secrets) };
}

export function definitionBody(definition: ConfigDefinition): Json {
  return {
    name: definition.name,
    type: definition.type,
    required: definition.required,
    default_value: definition.defaultValue,
    importance: definition.importance,
    documentation: definition.documentation,
    group: definition.group,
    order_in_group: definition.orderInGroup,
    width: definition.width,
    display_name: definition.displayName,
    dependents: definition.dependents,
  };
}

export function validateBody({ name, errorCount, groups, configs, warnings }: ConfigInfos): Json {
  return {
    name,
    error_count: errorCount,
    groups,
    configs: configs.map(({ definition, value }) => ({
      definition: definitionBody(definition),
      value: {
        name: value.name,
        value: value.value,
        recommended_values: value.recommendedValues,
        errors: value.errors,
        visible: value.visible,
      },
    })),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}
