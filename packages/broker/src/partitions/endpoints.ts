import type { BrokerListener, ClusterSnapshot } from '@millrace/metadata';

/** Where a client that came by one listener reaches a broker. */
export interface NodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** The broker's address on the listener of that name, as Kafka tells clients only of the kind of listener that they came by. */
export function endpointOf(snapshot: ClusterSnapshot, nodeId: number, listenerName: string): NodeEndpoint | undefined {
  const broker = snapshot.brokers.get(nodeId);
  if (broker === undefined) return undefined;
  const listener = broker.listeners.find((candidate: BrokerListener) => candidate.name === listenerName);
  if (listener === undefined) return undefined;
  return { nodeId, host: listener.host, port: listener.port, rack: broker.rack };
}

/** Every broker that is reached by this listener, by rising node id. */
export function endpointsOf(snapshot: ClusterSnapshot, listenerName: string): NodeEndpoint[] {
  const endpoints: NodeEndpoint[] = [];
  for (const nodeId of [...snapshot.brokers.keys()].sort((left, right) => left - right)) {
    const endpoint = endpointOf(snapshot, nodeId, listenerName);
    if (endpoint !== undefined) endpoints.push(endpoint);
  }
  return endpoints;
}

/** The node that admin clients are sent to; any broker takes their requests, so the lowest id that is up will do. */
export function controllerId(snapshot: ClusterSnapshot): number {
  let lowest = -1;
  for (const nodeId of snapshot.brokers.keys()) if (lowest < 0 || nodeId < lowest) lowest = nodeId;
  return lowest;
}
