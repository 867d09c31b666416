import { kafka, nullable, str, topic } from '@millrace/sdk';
import { end, Holding, readGroupSettings, sayVersion, toldToStop } from '../group-member.ts';

/** A member of the groups run, until it is told to stop. */
export async function beGroupMember(version: string): Promise<never> {
  sayVersion(version);
  const { bootstrap, group, topic: name, sessionMs, heartbeatMs, rebalanceMs } = readGroupSettings();
  const holding = new Holding();
  const client = kafka({ brokers: [bootstrap], clientId: 'groups-sdk' });
  const consumer = client.consumer({
    group,
    protocol: 'classic',
    topics: [topic(name, { key: nullable(str), value: nullable(str) })],
    from: 'earliest',
    sessionTimeoutMs: sessionMs,
    heartbeatIntervalMs: heartbeatMs,
    rebalanceTimeoutMs: rebalanceMs,
    maxWaitMs: 100,
    onAssigned: (partitions) => holding.assigned(partitions.map(({ partition }) => partition)),
    onRevoked: (partitions) => holding.revoked(partitions.map(({ partition }) => partition)),
    onLost: (partitions) => holding.lost(partitions.map(({ partition }) => partition)),
    onError: (error) => console.error(String(error)),
  });
  const reading = (async () => {
    for await (const { partition, offset } of consumer) holding.got(partition, offset);
  })();
  await Promise.race([toldToStop(), reading]);
  await consumer.close();
  await client.close();
  return end();
}
