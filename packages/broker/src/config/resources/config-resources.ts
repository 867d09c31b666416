/** Every type of resource that has settings, by Kafka's number: what the config APIs (32, 33, 44, 74) go by. */
import { ConfigResourceType } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import { refused, type AlterRefused } from '../alter-configs.ts';
import { brokerResource } from './broker-resource.ts';
import type { ConfigResourceKind } from './config-resource-kind.ts';
import { groupResource } from './group-resource.ts';
import { loggerResource } from './logger-resource.ts';
import { topicResource } from './topic-resource.ts';
import { withoutSettings } from './without-settings.ts';

export const CONFIG_RESOURCES: ReadonlyMap<number, ConfigResourceKind> = new Map<number, ConfigResourceKind>([
  [ConfigResourceType.topic, topicResource],
  [ConfigResourceType.broker, brokerResource],
  [ConfigResourceType.brokerLogger, loggerResource],
  [
    ConfigResourceType.clientMetrics,
    withoutSettings('this release takes no metrics from clients, so there is nothing to subscribe to'),
  ],
  [ConfigResourceType.group, groupResource],
]);

export function unknownResourceType(type: number): AlterRefused {
  return refused(ErrorCode.INVALID_REQUEST, `resource type ${type} has no settings`);
}
