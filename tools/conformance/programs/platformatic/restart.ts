import { assert, equal, until, type CaseBody, type Restart } from '../harness.ts';
import { assigned, bounds, createTopic, joinGroup, openAdmin, openProducer, readAll } from './client.ts';

const PARTITIONS = 2;
const BATCH = 20;

/**
 * A producer sends batch after batch and a group reads, while the broker goes away and comes back. A send that fails for
 * good is sent again by hand, so a batch may be stored twice; nothing acknowledged may be missing or out of order.
 */
function restarted(mode: Restart): CaseBody {
  return async (context) => {
    const topic = await createTopic(context, { partitions: PARTITIONS });
    const producer = openProducer(context);
    const group = context.name('group');
    const member = await joinGroup(context, [topic], { group, sessionTimeout: 30_000, rebalanceTimeout: 30_000 });
    await until('an assignment', () => assigned(member, topic).length === PARTITIONS);
    const acknowledged: string[] = [];
    const control = { stop: false };
    const sending = (async () => {
      while (!control.stop) {
        const first = acknowledged.length;
        const values = Array.from({ length: BATCH }, (_, index) => `v${String(first + index).padStart(6, '0')}`);
        await producer.send({
          acks: -1,
          messages: values.map((value, index) => ({ topic, value: Buffer.from(value), partition: index % PARTITIONS })),
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
    const admin = openAdmin(context);
    const ends = await bounds(admin, topic, PARTITIONS);
    const stored = ends.reduce((sum, one) => sum + one.high, 0);
    await until('all offsets committed', async () => {
      const [answer] = await admin.listConsumerGroupOffsets({ groups: [group] });
      const committed = answer?.topics[0]?.partitions.reduce((sum, one) => sum + Number(one.committedOffset), 0);
      return committed === stored;
    });
    await member.leave();
    const all = await readAll(context, topic, stored, PARTITIONS);
    equal([...new Set(all.map((one) => one.value))].sort(), acknowledged, 'values in the log');
    assert(stored >= acknowledged.length, 'the log holds what was acknowledged');
    return `${acknowledged.length} acknowledged, ${stored - acknowledged.length} stored twice, ${member.joins.length - 1} rejoins`;
  };
}

export const RESTART_CASES: Record<string, CaseBody> = {
  'restart-clean': restarted('clean'),
  'restart-kill': restarted('kill'),
};
