import type { ConfigResource } from '@millrace/sdk';
import { Argument, InvalidArgumentError } from 'commander';

export const RESOURCE_TYPES = ['topic', 'broker', 'group', 'client-metrics', 'broker-logger'] as const;

/** `topic/orders`, `broker/1`, `broker/` for the default of all brokers, or `orders` for a topic. */
export function resourceArgument(): Argument {
  return new Argument(
    '<resource>',
    'topic/orders (or orders), broker/1, broker/ for all brokers, broker-logger/1, group/reporting',
  ).argParser(parseResource);
}

export function parseResource(text: string): ConfigResource {
  const slash = text.indexOf('/');
  if (slash < 0) return { type: 'topic', name: text };
  const type = RESOURCE_TYPES.find((each) => each === text.slice(0, slash));
  if (type === undefined)
    throw new InvalidArgumentError(`it must be one of ${RESOURCE_TYPES.map((each) => `${each}/…`).join(', ')}`);
  return { type, name: text.slice(slash + 1) };
}
