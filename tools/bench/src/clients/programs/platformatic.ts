/** @platformatic/kafka: calls of 500 records, five at once (acks from all, without idempotence, with which it allows one); read as a stream. */
import { Consumer, MessagesStreamModes, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { consuming, inCalls, pacing, producing, readWork, recordsOf, runMode } from '../work.ts';

const COMMIT_MS = 5_000;
const work = readWork();
const BASE = { clientId: 'bench-platformatic', bootstrapBrokers: [work.bootstrap] };
const recordAt = recordsOf(work.sizeBytes);
const producer = new Producer({ ...BASE, serializers: stringSerializers });
const { topic, compression } = work;

await runMode(work, {
  produce: () =>
    producing(work, (from, to) =>
      inCalls(
        from,
        to,
        (index) => ({ topic, ...recordAt(index) }),
        (messages) => producer.send({ messages, acks: -1, compression }),
      ),
    ),
  latency: () => pacing(work, (index) => producer.send({ messages: [{ topic, ...recordAt(index) }], acks: -1 })),
  consume: () => consuming(work, read),
});

async function read(groupId: string, onFirst: () => void, onLast: (seen: number) => void): Promise<void> {
  const consumer = new Consumer({
    ...BASE,
    groupId,
    deserializers: stringDeserializers,
    autocommit: COMMIT_MS,
    highWaterMark: 16_384,
    maxBytes: 8 * 1024 * 1024,
  });
  const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST });
  const done = Promise.withResolvers<void>();
  let seen = 0;
  let length = 0;
  stream.on('error', done.reject);
  stream.on('data', ({ value }) => {
    if (seen === 0) onFirst();
    length += value?.length ?? 0;
    if (++seen !== work.records || length === 0) return;
    onLast(seen);
    done.resolve();
  });
  await done.promise;
  await consumer.close(true);
}
