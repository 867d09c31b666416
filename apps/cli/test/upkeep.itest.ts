/** What keeps a cluster in order: settings of brokers, old records, transactions that hang. */
import { kafka, topic, type Kafka } from '@millrace/sdk';
import { appendedAt, APPEND, appendRequest, batchOf, WireClient } from '@millrace/testing';
import { CliBroker } from './cli-broker.ts';

/** The last version of Produce that does not add partitions to a transaction by itself. */
const BEFORE_IMPLICIT_ADD = 11;

describe('millrace configs list, topics delete-records and transactions', () => {
  let cli: CliBroker;
  let client: Kafka;

  beforeAll(async () => {
    cli = await CliBroker.start({ topics: { orders: 2 } });
    client = kafka({ brokers: [cli.broker.bootstrapServers] });
    await cli.broker.produce(
      'orders',
      ['a', 'b', 'c'].map((value) => ({ value, partition: 0 })),
    );
  });

  afterAll(async () => {
    await client.close();
    await cli[Symbol.asyncDispose]();
  });

  async function json(...argv: readonly string[]): Promise<unknown[]> {
    const outcome = await cli.run([...argv, '--json']);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    return outcome.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  }

  it('list what has settings, and set those of brokers', async () => {
    expect(await json('configs', 'list', 'topic', 'broker')).toEqual([
      [
        { type: 'topic', name: 'orders' },
        { type: 'broker', name: '1' },
      ],
    ]);
    expect((await cli.run(['configs', 'list', 'broker-logger'])).stdout).toBe(
      'TYPE           NAME\nbroker-logger  1\n',
    );

    expect((await cli.run(['configs', 'alter', 'broker/', '--set', 'num.partitions=3'])).code).toBe(0);
    expect(await json('configs', 'describe', 'broker/1', '-k', 'num.partitions')).toMatchObject([
      { configs: [{ name: 'num.partitions', value: '3', source: 'default-broker' }] },
    ]);
    const refused = await cli.run(['configs', 'alter', 'broker/1', '--set', 'node.id=2']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('set it before the') });
    expect((await cli.run(['configs', 'alter', 'broker/', '--unset', 'num.partitions'])).code).toBe(0);
  });

  it('show what is set on brokers, and on all of them, without their defaults', async () => {
    const shown = async (resource: string): Promise<unknown> => {
      const [described] = (await json('configs', 'describe', resource)) as [{ configs: { source: string }[] }];
      return described.configs.filter(({ source }) => source !== 'static-broker');
    };
    expect(await shown('broker/')).toEqual([]);
    expect((await cli.run(['configs', 'alter', 'broker/', '--set', 'log.retention.ms=86400000'])).code).toBe(0);

    const set = [{ name: 'log.retention.ms', value: '86400000', source: 'default-broker' }];
    expect(await shown('broker/')).toMatchObject(set);
    expect(await shown('broker/1')).toMatchObject(set);
    expect(await shown('orders')).toEqual([]);

    expect((await cli.run(['configs', 'alter', 'broker/', '--unset', 'log.retention.ms'])).code).toBe(0);
    expect(await shown('broker/')).toEqual([]);
  });

  it('delete the oldest records, of one partition or of all', async () => {
    const [one] = await json('topics', 'delete-records', 'orders', '--before', '2', '-p', '0');
    expect(one).toEqual({ topic: 'orders', partition: 0, startOffset: 2 });
    const all = await cli.run(['topics', 'delete-records', 'orders', '--before', 'end']);
    expect(all.stdout).toBe('orders[0] begins at 3\norders[1] begins at 0\n');

    const beyond = await cli.run(['topics', 'delete-records', 'orders', '--before', '99']);
    expect(beyond).toMatchObject({ code: 1, stdout: '' });
    expect(beyond.stderr.trim().split('\n')).toEqual([
      'millrace: deleting records failed with OFFSET_OUT_OF_RANGE: --before 99 is behind the end of orders[0, 1]: ' +
        'give an offset up to the end (millrace offsets orders shows it), or --before end',
    ]);
    expect(await cli.run(['topics', 'delete-records', 'orders', '--before', '-1'])).toMatchObject({ code: 2 });
  });

  it('say why records of a compacted topic are not deleted', async () => {
    const create = ['topics', 'create', 'prices', '--partitions', '3', '--config', 'cleanup.policy=compact'];
    expect((await cli.run(create)).code).toBe(0);

    const refused = await cli.run(['topics', 'delete-records', 'prices', '--before', 'end']);

    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /^millrace: [^\n]*POLICY_VIOLATION: topic "prices" is compacted only, [^\n]* cleanup\.policy=compact,delete first\n$/,
    );
    expect((await cli.run(['configs', 'alter', 'prices', '--set', 'cleanup.policy=compact,delete'])).code).toBe(0);
    expect((await cli.run(['topics', 'delete-records', 'prices', '--before', 'end'])).code).toBe(0);
  });

  it('find a transaction that is open, and end it on a partition only when told twice', async () => {
    const producer = client.producer({ transactionalId: 'billing', transactionTimeoutMs: 60_000 });
    const transaction = await producer.begin();
    const { offset } = await transaction.send(topic('orders'), { partition: 1, value: 'open' });

    expect(await json('transactions', 'list', '--state', 'Ongoing')).toMatchObject([
      [{ transactionalId: 'billing', state: 'Ongoing' }],
    ]);
    expect(await json('transactions', 'list', '--open-longer-than', '1h')).toEqual([[]]);
    expect(await json('transactions', 'describe', 'billing')).toMatchObject([
      { transactionalId: 'billing', state: 'Ongoing', partitions: [{ topic: 'orders', partition: 1 }] },
    ]);
    const words = await cli.run(['transactions', 'describe', 'billing']);
    expect(words.stdout).toMatch(/^transactional id {2}billing\nstate {13}Ongoing\n[^]*partitions {8}orders\[1\]\n$/);

    const at = ['-t', 'orders', '-p', '1', '--start-offset'];
    const wrong = await cli.run(['transactions', 'abort', ...at, '7']);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain(`those that are open begin at ${String(offset)}`);
    const elsewhere = await cli.run(['transactions', 'abort', '-t', 'orders', '-p', '0', '--start-offset', '0']);
    expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining('none is open there') });

    const healthy = await cli.run(['transactions', 'abort', ...at, String(offset)]);
    expect(healthy).toMatchObject({ code: 1, stdout: '' });
    expect(healthy.stderr).toMatch(
      /not known to hang.* "billing" has it as Ongoing since .* timeout of 60000 ms; give --force/,
    );
    expect(await committedEnd(client, 1)).toBe(offset);

    const told = await json('transactions', 'abort', ...at, String(offset), '--force');
    expect(told).toMatchObject([{ aborted: true, partition: 1 }]);
    // The marker is behind the record: readers of what is committed go on.
    expect(await committedEnd(client, 1)).toBe(offset + 2);
    await producer.close().catch(() => undefined);
  });

  it('end transactions that hang: whose coordinator has ended them, and whose coordinator has another', async () => {
    const config = { 'transaction.partition.verification.enable': 'false' };
    await using hanging = await CliBroker.start({ topics: { orders: 2 }, config });
    await using other = kafka({ brokers: [hanging.broker.bootstrapServers] });
    await using wire = await WireClient.connect({ port: hanging.broker.port });
    const producer = other.producer({ transactionalId: 'billing' });

    const abort = async (partition: number): Promise<void> => {
      const offset = await appendUnasked(other, wire, partition);
      expect(await committedEnd(other, partition)).toBe(offset);
      const at = ['-t', 'orders', '-p', String(partition), '--start-offset', String(offset)];
      expect(await hanging.run(['transactions', 'abort', ...at])).toMatchObject({ code: 0, stderr: '' });
      expect(await committedEnd(other, partition)).toBe(offset + 2);
    };

    const first = await producer.begin();
    await first.send(topic('orders'), { partition: 1, value: 'a' });
    await first.commit();
    await abort(0);

    const second = await producer.begin();
    await second.send(topic('orders'), { partition: 1, value: 'b' });
    await abort(0);
    await second.commit();
  });

  it('tell of what is not there', async () => {
    const unknown = await cli.run(['transactions', 'describe', 'nobody']);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('TRANSACTIONAL_ID_NOT_FOUND') });
    expect(await cli.run(['topics', 'delete-records', 'missing', '--before', '0'])).toMatchObject({ code: 1 });
  });
});

