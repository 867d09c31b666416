/** Settings of one broker, or, under the empty name, of all of them together. */
import { ConfigResourceType } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import { planBrokerAlteration, refused, type AlterRefused } from '../alter-configs.ts';
import { brokerConfigEntries, clusterConfigEntries } from '../describe-configs.ts';
import type { ConfigResourceKind, ResourceServices } from './config-resource-kind.ts';

const NOTHING: ReadonlyMap<string, string> = new Map();

export const brokerResource: ConfigResourceKind = {
  describe(services, name, keys) {
    if (name === '') return clusterConfigEntries(stored(services, ''), keys);
    return refuseBroker(name, services.nodeId) ?? brokerConfigEntries(services.config, keys);
  },
  target(services, name) {
    const { config, nodeId } = services;
    if (name !== '') {
      const refusal = refuseBroker(name, nodeId);
      if (refusal !== undefined) return refusal;
    }
    return {
      current: stored(services, name),
      plan: (operations) => planBrokerAlteration(config, name === '' ? 'all' : 'one', operations),
    };
  },
  list: ({ metaStore }) => [...metaStore.snapshot().brokers.keys()].map(String),
};

/** Why settings of the broker named so are not here: a broker knows its own. */
export function refuseBroker(name: string, nodeId: number): AlterRefused | undefined {
  if (name === String(nodeId)) return undefined;
  return refused(
    ErrorCode.INVALID_REQUEST,
    /^\d+$/.test(name)
      ? `this is broker ${nodeId}: ask broker ${name} itself, or leave the name empty for all brokers`
      : `a broker is named by its number, not "${name}"`,
  );
}

function stored({ metaStore }: ResourceServices, name: string): ReadonlyMap<string, string> {
  return metaStore.snapshot().configs.get(`${ConfigResourceType.broker}:${name}`) ?? NOTHING;
}
