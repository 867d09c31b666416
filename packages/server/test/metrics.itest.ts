import { RecordBatchWriter } from '@millrace/protocol';
import {
  apiVersionsRequest,
  apiVersionsResponse,
  createApiVersionsRequest,
} from '@millrace/protocol/messages/18-api-versions';
import {
  createDeleteGroupsRequest,
  deleteGroupsRequest,
  deleteGroupsResponse,
} from '@millrace/protocol/messages/42-delete-groups';
import {
  batchOf,
  createTempDir,
  LogProbe,
  RefusedError,
  waitUntil,
  WireClient,
  type BrokerProcess,
} from '@millrace/testing';
import { Kafka, logLevel } from 'kafkajs';
import { brokerOver } from './broker-app.ts';
import { commitOffsets } from './commit-offsets.ts';
import { parseExposition, type Exposition } from './exposition.ts';

/** Of every request, in the order in which they follow each other. */
const PHASES = ['queue', 'handler', 'wait', 'write'];

async function scrape(broker: BrokerProcess): Promise<Exposition> {
  return parseExposition(await broker.metricsPage());
}

/** Two records that were made at these times, in one batch each. */
function batchMadeAt(...timestamps: readonly number[]): Buffer {
  const writer = new RecordBatchWriter();
  for (const timestamp of timestamps) writer.append(null, 'value', timestamp);
  return writer.finish({});
}

