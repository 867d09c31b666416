/**
 * DescribeConfigs 1–4: settings of topics and brokers with their source.
 *
 * v1+: synonyms on request. v3+: type, and documentation on request. Unknown keys are passed over; no keys, or an empty list, means all.
 * A broker knows its own settings and those stored for all brokers (empty name); another broker's → INVALID_REQUEST.
 * Client metrics and groups have no settings in this release: their lists are empty.
 * Differs from Apache Kafka: a resource that stands several times in a request is answered once, with all keys asked for, so that
 * a small request cannot draw a huge answer; synonyms of retention.ms and segment.ms name the coarser keys (log.retention.hours) also while those are
 * in force, and the source is theirs. Pinned by test/configs.itest.ts.
 */
import { ConfigResourceType } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import {
  createDescribeConfigsResponse,
  describeConfigsRequest,
  describeConfigsResponse,
  type DescribeConfigsRequest,
  type DescribeConfigsResponse,
} from '@millrace/protocol/messages/32-describe-configs';
import { brokerNameProblem } from '../config/config-alteration.ts';
import {
  brokerConfigEntries,
  clusterConfigEntries,
  loggerEntries,
  topicConfigEntries,
  type ConfigEntry,
} from '../config/describe-configs.ts';
import { topicNameProblem } from '../partitions/topic-names.ts';
import type { BrokerServices } from '../services.ts';
import { defineHandler } from './handler.ts';

type Asked = DescribeConfigsRequest['resources'][number];
type Result = DescribeConfigsResponse['results'][number];

interface Problem {
  readonly errorCode: number;
  readonly errorMessage: string;
}

export const describeConfigsHandler = defineHandler<DescribeConfigsRequest, DescribeConfigsResponse>({
  request: describeConfigsRequest,
  response: describeConfigsResponse,
  minVersion: 1,
  maxVersion: 4,
  handle({ services }, request) {
    return createDescribeConfigsResponse({
      results: mergeRepeated(request.resources).map((resource) => {
        const entries = describe(services, resource);
        if ('errorCode' in entries) return failed(resource, entries.errorCode, entries.errorMessage);
        return {
          ...failed(resource, ErrorCode.NONE, null),
          configs: entries.map((entry) => ({
            ...entry,
            synonyms: request.includeSynonyms ? entry.synonyms : [],
            documentation: request.includeDocumentation ? entry.documentation : null,
          })),
        };
      }),
    });
  },
  failure: (request, errorCode) =>
    createDescribeConfigsResponse({ results: request.resources.map((resource) => failed(resource, errorCode, null)) }),
});

/** Each resource once, where it stands first, with the keys of all its entries. */
function mergeRepeated(resources: readonly Asked[]): Asked[] {
  const merged = new Map<string, { readonly resource: Asked; keys: Set<string> | null }>();
  for (const resource of resources) {
    const { resourceType, resourceName, configurationKeys } = resource;
    const isAll = configurationKeys === null || configurationKeys.length === 0;
    const id = `${resourceType}:${resourceName}`;
    const known = merged.get(id);
    if (known === undefined) merged.set(id, { resource, keys: isAll ? null : new Set(configurationKeys) });
    else if (isAll) known.keys = null;
    else if (known.keys !== null) for (const key of configurationKeys) known.keys.add(key);
  }
  return [...merged.values()].map(({ resource, keys }) => ({
    ...resource,
    configurationKeys: keys === null ? null : [...keys],
  }));
}

function describe(
  { config, metaStore, nodeId }: BrokerServices,
  { resourceType, resourceName, configurationKeys }: Asked,
): readonly ConfigEntry[] | Problem {
  const snapshot = metaStore.snapshot();
  switch (resourceType) {
    case ConfigResourceType.topic: {
      const badName = topicNameProblem(resourceName);
      if (badName !== undefined) return { errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, errorMessage: badName };
      const topic = snapshot.topicsByName.get(resourceName);
      if (topic !== undefined) return topicConfigEntries(config, topic.configs, configurationKeys);
      return {
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        errorMessage: `there is no topic "${resourceName}"`,
      };
    }
    case ConfigResourceType.broker: {
      const problem = brokerNameProblem(resourceName, nodeId);
      if (problem !== undefined) return invalid(problem);
      if (resourceName !== '') return brokerConfigEntries(config, configurationKeys);
      return clusterConfigEntries(snapshot.configs.get(`${resourceType}:`) ?? new Map(), configurationKeys);
    }
    case ConfigResourceType.brokerLogger: {
      const problem = brokerNameProblem(resourceName, nodeId);
      if (problem !== undefined) return invalid(problem);
      return resourceName === '' ? invalid('name one broker') : loggerEntries(config, configurationKeys);
    }
    case ConfigResourceType.clientMetrics:
    case ConfigResourceType.group:
      return resourceName === '' ? invalid('name one resource') : [];
    default:
      return invalid(`resource type ${resourceType} has no settings`);
  }
}

function invalid(errorMessage: string): Problem {
  return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage };
}

function failed({ resourceType, resourceName }: Asked, errorCode: number, errorMessage: string | null): Result {
  return { errorCode, errorMessage, resourceType, resourceName, configs: [] };
}
