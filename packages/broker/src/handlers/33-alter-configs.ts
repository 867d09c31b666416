/**
 * AlterConfigs 0–2: replaces all settings of a resource; what is not given goes back to its default.
 *
 * Each resource succeeds or fails as a whole. Old: clients that can, use IncrementalAlterConfigs. Loggers are not altered this way [42].
 * Differs from Apache Kafka: a resource that stands twice is refused [42] where Apache Kafka never answers.
 * Pinned by test/configs.itest.ts.
 */
import { ConfigResourceType } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import {
  alterConfigsRequest,
  alterConfigsResponse,
  createAlterConfigsResponse,
  type AlterConfigsRequest,
  type AlterConfigsResponse,
} from '@millrace/protocol/messages/33-alter-configs';
import { refused, replaceAll } from '../config/alter-configs.ts';
import { alterResources } from './alter-resources.ts';
import { defineHandler } from './handler.ts';

const LOGGERS_REFUSED = refused(
  ErrorCode.INVALID_REQUEST,
  'log levels are altered one by one: use IncrementalAlterConfigs',
);

export const alterConfigsHandler = defineHandler<AlterConfigsRequest, AlterConfigsResponse>({
  request: alterConfigsRequest,
  response: alterConfigsResponse,
  minVersion: 0,
  maxVersion: 2,
  async handle({ services }, request) {
    const responses = await alterResources(services, request.resources, request.validateOnly, (resource) => {
      const { resourceType, configs } = resource;
      // To replace all levels would silence nothing and delete root's, which cannot be.
      if (resourceType === ConfigResourceType.brokerLogger) return () => LOGGERS_REFUSED;
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
