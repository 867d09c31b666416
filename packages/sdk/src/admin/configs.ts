/** Settings of topics, brokers and groups: describe, and change one by one (KIP-339). */
import { ErrorCode } from '@millrace/protocol';
import {
  createDescribeConfigsRequest,
  describeConfigsRequest,
  describeConfigsResponse,
  type DescribeConfigsResponseDescribeConfigsResult,
} from '@millrace/protocol/messages/32-describe-configs';
import {
  createIncrementalAlterConfigsRequest,
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from '@millrace/protocol/messages/44-incremental-alter-configs';
import {
  createListConfigResourcesRequest,
  listConfigResourcesRequest,
  listConfigResourcesResponse,
} from '@millrace/protocol/messages/74-list-config-resources';
import { brokerError, KafkaError } from '../error.ts';
import type { AdminCall, CallOptions, NodeRef } from './admin-call.ts';
import type { ChangeOptions } from './change-topics.ts';
import { knownBroker } from './node-refs.ts';
import type { Outcome } from './outcome.ts';
import { forEachItem, outcomesOf, type Verdict } from './per-item.ts';

const TYPE_CODES = { topic: 2, broker: 4, 'broker-logger': 8, 'client-metrics': 16, group: 32 } as const;

export type ConfigResourceType = keyof typeof TYPE_CODES;

/** What has settings. A broker is named by its id; `broker` with an empty name stands for the default of all brokers. */
export interface ConfigResource {
  readonly type: ConfigResourceType;
  readonly name: string;
}

const SOURCES = [
  'unknown',
  'topic',
  'broker',
  'default-broker',
  'static-broker',
  'default',
  'broker-logger',
  'client-metrics',
  'group',
] as const;

/** Where a value comes from: set on the resource, on the broker, on all brokers, in the broker's file, or built in. */
export type ConfigSource = (typeof SOURCES)[number];

const VALUE_TYPES = [
  'unknown',
  'boolean',
  'string',
  'int',
  'short',
  'long',
  'double',
  'list',
  'class',
  'password',
] as const;

export type ConfigValueType = (typeof VALUE_TYPES)[number];

export interface ConfigSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: ConfigSource;
}

export interface ConfigEntry {
  readonly name: string;
  /** Null for secrets, which brokers do not tell, and where there is no value. */
  readonly value: string | null;
  readonly source: ConfigSource;
  readonly isReadOnly: boolean;
  readonly isSensitive: boolean;
  readonly valueType: ConfigValueType;
  /** Where the value could come from, strongest first; empty unless asked for. */
  readonly synonyms: readonly ConfigSynonym[];
  /** Null unless asked for. */
  readonly documentation: string | null;
}

export interface ListConfigResourcesOptions extends CallOptions {
  /** Default: every type that the broker knows. */
  readonly types?: readonly ConfigResourceType[];
}

export interface ResourceConfigs {
  readonly configs: readonly ConfigEntry[];
}

export interface DescribeConfigsOptions extends CallOptions {
  /** Only these settings. Default: all. */
  readonly keys?: readonly string[];
  /** Default false. */
  readonly synonyms?: boolean;
  /** Default false. */
  readonly documentation?: boolean;
}

/** Changes of one resource, all or none of them. */
export interface ConfigChange extends ConfigResource {
  readonly set?: Readonly<Record<string, string>>;
  /** Settings to return to their defaults. */
  readonly unset?: readonly string[];
  /** Values to add to settings that are lists, such as `cleanup.policy`. */
  readonly append?: Readonly<Record<string, string>>;
  /** Values to take out of settings that are lists. */
  readonly subtract?: Readonly<Record<string, string>>;
}

const OPERATION_SET = 0;
const OPERATION_DELETE = 1;
const OPERATION_APPEND = 2;
const OPERATION_SUBTRACT = 3;

export async function describeConfigs(
  call: AdminCall,
  resources: readonly ConfigResource[],
  { keys, synonyms = false, documentation = false }: DescribeConfigsOptions,
): Promise<Outcome<ConfigResource, ResourceConfigs>[]> {
  const verdicts = await forEachItem(call, resources, {
    what: 'describing settings',
    locate: (resource) => ownerOf(call, resource, 'any'),
    ask: async (target, asked) => {
      const response = await target.send(
        { request: describeConfigsRequest, response: describeConfigsResponse },
        createDescribeConfigsRequest({
          resources: asked.map(({ type, name }) => ({
            resourceType: TYPE_CODES[type],
            resourceName: name,
            configurationKeys: keys ?? null,
          })),
          includeSynonyms: synonyms,
          includeDocumentation: documentation,
        }),
      );
      const results = byResource(response.results);
      return asked.map((resource): Verdict<ResourceConfigs> => {
        const result = results.get(keyOf(TYPE_CODES[resource.type], resource.name));
        if (result?.errorCode === ErrorCode.NONE) return { value: { configs: result.configs.map(entryOf) } };
        const errorCode = result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
        return { error: brokerError(`reading settings of ${labelOf(resource)}`, errorCode, result?.errorMessage) };
      });
    },
  });
  return outcomesOf(resources, verdicts, ({ type, name }) => ({ type, name }));
}

