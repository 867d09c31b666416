/**
 * ListConfigResources 0–1: names of what has settings.
 *
 * v0 asks for client metrics alone, of which there are none. v1+: the types asked for, each counted once; none means every type;
 * an unknown one → UNSUPPORTED_VERSION and no list, as in Apache Kafka. Topics and brokers are all of them, groups those with settings of their own.
 * Pinned by test/cluster-admin.itest.ts.
 */
import { ConfigResourceType } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import {
  createListConfigResourcesResponse,
  listConfigResourcesRequest,
  listConfigResourcesResponse,
  type ListConfigResourcesRequest,
  type ListConfigResourcesResponse,
} from '@millrace/protocol/messages/74-list-config-resources';
import { CONFIG_RESOURCES } from '../config/resources/config-resources.ts';
import { defineHandler } from './handler.ts';

const TYPES_VERSION = 1;

export const listConfigResourcesHandler = defineHandler<ListConfigResourcesRequest, ListConfigResourcesResponse>({
  request: listConfigResourcesRequest,
  response: listConfigResourcesResponse,
  minVersion: 0,
  maxVersion: 1,
  handle({ apiVersion, services }, { resourceTypes }) {
    const types = apiVersion < TYPES_VERSION ? [ConfigResourceType.clientMetrics] : new Set(resourceTypes);
    const asked = [...types];
    if (asked.some((type) => !CONFIG_RESOURCES.has(type))) {
      return createListConfigResourcesResponse({ errorCode: ErrorCode.UNSUPPORTED_VERSION });
    }
    const listed = asked.length === 0 ? [...CONFIG_RESOURCES.keys()] : asked;
    return createListConfigResourcesResponse({
      configResources: listed.flatMap((resourceType) =>
        (CONFIG_RESOURCES.get(resourceType)?.list(services) ?? []).map((resourceName) => ({
          resourceName,
          resourceType,
        })),
      ),
    });
  },
  failure: (_request, errorCode) => createListConfigResourcesResponse({ errorCode }),
});
