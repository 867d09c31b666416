/**
 * AlterConfigs 0–2: replaces all settings of a resource; what is not given goes back to its default.
 *
 * Each resource succeeds or fails as a whole. Old: clients that can use IncrementalAlterConfigs.
 * Differs from Apache Kafka: a resource that stands twice is refused [42] where Apache Kafka never answers.
 * Pinned by test/configs.itest.ts.
 */
import {
  alterConfigsRequest,
  alterConfigsResponse,
  createAlterConfigsResponse,
  type AlterConfigsRequest,
  type AlterConfigsResponse,
} from '@millrace/protocol/messages/33-alter-configs';
import { replaceAll } from '../config/alter-configs.ts';
import { alterResources } from './alter-resources.ts';
import { defineHandler } from './handler.ts';

export const alterConfigsHandler = defineHandler<AlterConfigsRequest, AlterConfigsResponse>({
  request: alterConfigsRequest,
  response: alterConfigsResponse,
  minVersion: 0,
  maxVersion: 2,
  async handle({ services }, request) {
    const responses = await alterResources(services, request.resources, request.validateOnly, ({ configs }) => {
      return (current) => replaceAll(current, configs);
    });
    return createAlterConfigsResponse({ responses });
  },
  failure: (request, errorCode) =>
    createAlterConfigsResponse({
      responses: request.resources.map(({ resourceType, resourceName }) => {
        return { errorCode, errorMessage: null, resourceType, resourceName };
      }),
    }),
});
