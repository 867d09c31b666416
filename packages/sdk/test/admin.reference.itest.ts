import { waitUntil } from '@millrace/testing';
import { kafka } from '../src/index.ts';
import { describeAdmin } from './admin-scenarios.ts';
import { describeWithReference, startReferenceBroker, type ReferenceBroker } from './reference-broker.ts';

describeWithReference('the admin client on Apache Kafka', () => {
  let reference: ReferenceBroker;

  beforeAll(async () => {
    reference = await startReferenceBroker();
  }, 180_000);

  afterAll(() => reference.close());

  describeAdmin(() => ({ address: reference.plain }));

  it('describes a group of KIP-848 with its members', async () => {
    await using client = kafka({ brokers: [reference.plain] });
    const admin = client.admin();
    await admin.createTopics([{ name: 'described', partitions: 2 }]);
    await using consumer = client.consumer({ group: 'of-kip-848', topics: ['described'], protocol: 'consumer' });
    const reading = consumer.batches().next();
    await waitUntil('both partitions to be assigned', () => consumer.assignment().length === 2, 30_000);

    const [described] = await admin.describeGroups(['of-kip-848']);

    expect(described).toMatchObject({
      ok: true,
      type: 'consumer',
      groupEpoch: expect.any(Number),
      members: [{ memberEpoch: expect.any(Number), subscribedTopics: ['described'], subscribedPattern: null }],
    });
    await consumer.close();
    await reading;
  });
});
