/**
 * Names of OpenTelemetry's messaging conventions, whose status is still "development": they move, so they stand in one place.
 *
 * `1.45` is the newest; `1.27` keeps dashboards alive that were made for what went before.
 */
export interface SemanticNames {
  readonly system: string;
  readonly offset: string;
  readonly messageKey: string;
  readonly tombstone: string;
  readonly clusterId: string;
}

export const SEMANTIC_NAMES = {
  '1.45': {
    system: 'messaging.system.name',
    offset: 'kafka.offset',
    messageKey: 'kafka.message.key',
    tombstone: 'kafka.message.tombstone',
    clusterId: 'kafka.cluster.id',
  },
  '1.27': {
    system: 'messaging.system',
    offset: 'messaging.kafka.offset',
    messageKey: 'messaging.kafka.message.key',
    tombstone: 'messaging.kafka.message.tombstone',
    clusterId: 'messaging.kafka.cluster.id',
  },
} as const satisfies Record<string, SemanticNames>;

export type SemanticVersion = keyof typeof SEMANTIC_NAMES;

export const OPERATION_NAME = 'messaging.operation.name';
export const OPERATION_TYPE = 'messaging.operation.type';
export const DESTINATION = 'messaging.destination.name';
export const PARTITION = 'messaging.destination.partition.id';
export const CONSUMER_GROUP = 'messaging.consumer.group.name';
export const CLIENT_ID = 'messaging.client.id';
export const MESSAGE_COUNT = 'messaging.batch.message_count';
/** The conventions have no name for it. */
export const TRANSACTIONAL_ID = 'kafka.transactional.id';
export const ERROR_TYPE = 'error.type';
export const SERVER_ADDRESS = 'server.address';
export const SERVER_PORT = 'server.port';

/** Durations are in seconds, as the conventions want them. */
export const OPERATION_DURATION = 'messaging.client.operation.duration';
export const SENT_MESSAGES = 'messaging.client.sent.messages';
export const CONSUMED_MESSAGES = 'messaging.client.consumed.messages';
export const PROCESS_DURATION = 'messaging.process.duration';
