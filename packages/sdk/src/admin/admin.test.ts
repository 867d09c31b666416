import { kafka } from '../kafka.ts';
import type { Admin } from './admin.ts';
import { assignedPartitions } from './classic-assignment.ts';
import { operationsOf } from './acl-operation.ts';

describe('Admin', () => {
  // Nobody listens there: what is refused is refused before anything is sent.
  const admin = kafka({ brokers: ['127.0.0.1:1'] }).admin({ timeoutMs: 100 });

  it.each<[string, (admin: Admin) => Promise<unknown>, RegExp]>([
    ['a misspelt option', (each) => each.listTopics({ intrnal: true } as object), /no option `intrnal`: did you mean/],
    [
      'a time that is none',
      (each) => each.listTopics({ timeoutMs: -1 }),
      /`timeoutMs` is -1, but must be milliseconds/,
    ],
    ['items that are no array', (each) => each.describeTopics('orders' as never), /takes an array/],
    [
      'an empty name',
      (each) => each.describeGroups(['a', '']),
      /describeGroups\(\) takes an array of group ids.*item 1/,
    ],
    [
      'no partitions',
      (each) => each.createTopics([{ name: 'a', partitions: 0 }]),
      /createTopics\(\)\[0\]: `partitions` is 0/,
    ],
    ['a Map of settings', (each) => each.createTopics([{ name: 'a', configs: new Map() as never }]), /`configs`/],
    ['half a topic', (each) => each.deleteTopics([{} as never]), /deleteTopics\(\)/],
    ['a place that is none', (each) => each.listOffsets([{ topic: 'a', partition: 0, at: 'middle' as never }]), /`at`/],
    [
      'a date that is none',
      (each) => each.resetGroupOffsets('g', { to: new Date('x') }),
      /`to` is an object, but must be .*a valid Date/,
    ],
    ['no target', (each) => each.resetGroupOffsets('g', {} as never), /needs the option `to`/],
    [
      'a negative offset',
      (each) => each.alterGroupOffsets('g', [{ topic: 'a', partition: 0, offset: -1n }]),
      /`offset`/,
    ],
    [
      'a partition named twice',
      (each) =>
        each.deleteRecords([
          { topic: 'a', partition: 0, before: 1 },
          { topic: 'a', partition: 0, before: 2 },
        ]),
      /names a\[0\] twice/,
    ],
    [
      'an unknown resource',
      (each) => each.describeConfigs([{ type: 'planet' as never, name: 'x' }]),
      /`type` is "planet"/,
    ],
    [
      'replicas that are no node ids',
      (each) => each.alterPartitionReassignments([{ topic: 'a', partition: 0, replicas: ['1'] as never }]),
      /`replicas`/,
    ],
    [
      'a partition that shall go to two places',
      (each) =>
        each.alterPartitionReassignments([
          { topic: 'a', partition: 0, replicas: [1] },
          { topic: 'a', partition: 0, replicas: null },
        ]),
      /names a\[0\] twice/,
    ],
    ['a level below 0', (each) => each.updateFeatures([{ name: 'a', level: -1 }]), /`level` is -1/],
    ['an operation that is none', (each) => each.describeAcls({ operation: 'fly' as never }), /`operation` is "fly"/],
    ['a broker without an id', (each) => each.describeConfigs([{ type: 'broker', name: 'x' }]), /named by its id/],
  ])('refuses %s', async (_what, act, message) => {
    await expect(act(admin)).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_INVALID_OPTION',
      message: expect.stringMatching(message),
    });
  });

  it('ends at once by a signal that was aborted before', async () => {
    const signal = AbortSignal.abort(new Error('enough'));

    await expect(admin.listTopics({ signal })).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_ABORTED',
      cause: { message: 'enough' },
    });
  });

  it('gives up when its time is over, with the reason', async () => {
    await expect(admin.listTopics()).rejects.toMatchObject({
      code: 'MILLRACE_CLIENT_TIMEOUT',
      cause: { code: 'MILLRACE_CLIENT_CONNECT' },
    });
    const [outcome] = await admin.describeGroups(['g']);
    expect(outcome).toMatchObject({ ok: false, groupId: 'g', error: { code: 'MILLRACE_CLIENT_TIMEOUT' } });
  });

  it('does nothing after it was closed', async () => {
    const own = kafka({ brokers: ['127.0.0.1:1'] }).admin();
    const waiting = own.listTopics();

    await own.close();

    await expect(waiting).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_CLOSED' });
    await expect(own.listTopics()).rejects.toMatchObject({ code: 'MILLRACE_CLIENT_CLOSED' });
  });
});

describe('assignedPartitions', () => {
  it.each([
    ['nothing yet', '', []],
    ['version 0', '0000 00000001 0001 61 00000002 00000000 00000003 ffffffff', [0, 3]],
    ['a version to come, with more behind', '0009 00000001 0001 61 00000001 00000005 ffffffff 01020304', [5]],
  ])('reads %s', (_what, hex, partitions) => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');

    expect(assignedPartitions(bytes)).toEqual(partitions.map((partition) => ({ topic: 'a', partition })));
  });

  it.each(['00', '0000 7fffffff', '0000 00000001 0001'])('knows that %s is something else', (hex) => {
    expect(assignedPartitions(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toBeUndefined();
  });
});

describe('operationsOf', () => {
  it('names the bits, and tells apart that none were asked for', () => {
    expect(operationsOf((1 << 3) | (1 << 8))).toEqual(['read', 'describe']);
    expect(operationsOf(0)).toEqual([]);
    expect(operationsOf(-2_147_483_648)).toBeUndefined();
  });
});
