import { assert, equal, until, type CaseBody, type Restart } from '../harness.ts';
import { connectAdmin, connectProducer, createTopic, joinGroup, readAll } from './client.ts';

const PARTITIONS = 2;
const BATCH = 20;

/**
 * A producer sends batch after batch and a group reads, while the broker goes away and comes back. Without idempotence a
 * retry may store a batch twice, so the check is: nothing acknowledged is missing and first occurrences are in order.
 */
function restarted(mode: Restart): CaseBody {
  return async (context) => {
    const topic = await createTopic(context, { partitions: PARTITIONS });
    const producer = await connectProducer(context);
    const group = context.name('group');
    const member = await joinGroup(context, [topic], { group, sessionTimeout: 30_000, autoCommitThreshold: 1 });
    await until('an assignment', () => member.assignments.length > 0);
    const acknowledged: string[] = [];
    const control = { stop: false };
    const sending = (async () => {
      while (!control.stop) {
        const first = acknowledged.length;
        const values = Array.from({ length: BATCH }, (_, index) => `v${String(first + index).padStart(6, '0')}`);
        await producer.send({
          topic,
          acks: -1,
          messages: values.map((value, index) => ({ value, partition: index % PARTITIONS })),
        });
        acknowledged.push(...values);
      }
    })();
    const stopped = sending.catch((error: unknown) => error);
    const progress = (count: number): Promise<boolean> =>
      Promise.race([until(`${count} acknowledged`, () => acknowledged.length >= count), sending.then(() => true)]);
    await progress(200);
    await context.restart(mode);
    await progress(acknowledged.length + 200);
    control.stop = true;
    const error = await stopped;
    if (error !== undefined) throw error as Error;
    const seen = (): Set<string> => new Set(member.received.map((one) => one.value));
    await until('everything acknowledged at the group', () => seen().size >= acknowledged.length);
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const got = [...new Set(member.received.filter((one) => one.partition === partition).map((one) => one.value))];
      equal(
        got,
        acknowledged.filter((_, index) => index % PARTITIONS === partition),
        `partition ${partition} at the group`,
      );
    }
    await member.leave();
    const admin = await connectAdmin(context);
    const ends = await admin.fetchTopicOffsets(topic);
    const stored = ends.reduce((sum, one) => sum + Number(one.high), 0);
    const all = await readAll(context, topic, stored);
    equal([...new Set(all.map((one) => one.value))].sort(), acknowledged, 'values in the log');
    const committed = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    for (const { partition, offset } of committed[0]?.partitions ?? []) {
      equal(
        offset,
        ends.find((one) => one.partition === partition)?.high,
        `committed offset of partition ${partition}`,
      );
    }
    assert(stored >= acknowledged.length, 'the log holds what was acknowledged');
    return `${acknowledged.length} acknowledged, ${stored - acknowledged.length} stored twice, ${member.assignments.length - 1} rejoins`;
  };
}

export const RESTART_CASES: Record<string, CaseBody> = {
  'restart-clean': restarted('clean'),
  'restart-kill': restarted('kill'),
};
