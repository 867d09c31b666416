/** The logger of a broker; its level is set at the start. */
import { ErrorCode } from '@millrace/protocol';
import { refused } from '../alter-configs.ts';
import { loggerEntries } from '../describe-configs.ts';
import { refuseBroker } from './broker-resource.ts';
import type { ConfigResourceKind } from './config-resource-kind.ts';

export const loggerResource: ConfigResourceKind = {
  describe: ({ config, nodeId }, name, keys) => refuseBroker(name, nodeId) ?? loggerEntries(config, keys),
  target: () => refused(ErrorCode.INVALID_REQUEST, 'log levels are set at the start, with millrace.log.level'),
  list: ({ metaStore }) => [...metaStore.snapshot().brokers.keys()].map(String),
};
