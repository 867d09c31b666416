import { equal, noRebalance, until, type CaseBody, type Restart } from '../harness.ts';
import { assigned, createTopic, joinGroup, openAdmin, openProducer, readAll } from './client.ts';

const PARTITIONS = 2;
const BATCH = 20;

/** A producer sends and a group reads, while the broker goes away and comes back: everything is stored once, in order. */
function restarted(mode: Restart): CaseBody {
  return async (context) => {
    const target = await createTopic(context, { partitions: PARTITIONS });
    const producer = openProducer(context);
    const group = context.name('group');
    const member = joinGroup(context, [target], { group, sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000 });
    await until('an assignment', () => assigned(member).length === PARTITIONS);
    const acknowledged: string[] = [];
    const control = { stop: false };
    const sending = (async () => {
      while (!control.stop) {
        const first = acknowledged.length;
        const values = Array.from({ length: BATCH }, (_, index) => `v${String(first + index).padStart(6, '0')}`);
        await Promise.all(
          values.map((value, index) => producer.send(target, { value, partition: index % PARTITIONS })),
        );
        acknowledged.push(...values);
      }
    })();
    const progress = (count: number): Promise<unknown> =>
      Promise.race([until(`${count} acknowledged`, () => acknowledged.length >= count), sending]);
    await progress(200);
    const assignmentsBefore = member.assignments;
    await context.restart(mode);
    await progress(acknowledged.length + 200);
    control.stop = true;
    await sending;
    await until('everything acknowledged at the group', () => member.received.length >= acknowledged.length);
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      equal(
        member.received.filter((one) => one.partition === partition).map((one) => one.value),
        acknowledged.filter((_, index) => index % PARTITIONS === partition),
        `partition ${partition} at the group`,
      );
    }
    await until('all offsets committed', async () => {
      const [answer] = await openAdmin(context).fetchGroupOffsets([{ groupId: group }]);
      if (answer?.ok !== true) return false;
      return answer.offsets.reduce((sum, one) => sum + (one.ok ? (one.offset ?? 0) : 0), 0) === acknowledged.length;
    });
    noRebalance(member.assignments - assignmentsBefore);
    await member.leave();
    const all = await readAll(context, target, acknowledged.length, PARTITIONS);
    equal(all.map((one) => one.value).sort(), acknowledged, 'values in the log');
    return `${acknowledged.length} acknowledged, none stored twice`;
  };
}

export const RESTART_CASES: Record<string, CaseBody> = {
  'restart-clean': restarted('clean'),
  'restart-kill': restarted('kill'),
};
