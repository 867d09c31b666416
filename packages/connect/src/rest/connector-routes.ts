/** `/connectors`: Kafka Connect's paths, codes and bodies over a herder. */
import type { ConfigProperties, Position } from '@millrace/connect-api';
import type { ConfigValidator } from '../herder/config-validator.ts';
import type { ConnectorOffset, Herder, PutConnectorResult, TargetState } from '../herder/herder.ts';
import { HerderError } from '../herder/herder-error.ts';
import { initialStateOf } from '../herder/initial-state.ts';
import { jsonText } from '../stores/json-text.ts';
import { accepted, noContent, ok, type Answer } from './answer.ts';
import { HIDDEN, infoBody, redacted, statusBody, taskInfoBody, taskStatusBody } from './bodies.ts';
import {
  bad,
  configOf,
  connectorName,
  flag,
  header,
  jsonBody,
  objectBody,
  onlyFields,
  patchOf,
  taskIndex,
  type RestRequest,
} from './rest-request.ts';
import type { Route } from './route.ts';

export interface ConnectorRouteParts {
  readonly herder: Herder;
  readonly validator: ConfigValidator;
  /** `rest.redact.secrets`. */
  readonly isRedacting: boolean;
}

const NO_SECRETS: ReadonlySet<string> = new Set();

export function connectorRoutes(parts: () => ConnectorRouteParts): Route[] {
  const herder = (): Herder => parts().herder;
  const secretsOf = (config: ConfigProperties): ReadonlySet<string> =>
    parts().isRedacting ? parts().validator.secretKeys(config) : NO_SECRETS;
  const put = async (name: string, config: ConfigProperties): Promise<ConfigProperties> =>
    parts().isRedacting ? withStoredSecrets(herder(), name, config) : config;
  const stored = ({ created, info }: PutConnectorResult): Answer => ({
    status: created ? 201 : 200,
    body: infoBody(info, secretsOf(info.config)),
    ...(created ? { headers: { location: `/connectors/${encodeURIComponent(info.name)}` } } : {}),
  });

  return [
    { method: 'GET', path: '/connectors', handle: (request) => list(herder(), request, secretsOf) },
    {
      method: 'POST',
      path: '/connectors',
      handle: async (request) => {
        const { name, config, initialState } = creation(request);
        return stored(
          await herder().putConnector(name, await put(name, config), {
            onlyIfNew: true,
            ...(initialState === undefined ? {} : { initialState }),
          }),
        );
      },
    },
    {
      method: 'GET',
      path: '/connectors/:connector',
      handle: async (request) => {
        const info = await herder().connectorInfo(connectorName(request));
        return ok(infoBody(info, secretsOf(info.config)));
      },
    },
    {
      method: 'DELETE',
      path: '/connectors/:connector',
      handle: async (request) => {
        await herder().deleteConnector(connectorName(request));
        return noContent;
      },
    },
    {
      method: 'GET',
      path: '/connectors/:connector/config',
      handle: async (request) => {
        const config = await herder().connectorConfig(connectorName(request));
        return ok(redacted(config, secretsOf(config)));
      },
    },
    {
      method: 'PUT',
      path: '/connectors/:connector/config',
      handle: async (request) => {
        const name = connectorName(request);
        const config = named(name, configOf(jsonBody(request), 'the body'));
        return stored(await herder().putConnector(name, await put(name, config)));
      },
    },
    {
      method: 'PATCH',
      path: '/connectors/:connector/config',
      handle: async (request) => {
        const name = connectorName(request);
        const patch = patchOf(jsonBody(request), 'the body');
        if (patch['name'] !== undefined) named(name, { name: patch['name'] ?? '' });
        const hidden = Object.entries(patch).filter(([, value]) => parts().isRedacting && value === HIDDEN);
        for (const [key] of hidden) delete patch[key];
        return stored(await herder().patchConnector(name, patch));
      },
    },
    {
      method: 'GET',
      path: '/connectors/:connector/status',
      handle: async (request) => ok(statusBody(await herder().connectorStatus(connectorName(request)))),
    },
    {
      method: 'GET',
      path: '/connectors/:connector/tasks',
      handle: async (request) => {
        const name = connectorName(request);
        const tasks = await herder().taskConfigs(name);
        return ok(tasks.map((task) => taskInfoBody(task, secretsOf(task.config))));
      },
    },
    {
      method: 'GET',
      path: '/connectors/:connector/tasks/:task(^\\d+$)/status',
      handle: async (request) => {
        const id = { connector: connectorName(request), task: taskIndex(request) };
        return ok(taskStatusBody(await herder().taskStatus(id)));
      },
    },
    ...stateRoutes(herder),
    ...topicRoutes(herder),
    ...offsetRoutes(herder),
    ...internalRoutes(herder),
  ];
}

