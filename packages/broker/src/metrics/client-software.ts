/**
 * Open connections by the software of their clients (KIP-511), counted at each scrape.
 *
 * Bounds: the names are the clients' to choose, so the SOFTWARE_MAX most frequent are shown and the rest is `other`, as are names longer
 *   than NAME_LENGTH_MAX; a client that said nothing is `unknown`.
 */
import type { MetricSample } from '@millrace/base';

export interface ClientConnection {
  readonly clientSoftwareName: string | null;
  readonly clientSoftwareVersion: string | null;
}

const SOFTWARE_MAX = 50;
const NAME_LENGTH_MAX = 64;
const UNKNOWN = 'unknown';
const OTHER = 'other';

interface Software {
  readonly software: string;
  readonly version: string;
  connections: number;
}

export function connectionsBySoftware(connections: Iterable<ClientConnection>): MetricSample[] {
  const counts = new Map<string, Software>();
  const others: Software = { software: OTHER, version: OTHER, connections: 0 };
  for (const { clientSoftwareName, clientSoftwareVersion } of connections) {
    const software = clientSoftwareName ?? UNKNOWN;
    const version = clientSoftwareVersion ?? UNKNOWN;
    const key = `${software} ${version}`;
    const isLong = software.length > NAME_LENGTH_MAX || version.length > NAME_LENGTH_MAX;
    const known = isLong || key === `${OTHER} ${OTHER}` ? others : counts.get(key);
    if (known !== undefined) known.connections++;
    else counts.set(key, { software, version, connections: 1 });
  }
  const sorted = [...counts.values()].sort(byFrequency);
  for (const { connections: count } of sorted.splice(SOFTWARE_MAX)) others.connections += count;
  if (others.connections > 0) sorted.push(others);
  return sorted.map(({ software, version, connections: value }) => ({ labels: { software, version }, value }));
}

/** Of equally frequent ones the first by name, so that the choice does not waver. */
function byFrequency(left: Software, right: Software): number {
  if (left.connections !== right.connections) return right.connections - left.connections;
  return `${left.software} ${left.version}` < `${right.software} ${right.version}` ? -1 : 1;
}
