import { waitUntil } from '@millrace/testing';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
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

  it('tells the rules of access that match, as another client has made them', async () => {
    const other = new Kafka({ brokers: [reference.plain], logLevel: logLevel.NOTHING }).admin();
    await other.connect();
    const rule = { principal: 'User:ada', host: '*', permissionType: AclPermissionTypes.ALLOW };
    const resource = { resourceType: AclResourceTypes.TOPIC, resourcePatternType: ResourcePatternTypes.PREFIXED };
    await other.createAcls({
      acl: [
        { ...rule, ...resource, resourceName: 'ruled-', operation: AclOperationTypes.READ },
        {
          ...rule,
          resourceType: AclResourceTypes.GROUP,
          resourcePatternType: ResourcePatternTypes.LITERAL,
          resourceName: 'ruled',
          host: '10.0.0.1',
          operation: AclOperationTypes.DESCRIBE,
          permissionType: AclPermissionTypes.DENY,
        },
      ],
    });
    await other.disconnect();
    await using client = kafka({ brokers: [reference.plain] });
    const admin = client.admin();
    await waitUntil('both rules', async () => (await admin.describeAcls({ principal: 'User:ada' })).length === 2);

    const reading = {
      resourceType: 'topic',
      resourceName: 'ruled-',
      patternType: 'prefixed',
      principal: 'User:ada',
      host: '*',
      operation: 'read',
      permission: 'allow',
    };
    const denied = {
      resourceType: 'group',
      resourceName: 'ruled',
      patternType: 'literal',
      principal: 'User:ada',
      host: '10.0.0.1',
      operation: 'describe',
      permission: 'deny',
    };
    expect(await admin.describeAcls({ resourceType: 'topic', patternType: 'match', resourceName: 'ruled-x' })).toEqual([
      reading,
    ]);
    expect(await admin.describeAcls({ permission: 'deny' })).toEqual([denied]);
    expect(await admin.describeAcls({ operation: 'read', patternType: 'prefixed' })).toEqual([reading]);
    expect(await admin.describeAcls({ host: '10.0.0.1' })).toEqual([denied]);
    expect(await admin.describeAcls({ principal: 'User:bob' })).toEqual([]);
  });

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