function stateRoutes(herder: () => Herder): Route[] {
  const change = (path: string, answer: Answer, apply: (connector: string) => Promise<void>): Route => ({
    method: 'PUT',
    path: `/connectors/:connector/${path}`,
    handle: async (request) => {
      await apply(connectorName(request));
      return answer;
    },
  });
  return [
    change('pause', accepted, (connector) => herder().pauseConnector(connector)),
    change('resume', accepted, (connector) => herder().resumeConnector(connector)),
    change('stop', noContent, (connector) => herder().stopConnector(connector)),
    {
      method: 'POST',
      path: '/connectors/:connector/restart',
      handle: async (request) => {
        const connector = connectorName(request);
        const includeTasks = flag(request, 'includeTasks');
        const onlyFailed = flag(request, 'onlyFailed');
        if (includeTasks || onlyFailed) {
          const status = await herder().restartConnectorAndTasks({ connector, includeTasks, onlyFailed });
          return { status: 202, body: statusBody(status) };
        }
        await herder().restartConnector(connector);
        return noContent;
      },
    },
    {
      method: 'POST',
      path: '/connectors/:connector/tasks/:task(^\\d+$)/restart',
      handle: async (request) => {
        await herder().restartTask({ connector: connectorName(request), task: taskIndex(request) });
        return noContent;
      },
    },
  ];
}

function topicRoutes(herder: () => Herder): Route[] {
  return [
    {
      method: 'GET',
      path: '/connectors/:connector/topics',
      handle: async (request) => {
        const name = connectorName(request);
        return ok({ [name]: { topics: await herder().activeTopics(name) } });
      },
    },
    {
      method: 'PUT',
      path: '/connectors/:connector/topics/reset',
      handle: async (request) => {
        await herder().resetActiveTopics(connectorName(request));
        return accepted;
      },
    },
  ];
}

function offsetRoutes(herder: () => Herder): Route[] {
  const path = '/connectors/:connector/offsets';
  return [
    {
      method: 'GET',
      path,
      handle: async (request) => {
        const offsets = await herder().connectorOffsets(connectorName(request));
        // Offsets beyond 2^53 are written as the numbers they are.
        return {
          status: 200,
          body: jsonText({ offsets: offsets.map(({ partition, offset }) => ({ partition, offset })) }),
          headers: { 'content-type': 'application/json' },
        };
      },
    },
    {
      method: 'PATCH',
      path,
      handle: async (request) => {
        const offsets = offsetsOf(objectBody(request)['offsets']);
        return ok({ message: await herder().alterConnectorOffsets(connectorName(request), offsets) });
      },
    },
    {
      method: 'DELETE',
      path,
      handle: async (request) => ok({ message: await herder().resetConnectorOffsets(connectorName(request)) }),
    },
  ];
}

