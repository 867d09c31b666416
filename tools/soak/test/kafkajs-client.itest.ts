import { FaultProxy, startBroker } from '@millrace/testing';
import { patientClient, untilAnswered } from '../src/kafkajs/client.ts';

const METADATA = 3;
const CREATE_TOPICS = 19;

describe('untilAnswered', () => {
  it.each([METADATA, CREATE_TOPICS])('creates a topic although the answer to API %i is lost', async (apiKey) => {
    await using proxy = await FaultProxy.start({});
    const bootstrap = `127.0.0.1:${proxy.port}`;
    await using broker = await startBroker({ advertise: [bootstrap] });
    proxy.pointTo(broker.port);
    const admin = patientClient(bootstrap, 'test').admin();
    await admin.connect();

    const lost = proxy.loseNextAnswer({ apiKeys: [apiKey] });
    await untilAnswered('a topic', () => admin.createTopics({ topics: [{ topic: 'made', numPartitions: 2 }] }));

    expect(await lost).toMatchObject({ apiKey });
    expect(await admin.listTopics()).toContain('made');
    await admin.disconnect();
  });

  it('throws what will not change', async () => {
    const failure = new TypeError('a mistake of ours');

    await expect(untilAnswered('a topic', () => Promise.reject(failure))).rejects.toBe(failure);
  });
});