describe('the metrics of a broker', () => {
  it('count records and bytes of topics exactly', async () => {
    await using dir = await createTempDir('metrics');
    await using broker = brokerOver(dir.path);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('events', { partitions: 2 });
    await probe.createTopic('silent');
    const [first, second] = [batchOf(['a', 'b', 'c']), batchOf(['d', 'e'])];
    await probe.append('events', 0, first);
    await probe.append('events', 1, second);
    for (let round = 0; round < 2; round++) await probe.readAll('events', 0);

    const page = await scrape(broker);

    expect(page.value('millrace_topic_in_records_total{topic="events"}')).toBe(5);
    expect(page.value('millrace_topic_in_bytes_total{topic="events"}')).toBe(first.length + second.length);
    expect(page.value('millrace_topic_out_records_total{topic="events"}')).toBe(6);
    expect(page.value('millrace_topic_out_bytes_total{topic="events"}')).toBe(2 * first.length);
    expect(page.value('millrace_topic_in_records_total{topic="silent"}')).toBe(0);
    expect(page.value('millrace_topic_partitions{topic="events"}')).toBe(2);
    expect(page.value('millrace_topic_log_bytes{topic="events"}')).toBe(first.length + second.length);
    expect(page.value('millrace_partition_log_bytes{partition="1",topic="events"}')).toBe(second.length);
    expect(page.value('millrace_partition_log_start_offset{partition="0",topic="events"}')).toBe(0);
    expect(page.value('millrace_partition_log_end_offset{partition="0",topic="events"}')).toBe(3);
    expect(page.value('millrace_partition_high_watermark{partition="0",topic="events"}')).toBe(3);
  });

  it('count no repeat that was recognised', async () => {
    await using dir = await createTempDir('metrics');
    await using broker = brokerOver(dir.path);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('events');
    const batch = batchOf(['a'], { producerId: await probe.initProducerId(), producerEpoch: 0, baseSequence: 0 });
    for (let round = 0; round < 3; round++) await probe.append('events', 0, batch);

    const page = await scrape(broker);

    expect(page.value('millrace_topic_in_records_total{topic="events"}')).toBe(1);
    expect(page.value('millrace_request_seconds_count{api="Produce"}')).toBe(3);
  });

  it('tell for each phase of a request where its time went', async () => {
    await using dir = await createTempDir('metrics');
    await using broker = brokerOver(dir.path);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('events');
    for (let count = 0; count < 5; count++) await probe.appendValues('events', 0, ['a']);
    await probe.readAll('events', 0);

    await waitUntil('the last answer to be counted as written', async () => {
      const page = await scrape(broker);
      return page.value('millrace_request_phase_seconds_count{api="Fetch",phase="write"}') === 1;
    });
    const page = await scrape(broker);
    const seconds = (api: string, phase: string): number =>
      page.value(`millrace_request_phase_seconds_sum{api="${api}",phase="${phase}"}`) ?? NaN;
    for (const phase of PHASES) {
      expect(page.value(`millrace_request_phase_seconds_count{api="Produce",phase="${phase}"}`)).toBe(5);
    }
    const untilAnswer = PHASES.slice(0, -1).reduce((sum, phase) => sum + seconds('Produce', phase), 0);
    expect(untilAnswer).toBeCloseTo(page.value('millrace_request_seconds_sum{api="Produce"}') ?? NaN, 9);
    // A produce waits for the disk.
    expect(seconds('Produce', 'wait')).toBeGreaterThan(0);
    // APIs that nobody asked for have no phases.
    expect(page.value('millrace_request_phase_seconds_count{api="DeleteRecords",phase="wait"}')).toBeUndefined();
    expect(page.value('millrace_request_seconds_count{api="DeleteRecords"}')).toBe(0);
  });

  it('show syncs of the journal and what shares them', async () => {
    await using dir = await createTempDir('metrics');
    await using broker = brokerOver(dir.path);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('events');
    const before = await scrape(broker);
    for (let count = 0; count < 4; count++) await probe.appendValues('events', 0, ['a']);

    const page = await scrape(broker);

    const grown = (series: string): number => (page.value(series) ?? NaN) - (before.value(series) ?? NaN);
    // One after the other, so each has a group to itself; a checkpoint may add some.
    expect(grown('millrace_journal_entries_total')).toBeGreaterThanOrEqual(4);
    expect(grown('millrace_journal_syncs_total')).toBeGreaterThanOrEqual(4);
    for (const histogram of ['write_seconds', 'group_bytes', 'group_entries']) {
      expect(page.value(`millrace_journal_${histogram}_count`)).toBe(page.value('millrace_journal_syncs_total'));
    }
    expect(page.value('millrace_journal_group_bytes_sum')).toBe(page.value('millrace_journal_bytes_total'));
    expect(page.value('millrace_journal_group_entries_sum')).toBe(page.value('millrace_journal_entries_total'));
  });

  it('show how far groups are behind, in records and seconds', async () => {
    await using dir = await createTempDir('metrics');
    await using broker = brokerOver(dir.path);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('events', { partitions: 2 });
    const now = Date.now();
    await probe.append('events', 0, batchMadeAt(now - 90_000, now - 80_000));
    await probe.append('events', 0, batchMadeAt(now - 60_000));
    await probe.append('events', 1, batchMadeAt(now - 30_000));
    await commitOffsets(probe, 'readers', 'events', [2, 1]);
    await commitOffsets(probe, 'sleepers', 'events', [0, 0]);

    const page = await scrape(broker);

    const elapsed = (Date.now() - now) / 1000;
    const lag = (group: string, partition: number): string =>
      `{group="${group}",partition="${partition}",topic="events"}`;
    expect(page.value(`millrace_group_partition_lag_records${lag('readers', 0)}`)).toBe(1);
    expect(page.value(`millrace_group_partition_lag_records${lag('readers', 1)}`)).toBe(0);
    expect(page.value(`millrace_group_partition_committed_offset${lag('readers', 0)}`)).toBe(2);
    expect(page.value('millrace_group_topic_lag_records{group="sleepers",topic="events"}')).toBe(4);
    const within = (series: string, seconds: number): void => {
      const value = page.value(series);
      expect(value).toBeGreaterThanOrEqual(seconds);
      expect(value).toBeLessThanOrEqual(seconds + elapsed);
    };
    within(`millrace_group_partition_lag_seconds${lag('readers', 0)}`, 60);
    expect(page.value(`millrace_group_partition_lag_seconds${lag('readers', 1)}`)).toBe(0);
    // The largest timestamp of the batch counts.
    within(`millrace_group_partition_lag_seconds${lag('sleepers', 0)}`, 80);
    within('millrace_group_topic_lag_seconds{group="sleepers",topic="events"}', 80);
  });

  it('show a lag in seconds of records that only the disk has', async () => {
    await using dir = await createTempDir('metrics');
    await using broker = brokerOver(dir.path);
    await broker.start();
    const probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('events');
    const now = Date.now();
    for (let age = 100; age > 0; age--) await probe.append('events', 0, batchMadeAt(now - age * 1000));
    await commitOffsets(probe, 'readers', 'events', [40]);
    await probe.close();
    await broker.stop();
    await broker.start();

    const page = await scrape(broker);

    const value =
      page.value('millrace_group_partition_lag_seconds{group="readers",partition="0",topic="events"}') ?? NaN;
    const elapsed = (Date.now() - now) / 1000;
    // On the line from 100 s to 1 s, the record at 40 of 100 is 60 s old.
    expect(value).toBeGreaterThan(58);
    expect(value).toBeLessThan(62 + elapsed);
  });

  it('lose the series of topics and groups that are gone', async () => {
    await using dir = await createTempDir('metrics');
    await using broker = brokerOver(dir.path);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    for (const name of ['kept', 'dropped']) {
      await probe.createTopic(name);
      await probe.appendValues(name, 0, ['a']);
      await commitOffsets(probe, 'readers', name, [0]);
      await commitOffsets(probe, `only-${name}`, name, [0]);
    }
    expect(await broker.metricsPage()).toMatch(/topic="dropped"/);

    await probe.deleteTopic('dropped');
    const request = createDeleteGroupsRequest({ groupsNames: ['only-kept'] });
    const answer = await probe.wire.call(deleteGroupsRequest, deleteGroupsResponse, 2, request);

    expect(answer.results.map(({ errorCode }) => errorCode)).toEqual([0]);
    await waitUntil('the topic to be off the page', async () => !(await broker.metricsPage()).includes('dropped'));
    const page = await scrape(broker);
    expect(page.value('millrace_group_topic_lag_records{group="readers",topic="kept"}')).toBe(1);
    expect(await broker.metricsPage()).not.toContain('only-kept');
  });

  it('name the software of clients, but not all that anybody makes up', async () => {
    await using dir = await createTempDir('metrics');
    await using broker = brokerOver(dir.path);
    await broker.start();
    const clients: WireClient[] = [];
    const connectAs = async (clientSoftwareName: string, clientSoftwareVersion: string): Promise<void> => {
      const client = await WireClient.connect({ port: broker.port });
      clients.push(client);
      const request = createApiVersionsRequest({ clientSoftwareName, clientSoftwareVersion });
      await client.call(apiVersionsRequest, apiVersionsResponse, 3, request);
    };
    for (let count = 0; count < 3; count++) await connectAs('apache-kafka-java', '4.4.0');
    clients.push(await WireClient.connect({ port: broker.port }));
    await waitUntil('the silent client', async () => (await broker.readMetric('millrace_connections')) === 4);
    const before = await scrape(broker);
    for (let count = 0; count < 100; count++) await connectAs(`made-up-${count}`, '1');
    await connectAs('x'.repeat(10_000), '1');

    const page = await scrape(broker);

    const java = 'millrace_client_connections{software="apache-kafka-java",version="4.4.0"}';
    expect(before.value(java)).toBe(3);
    expect(before.value('millrace_client_connections{software="unknown",version="unknown"}')).toBe(1);
    const series = page.families.get('millrace_client_connections') ?? [];
    expect(series).toHaveLength(51);
    expect(page.value(java)).toBe(3);
    // Java and 49 of the made-up ones are shown; the other 51, the silent client and the long name are not.
    expect(page.value('millrace_client_connections{software="other",version="other"}')).toBe(53);
    expect(series.reduce((sum, { value }) => sum + value, 0)).toBe(page.value('millrace_connections'));
    await Promise.all(clients.map((client) => client.close()));
  });

  it('show single partitions as far as the setting allows, and sums of all', async () => {
    await using dir = await createTempDir('metrics');
    await using broker = brokerOver(dir.path, ['--set', 'millrace.metrics.series.max=3']);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('two', { partitions: 2 });
    await probe.createTopic('three', { partitions: 3 });
    await probe.createTopic('one');
    await probe.appendValues('three', 2, ['a']);

    const page = await scrape(broker);

    const shown = (page.families.get('millrace_partition_high_watermark') ?? []).map(({ labels }) => labels['topic']);
    expect(shown).toEqual(['two', 'two', 'one']);
    expect(page.value('millrace_metrics_partitions_omitted')).toBe(3);
    expect(page.value('millrace_topic_log_bytes{topic="three"}')).toBeGreaterThan(0);
    expect(page.families.get('millrace_topic_partitions')).toHaveLength(3);
  });

  it('count what produce and fetch refused, by error', async () => {
    await using dir = await createTempDir('metrics');
    await using broker = brokerOver(dir.path);
    await broker.start();
    await using probe = await LogProbe.connect({ port: broker.port });
    await probe.createTopic('events', { configs: { 'max.message.bytes': '100' } });
    await expect(probe.appendValues('events', 0, ['x'.repeat(200)])).rejects.toThrow(RefusedError);
    await expect(probe.appendValues('nowhere', 0, ['x'])).rejects.toThrow(RefusedError);
    await expect(probe.read('events', 0, 99)).rejects.toThrow(RefusedError);

    const page = await scrape(broker);

    const refused = (api: string, error: string): string =>
      `millrace_partition_errors_total{api="${api}",error="${error}"}`;
    expect(page.value(refused('Produce', 'MESSAGE_TOO_LARGE'))).toBe(1);
    expect(page.value(refused('Produce', 'UNKNOWN_TOPIC_OR_PARTITION'))).toBe(1);
    expect(page.value(refused('Produce', 'KAFKA_STORAGE_ERROR'))).toBe(0);
    expect(page.value(refused('Fetch', 'OFFSET_OUT_OF_RANGE'))).toBe(1);
  });

  it('show the delay of the event loop between two scrapes, and how busy it is', async () => {
    await using dir = await createTempDir('metrics');
    await using broker = brokerOver(dir.path);
    await broker.start();
    await scrape(broker);
    // The first scrape begins the measurement.
    const page = await waitUntil('a delay to be measured', async () => {
      const next = await scrape(broker);
      return next.value('millrace_event_loop_delay_max_seconds') === undefined ? undefined : next;
    });

    const [p50, p99, max] = ['p50', 'p99', 'max'].map(
      (part) => page?.value(`millrace_event_loop_delay_${part}_seconds`) ?? NaN,
    ) as [number, number, number];
    expect(p50).toBeGreaterThanOrEqual(0);
    expect(p99).toBeGreaterThanOrEqual(p50);
    expect(max).toBeGreaterThanOrEqual(p99);
    expect(max).toBeLessThan(5);
    expect(page?.value('millrace_event_loop_active_seconds_total')).toBeGreaterThan(0);
    expect(page?.value('millrace_disk_free_bytes')).toBeGreaterThan(0);
    expect(page?.value('millrace_disk_full')).toBe(0);
  });

  it('hold what a real client did, under traffic and with a group', async () => {
    await using dir = await createTempDir('metrics');
    await using broker = brokerOver(dir.path);
    await broker.start();
    const kafka = new Kafka({ brokers: [broker.addresses.kafka], logLevel: logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'orders', numPartitions: 3 }] });
    const values = Array.from({ length: 300 }, (_, index) => ({ key: String(index), value: `order ${index}` }));
    await producer.send({ topic: 'orders', messages: values });
    const consumer = kafka.consumer({ groupId: 'billing' });
    await consumer.connect();
    await consumer.subscribe({ topic: 'orders', fromBeginning: true });
    let read = 0;
    await consumer.run({ eachMessage: () => Promise.resolve(void read++) });
    await waitUntil('all to be read', () => Promise.resolve(read === 300));
    await consumer.stop();
    await producer.send({ topic: 'orders', messages: values.slice(0, 7) });

    const page = await scrape(broker);

    expect(page.value('millrace_topic_in_records_total{topic="orders"}')).toBe(307);
    expect(page.value('millrace_topic_out_records_total{topic="orders"}')).toBe(300);
    expect(page.value('millrace_topic_out_bytes_total{topic="orders"}')).toBeLessThan(
      page.value('millrace_topic_in_bytes_total{topic="orders"}') ?? NaN,
    );
    expect(page.value('millrace_group_topic_lag_records{group="billing",topic="orders"}')).toBe(7);
    expect(page.value('millrace_partitions')).toBeGreaterThanOrEqual(53);
    await Promise.all([consumer.disconnect(), producer.disconnect(), admin.disconnect()]);
  });
});