/** Between workers; signed with the session key (KIP-507). */
function internalRoutes(herder: () => Herder): Route[] {
  const signed = (request: RestRequest) => ({
    signature: header(request, 'x-connect-authorization'),
    algorithm: header(request, 'x-connect-request-signature-algorithm'),
    body: request.body,
  });
  return [
    {
      method: 'POST',
      path: '/connectors/:connector/tasks',
      handle: async (request) => {
        const tasks = jsonBody(request);
        if (!Array.isArray(tasks)) throw bad('the body has to be an array of task configurations');
        const configs = tasks.map((task) => configOf(task, 'each task configuration'));
        await herder().putTaskConfigs(connectorName(request), configs, signed(request));
        return noContent;
      },
    },
    {
      method: 'PUT',
      path: '/connectors/:connector/fence',
      handle: async (request) => {
        await herder().fenceZombies(connectorName(request), signed(request));
        return noContent;
      },
    },
  ];
}

async function list(
  herder: Herder,
  request: RestRequest,
  secretsOf: (config: ConfigProperties) => ReadonlySet<string>,
): Promise<Answer> {
  const names = await herder.connectors();
  const expansions = request.query.getAll('expand');
  if (expansions.length === 0) return ok(names);
  const entries = await Promise.all(
    names.map(async (name) => {
      const parts: Record<string, unknown> = {};
      try {
        if (expansions.includes('status')) parts['status'] = statusBody(await herder.connectorStatus(name));
        if (expansions.includes('info')) {
          const info = await herder.connectorInfo(name);
          parts['info'] = infoBody(info, secretsOf(info.config));
        }
        return [[name, parts]];
      } catch (error) {
        // Deleted while the list was made.
        if (error instanceof HerderError && error.status === 404) return [];
        throw error;
      }
    }),
  );
  return ok(Object.fromEntries(entries.flat()));
}

interface Creation {
  readonly name: string;
  readonly config: ConfigProperties;
  readonly initialState: TargetState | undefined;
}

function creation(request: RestRequest): Creation {
  const body = objectBody(request);
  onlyFields(body, ['name', 'config', 'initial_state']);
  const { name: given, config: givenConfig, initial_state: state } = body;
  if (givenConfig === undefined) throw bad('the body lacks config, the settings of the connector');
  const config = configOf(givenConfig, 'config');
  if (given !== undefined && given !== null && typeof given !== 'string') throw bad('name has to be a text');
  const name = (given ?? config['name'] ?? '').trim();
  if (name === '') throw bad('the connector needs a name: set name to a text that is not empty');
  return { name, config: named(name, config), initialState: initialStateOf(state, bad) };
}

/** The configuration with the connector's name in it. */
function named(name: string, config: Record<string, string>): ConfigProperties {
  const other = config['name'];
  if (other !== undefined && other !== name) {
    throw bad(`Connector name configuration (${other}) doesn't match connector name in the URL (${name})`);
  }
  return { ...config, name };
}

/** A reader of redacted settings sends them back as it got them. */
async function withStoredSecrets(herder: Herder, name: string, config: ConfigProperties): Promise<ConfigProperties> {
  const hidden = Object.entries(config).filter(([, value]) => value === HIDDEN);
  if (hidden.length === 0) return config;
  const known: ConfigProperties = await herder.connectorConfig(name).catch((error: unknown) => {
    if (error instanceof HerderError && error.status === 404) return {};
    throw error;
  });
  const filled = { ...config };
  for (const [key] of hidden) {
    const value = known[key];
    if (value === undefined) throw bad(`${key} is ${HIDDEN}, and nothing is stored for it: give its value`);
    filled[key] = value;
  }
  return filled;
}

function offsetsOf(value: unknown): ConnectorOffset[] {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) {
    throw bad('Partitions / offsets need to be provided for an alter offsets request');
  }
  if (!Array.isArray(value)) throw bad('offsets has to be an array of {"partition": {…}, "offset": {…} or null}');
  return value.map((each: unknown) => {
    const { partition, offset } = (each ?? {}) as { readonly partition?: unknown; readonly offset?: unknown };
    return { partition: position(partition, 'partition'), offset: offset === null ? null : position(offset, 'offset') };
  });
}

function position(value: unknown, what: string): Position {
  const isPosition =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => each === null || typeof each !== 'object');
  if (!isPosition) throw bad(`each of offsets needs ${what}: a JSON object of texts, numbers and booleans`);
  return value as Position;
}
