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
import { ErrorCode } from '@millrace/protocol';
import {
  createDescribeConfigsResponse,
  describeConfigsRequest,
  describeConfigsResponse,
  type DescribeConfigsRequest,
  type DescribeConfigsResponse,
} from '@millrace/protocol/messages/32-describe-configs';
import type { AlterRefused } from '../config/alter-configs.ts';
import type { ConfigEntry } from '../config/describe-configs.ts';
import { CONFIG_RESOURCES, unknownResourceType } from '../config/resources/config-resources.ts';
import type { BrokerServices } from '../services.ts';
import { defineHandler } from './handler.ts';

type Asked = DescribeConfigsRequest['resources'][number];
type Result = DescribeConfigsResponse['results'][number];

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
  services: BrokerServices,
  { resourceType, resourceName, configurationKeys }: Asked,
): readonly ConfigEntry[] | AlterRefused {
  const kind = CONFIG_RESOURCES.get(resourceType);
  return kind?.describe(services, resourceName, configurationKeys) ?? unknownResourceType(resourceType);
}

function failed({ resourceType, resourceName }: Asked, errorCode: number, errorMessage: string | null): Result {
  return { errorCode, errorMessage, resourceType, resourceName, configs: [] };
}
