import { ErrorCode } from '@millrace/protocol';
import { refused } from '../alter-configs.ts';
import type { ConfigResourceKind } from './config-resource-kind.ts';

/** A type of Kafka's that has no settings here: its lists are empty, and altering is refused with the reason. */
export function withoutSettings(reason: string): ConfigResourceKind {
  return {
    describe: (_services, name) => (name === '' ? refused(ErrorCode.INVALID_REQUEST, 'name one resource') : []),
    target: () => refused(ErrorCode.INVALID_REQUEST, reason),
    list: () => [],
  };
}