/** Where readers of what is committed stop. */
async function committedEnd(client: Kafka, partition: number): Promise<number | undefined> {
  const place = { topic: 'orders', partition, at: 'latest' } as const;
  const [end] = await client.admin().listOffsets([place], { isolation: 'committed' });
  return end?.ok === true ? end.offset : undefined;
}

/** A late record of a producer of before Kafka 4.0: its transaction is open on the partition, and the coordinator does not know. */
async function appendUnasked(client: Kafka, wire: WireClient, partition: number): Promise<number> {
  const [known] = await client.admin().describeTransactions(['billing']);
  if (known?.ok !== true) throw new Error('the transactional id is not there');
  const { producerId, producerEpoch } = known;
  const { producers } = await client
    .admin()
    .describeProducers([{ topic: 'orders', partition }])
    .then(([each]) => (each?.ok === true ? each : { producers: [] }));
  const last = producers.find((each) => each.producerId === producerId && each.producerEpoch === producerEpoch);
  const baseSequence = (last?.lastSequence ?? -1) + 1;
  const batch = batchOf(['late'], { producerId, producerEpoch, baseSequence, isTransactional: true });
  const request = { ...appendRequest('orders', partition, batch), transactionalId: 'billing' };
  return appendedAt(await wire.call(APPEND.request, APPEND.response, BEFORE_IMPLICIT_ADD, request), 'a late record');
}
