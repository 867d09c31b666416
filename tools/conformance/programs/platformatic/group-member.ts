import { Consumer, MessagesStreamModes } from '@platformatic/kafka';
import { end, Holding, readGroupSettings, sayVersion, toldToStop } from '../group-member.ts';

/** A member of the groups run, until it is told to stop. */
export async function beGroupMember(version: string): Promise<never> {
  sayVersion(version);
  const { bootstrap, group, topic, sessionMs, heartbeatMs, rebalanceMs } = readGroupSettings();
  const holding = new Holding();
  const consumer = new Consumer({
    clientId: 'groups-platformatic',
    bootstrapBrokers: [bootstrap],
    groupId: group,
    sessionTimeout: sessionMs,
    heartbeatInterval: heartbeatMs,
    rebalanceTimeout: rebalanceMs,
    maxWaitTime: 100,
    autocommit: 500,
    retries: 100_000,
    retryDelay: 100,
  });
  const held = (): number[] => consumer.assignments?.find((one) => one.topic === topic)?.partitions ?? [];
  consumer.on('consumer:group:join', () => holding.replaced(held()));
  consumer.on('consumer:group:rebalance', () => holding.revoked());
  const stream = await consumer.consume({
    topics: [topic],
    mode: MessagesStreamModes.COMMITTED,
    fallbackMode: 'earliest',
  });
  stream.on('error', (error) => {
    console.error('stream', error);
    process.exit(1);
  });
  stream.on('data', ({ partition, offset }) => holding.got(partition, Number(offset)));
  await toldToStop();
  holding.revoked();
  await consumer.close(true);
  return end();
}
