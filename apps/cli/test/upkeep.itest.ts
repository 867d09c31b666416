/** What keeps a cluster in order: settings of brokers, old records, transactions that hang. */
import { kafka, topic, type Kafka } from '@millrace/sdk';
import { CliBroker } from './cli-broker.ts';

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
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('set it before the broker starts') });
    expect((await cli.run(['configs', 'alter', 'broker/', '--unset', 'num.partitions'])).code).toBe(0);
  });

  it('delete the oldest records, of one partition or of all', async () => {
    const [one] = await json('topics', 'delete-records', 'orders', '--before', '2', '-p', '0');
    expect(one).toEqual({ topic: 'orders', partition: 0, startOffset: 2 });
    const all = await cli.run(['topics', 'delete-records', 'orders', '--before', 'end']);
    expect(all.stdout).toBe('orders[0] begins at 3\norders[1] begins at 0\n');

    const beyond = await cli.run(['topics', 'delete-records', 'orders', '--before', '99', '-p', '0']);
    expect(beyond).toMatchObject({ code: 1, stderr: expect.stringContaining('OFFSET_OUT_OF_RANGE') });
    expect(await cli.run(['topics', 'delete-records', 'orders', '--before', '-1'])).toMatchObject({ code: 2 });
  });

  it('find a transaction that is open, and end it on a partition', async () => {
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
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toContain(`those that are open begin at ${String(offset)}`);
    expect(await json('transactions', 'abort', ...at, String(offset))).toMatchObject([{ aborted: true, partition: 1 }]);
    // The marker is behind the record: readers of what is committed go on.
    const admin = client.admin();
    const [end] = await admin.listOffsets([{ topic: 'orders', partition: 1, at: 'latest' }], {
      isolation: 'committed',
    });
    expect(end).toMatchObject({ ok: true, offset: Number(offset) + 2 });
    await producer.close().catch(() => undefined);
  });

  it('tell of what is not there', async () => {
    const unknown = await cli.run(['transactions', 'describe', 'nobody']);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('TRANSACTIONAL_ID_NOT_FOUND') });
    expect(await cli.run(['topics', 'delete-records', 'missing', '--before', '0'])).toMatchObject({ code: 1 });
  });
});
