/** Settings of brokers in their layers, what has settings, and elections, through the SDK. */
import { oneOrThrow, type Admin, type ConfigEntry } from '@millrace/sdk';
import { assert, equal, rejection, until, type CaseBody } from '../harness.ts';
import { assertKafkaCode, createTopic, openAdmin } from './client.ts';

/** Not the key of the tool's case, so that neither finds what the other left. */
const KEY = 'log.segment.bytes';
const OF_TOPIC = 'segment.bytes';

async function topicSetting(admin: Admin, name: string): Promise<ConfigEntry | undefined> {
  const options = { keys: [OF_TOPIC], synonyms: true, documentation: true };
  return oneOrThrow(await admin.describeConfigs([{ type: 'topic', name }], options)).configs[0];
}

const brokerConfigs: CaseBody = async (context) => {
  const { name } = await createTopic(context);
  const admin = openAdmin(context);
  const nodeId = String((await admin.describeCluster()).brokers[0]?.nodeId);
  const alter = async (broker: string, change: object): Promise<void> => {
    oneOrThrow(await admin.alterConfigs([{ type: 'broker', name: broker, ...change }]));
  };
  const reset = async (): Promise<void> => {
    for (const broker of [nodeId, '']) await alter(broker, { unset: [KEY] });
  };
  context.after(reset);
  await alter('', { set: { [KEY]: '2000000' } });
  await alter(nodeId, { set: { [KEY]: '3000000' } });
  const entry = await until('the topic follows the broker', async () => {
    const found = await topicSetting(admin, name);
    return found?.value === '3000000' ? found : undefined;
  });
  equal(
    entry.synonyms.map(({ source, value }) => [source, value]),
    [
      ['broker', '3000000'],
      ['default-broker', '2000000'],
      ['default', '1073741824'],
    ],
    'layers of the setting, the one in force first',
  );
  assert((entry.documentation ?? '').length > 20, 'the setting is documented');
  for (const change of [{ set: { 'node.id': '2' } }, { set: { [KEY]: 'plenty' } }]) {
    assertKafkaCode(await rejection(JSON.stringify(change), () => alter(nodeId, change)), 'INVALID_REQUEST');
  }
  await reset();
  await until('the default is back', async () => (await topicSetting(admin, name))?.value === '1073741824');
  const listed = await admin.listConfigResources({ types: ['broker', 'topic'] });
  for (const resource of [
    { type: 'broker', name: nodeId },
    { type: 'topic', name },
  ]) {
    assert(
      listed.some((one) => one.type === resource.type && one.name === resource.name),
      `${resource.type} ${resource.name} is listed`,
    );
  }
  return undefined;
};

const elections: CaseBody = async (context) => {
  const { name: topic } = await createTopic(context);
  const admin = openAdmin(context);
  for (const unclean of [false, true]) {
    const [election] = await admin.electLeaders([{ topic, partition: 0 }], { unclean });
    assert(election?.ok === true && !election.isElected, 'no election is needed');
  }
  const unknown = async (): Promise<unknown> => oneOrThrow(await admin.electLeaders([{ topic, partition: 9 }]));
  assertKafkaCode(await rejection('an unknown partition', unknown), 'UNKNOWN_TOPIC_OR_PARTITION');
  return undefined;
};

export const CLUSTER_ADMIN_CASES: Record<string, CaseBody> = {
  'admin-broker-configs': brokerConfigs,
  'admin-elections': elections,
};
