import kafkajs from 'kafkajs';
import { end, Holding, readGroupSettings, sayVersion, toldToStop } from '../group-member.ts';

const { Kafka, logLevel } = kafkajs;
/** What it says, and only in its log, when the coordinator has put it out of the group. */
const PUT_OUT = 'The coordinator is not aware of this member';

/** A member of the groups run, until it is told to stop. */
export async function beGroupMember(version: string): Promise<never> {
  sayVersion(version);
  const { bootstrap, group, topic, sessionMs, heartbeatMs, rebalanceMs } = readGroupSettings();
  const holding = new Holding();
  const kafka = new Kafka({
    clientId: 'groups-kafkajs',
    brokers: [bootstrap],
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => {
      if (entry.log.message.startsWith(PUT_OUT)) holding.lost();
      console.error(entry.namespace, entry.log.message, entry.log['error'] ?? '');
    },
    retry: { retries: 100_000, initialRetryTime: 50, maxRetryTime: 300 },
  });
  const tryToBegin = async (): Promise<kafkajs.Consumer> => {
    const consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: sessionMs,
      heartbeatInterval: heartbeatMs,
      rebalanceTimeout: rebalanceMs,
      maxWaitTimeInMs: 100,
    });
    consumer.on('consumer.group_join', ({ payload }) => holding.replaced(payload.memberAssignment[topic] ?? []));
    consumer.on('consumer.rebalancing', () => holding.revoked());
    consumer.on('consumer.crash', ({ payload }) => {
      holding.revoked();
      // It gives up for good when it looks for a coordinator while the broker is away; applications begin anew then.
      if (!payload.restart) current = begin();
    });
    await consumer.connect();
    try {
      await consumer.subscribe({ topic, fromBeginning: true });
    } catch (error) {
      await consumer.disconnect().catch((failure: Error) => console.error('disconnect', failure));
      throw error;
    }
    await consumer.run({
      autoCommitInterval: 500,
      eachMessage: ({ partition, message }) => Promise.resolve(holding.got(partition, Number(message.offset))),
    });
    return consumer;
  };
  const begin = async (): Promise<kafkajs.Consumer> => {
    for (;;) {
      try {
        return await tryToBegin();
      } catch (error) {
        // `subscribe` retries nothing when the broker goes away while it asks for the topic; `connect` waits until there is one again.
        if (!(error instanceof kafkajs.KafkaJSError && error.retriable)) throw error;
        console.error('begins anew', error);
      }
    }
  };
  let current = begin();
  await current;
  await toldToStop();
  holding.revoked();
  await (await current).disconnect();
  return end();
}