export async function alterConfigs(
  call: AdminCall,
  changes: readonly ConfigChange[],
  { validateOnly = false }: ChangeOptions,
): Promise<Outcome<ConfigResource>[]> {
  const verdicts = await forEachItem(call, changes, {
    what: 'changing settings',
    locate: (change) => ownerOf(call, change, 'controller'),
    ask: async (target, asked) => {
      const response = await target.send(
        { request: incrementalAlterConfigsRequest, response: incrementalAlterConfigsResponse },
        createIncrementalAlterConfigsRequest({
          resources: asked.map((change) => ({
            resourceType: TYPE_CODES[change.type],
            resourceName: change.name,
            configs: operationsOf(change),
          })),
          validateOnly,
        }),
      );
      const results = byResource(response.responses);
      return asked.map((change): Verdict<object> => {
        const result = results.get(keyOf(TYPE_CODES[change.type], change.name));
        if (result?.errorCode === ErrorCode.NONE) return { value: {} };
        const errorCode = result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
        return { error: brokerError(`changing settings of ${labelOf(change)}`, errorCode, result?.errorMessage) };
      });
    },
  });
  return outcomesOf(changes, verdicts, ({ type, name }) => ({ type, name }));
}

const TYPES_VERSION = 1;

export async function listConfigResources(
  call: AdminCall,
  { types = [] }: ListConfigResourcesOptions,
): Promise<ConfigResource[]> {
  const what = 'listing what has settings';
  return call.once(what, 'any', async (target) => {
    const api = { request: listConfigResourcesRequest, response: listConfigResourcesResponse };
    const response = await target.send(api, (version) => {
      if (version < TYPES_VERSION) {
        // It lists client metrics alone, and would be taken for the whole.
        throw new KafkaError('MILLRACE_CLIENT_UNSUPPORTED_API', `${what}: this broker is too old for it`);
      }
      return createListConfigResourcesRequest({ resourceTypes: types.map((type) => TYPE_CODES[type]) });
    });
    if (response.errorCode !== ErrorCode.NONE) throw brokerError(what, response.errorCode);
    const resources = response.configResources.flatMap(({ resourceType, resourceName }): ConfigResource[] => {
      const type = typeOf(resourceType);
      return type === undefined ? [] : [{ type, name: resourceName }];
    });
    return resources.sort((a, b) => TYPE_CODES[a.type] - TYPE_CODES[b.type] || (a.name < b.name ? -1 : 1));
  });
}

function typeOf(code: number): ConfigResourceType | undefined {
  return (Object.keys(TYPE_CODES) as ConfigResourceType[]).find((type) => TYPE_CODES[type] === code);
}

/** Settings of one broker are that broker's own to tell and to change. */
function ownerOf(call: AdminCall, { type, name }: ConfigResource, otherwise: NodeRef): NodeRef | Promise<NodeRef> {
  if ((type !== 'broker' && type !== 'broker-logger') || name === '') return otherwise;
  if (!/^\d+$/.test(name)) {
    throw new KafkaError('MILLRACE_CLIENT_INVALID_OPTION', `a ${type} is named by its id, and "${name}" is none`);
  }
  return knownBroker(call, Number(name));
}

function operationsOf({ set = {}, unset = [], append = {}, subtract = {} }: ConfigChange): {
  readonly name: string;
  readonly configOperation: number;
  readonly value: string | null;
}[] {
  const withValues = (values: Readonly<Record<string, string>>, configOperation: number) =>
    Object.entries(values).map(([name, value]) => ({ name, configOperation, value }));
  return [
    ...withValues(set, OPERATION_SET),
    ...unset.map((name) => ({ name, configOperation: OPERATION_DELETE, value: null })),
    ...withValues(append, OPERATION_APPEND),
    ...withValues(subtract, OPERATION_SUBTRACT),
  ];
}

function byResource<Result extends { readonly resourceType: number; readonly resourceName: string }>(
  results: readonly Result[],
): Map<string, Result> {
  return new Map(results.map((result) => [keyOf(result.resourceType, result.resourceName), result]));
}

function keyOf(typeCode: number, name: string): string {
  return `${String(typeCode)} ${name}`;
}

function labelOf({ type, name }: ConfigResource): string {
  return name === '' ? `all ${type}s` : `${type} "${name}"`;
}

function entryOf(config: DescribeConfigsResponseDescribeConfigsResult['configs'][number]): ConfigEntry {
  return {
    name: config.name,
    value: config.value,
    source: SOURCES[config.configSource] ?? 'unknown',
    isReadOnly: config.readOnly,
    isSensitive: config.isSensitive,
    valueType: VALUE_TYPES[config.configType] ?? 'unknown',
    synonyms: config.synonyms.map(({ name, value, source }) => ({
      name,
      value,
      source: SOURCES[source] ?? 'unknown',
    })),
    documentation: config.documentation,
  };
}
