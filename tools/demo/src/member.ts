/** One member of the consumer group, a process of its own: reports every batch before the next one commits it. */
import { kafka } from '@millrace/sdk';
import { flightsTopic } from './flights.ts';
import type { MemberMessage } from './member-messages.ts';

const [broker, groupId, name] = process.argv.slice(2);
if (broker === undefined || groupId === undefined || name === undefined) {
  throw new Error('usage: member BROKER GROUP NAME');
}

const owned = new Set<number>();
const consumer = kafka({ brokers: [broker], clientId: name }).consumer({
  group: groupId,
  topics: [flightsTopic],
  // A member that dies is found out soon. In groups of KIP-848 the broker's settings say so.
  sessionTimeoutMs: 6_000,
  heartbeatIntervalMs: 500,
  onAssigned: (partitions) => {
    for (const { partition } of partitions) owned.add(partition);
    tellAssigned();
  },
  onRevoked: (partitions) => release(partitions),
  onLost: (partitions) => release(partitions),
});

function release(partitions: readonly { readonly partition: number }[]): void {
  for (const { partition } of partitions) owned.delete(partition);
  tellAssigned();
}

function tellAssigned(): void {
  send({ kind: 'assigned', partitions: [...owned] });
}

function send(message: MemberMessage): void {
  process.send?.(message);
}

/** Resolves once the message is on its way, so that a commit never runs ahead of the report. */
function sendAndWait(message: MemberMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, undefined, undefined, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

process.on('disconnect', () => process.exit(0));

for await (const batch of consumer.batches({ maxRecords: 1_000 })) {
  const receivedAtMs = Date.now();
  const events = [...batch];
  await sendAndWait({
    kind: 'processed',
    keys: events.map(({ key }) => key),
    values: events.map(({ value }) => value),
    producedAtMs: events.map(({ timestamp }) => timestamp),
    receivedAtMs,
  });
}
