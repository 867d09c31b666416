/**
 * IncrementalAlterConfigs 0–1: sets, deletes, appends to and subtracts from single settings of a resource (KIP-339).
 *
 * Each resource succeeds or fails as a whole: one bad entry [40] refuses it and leaves other resources be. A list that was never set
 * is appended to as it is in force. Pinned by test/configs.itest.ts.
 */
import {
  createIncrementalAlterConfigsResponse,
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
  type IncrementalAlterConfigsRequest,
  type IncrementalAlterConfigsResponse,
} from '@millrace/protocol/messages/44-incremental-alter-configs';
import { alterResources } from './alter-resources.ts';
import { defineHandler } from './handler.ts';

export const incrementalAlterConfigsHandler = defineHandler<
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse
>({
  request: incrementalAlterConfigsRequest,
  response: incrementalAlterConfigsResponse,
  minVersion: 0,
  maxVersion: 1,
  async handle({ services }, request) {
    const responses = await alterResources(services, request.resources, request.validateOnly, ({ configs }) => {
      const operations = configs.map(({ name, configOperation, value }) => ({ name, kind: configOperation, value }));
      return () => operations;
    });
    return createIncrementalAlterConfigsResponse({ responses });
  },
  failure: (request, errorCode) =>
    createIncrementalAlterConfigsResponse({
      responses: request.resources.map(({ resourceType, resourceName }) => {
        return { errorCode, errorMessage: null, resourceType, resourceName };
      }),
    }),
});
