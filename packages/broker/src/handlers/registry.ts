/**
 * The one table of APIs that this broker serves. ApiVersions advertises it, the dispatcher obeys it, and a test compares it with
 * the handler files and with what the protocol knows.
 */
import type { ApiHandler } from './handler.ts';
import { produceHandler } from './00-produce.ts';
import { fetchHandler } from './01-fetch.ts';
import { listOffsetsHandler } from './02-list-offsets.ts';
import { metadataHandler } from './03-metadata.ts';
import { findCoordinatorHandler } from './10-find-coordinator.ts';
import { createApiVersionsHandler, type ServedApi } from './18-api-versions.ts';
import { initProducerIdHandler } from './22-init-producer-id.ts';
import { offsetForLeaderEpochHandler } from './23-offset-for-leader-epoch.ts';
import { describeTopicPartitionsHandler } from './75-describe-topic-partitions.ts';

export type AnyApiHandler = ApiHandler<unknown, unknown>;

const TABLE: readonly AnyApiHandler[] = [
  produceHandler,
  fetchHandler,
  listOffsetsHandler,
  metadataHandler,
  findCoordinatorHandler,
  createApiVersionsHandler(() => SERVED_APIS),
  initProducerIdHandler,
  offsetForLeaderEpochHandler,
  describeTopicPartitionsHandler,
];

/** By API key. */
export const HANDLERS: ReadonlyMap<number, AnyApiHandler> = new Map(
  TABLE.map((handler) => [handler.request.apiKey ?? -1, handler]),
);

/** What ApiVersions answers, by rising key. */
export const SERVED_APIS: readonly ServedApi[] = [...HANDLERS]
  .map(([apiKey, { minVersion, maxVersion }]) => ({ apiKey, minVersion, maxVersion }))
  .sort((left, right) => left.apiKey - right.apiKey);
