import { startBroker, WireClient, type TestBroker } from '@millrace/testing';
import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import { ErrorCode } from '@millrace/protocol';
import {
  createFetchRequest,
  createFetchRequestFetchPartition,
  createFetchRequestFetchTopic,
  fetchRequest,
  fetchResponse,
  type FetchRequest,
  type FetchResponse,
} from '@millrace/protocol/messages/01-fetch';
import { createMetadataRequest, metadataRequest, metadataResponse } from '@millrace/protocol/messages/03-metadata';
import {
  createProduceRequest,
  createProduceRequestPartitionProduceData,
  createProduceRequestTopicProduceData,
  produceRequest,
  produceResponse,
  type ProduceRequest,
} from '@millrace/protocol/messages/00-produce';
import { batchOf } from '@millrace/testing';

const PRODUCE_VERSION = 9;
const FETCH_VERSION = 12;

function produceTo(topics: readonly string[], value: string, acks = -1): ProduceRequest {
  const partition = (): Parameters<typeof createProduceRequestTopicProduceData>[0] => ({
    partitionData: [createProduceRequestPartitionProduceData({ index: 0, records: batchOf([value]) })],
  });
  const topicData = topics.map((name) => createProduceRequestTopicProduceData({ ...partition(), name }));
  return createProduceRequest({ acks, timeoutMs: 5_000, topicData });
}

function fetchOf(topics: readonly string[], fields: Partial<FetchRequest> = {}): FetchRequest {
  const asked = createFetchRequestFetchPartition({ partition: 0, fetchOffset: 0n, partitionMaxBytes: 99_999 });
  return createFetchRequest({
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 99_999,
    sessionEpoch: -1,
    topics: topics.map((topic) => createFetchRequestFetchTopic({ topic, partitions: [asked] })),
    ...fields,
  });
}

const codesOf = ({ responses }: FetchResponse): [string, number][] =>
  responses
    .map(({ topic, partitions }): [string, number] => [topic, partitions[0]?.errorCode ?? -2])
    .sort(([left], [right]) => left.localeCompare(right));

describe('faults', () => {
  let broker: TestBroker;
  let client: WireClient;

  beforeEach(async () => {
    broker = await startBroker({ topics: { orders: 1, audit: 1 } });
    client = await WireClient.connect({ port: broker.port });
  });

  afterEach(async () => {
    await client.close();
    await broker.close();
  });

  const produce = async (
    topics: readonly string[],
    value: string,
    to = client,
  ): Promise<Record<string, number | undefined>> => {
    const { responses } = await to.call(produceRequest, produceResponse, PRODUCE_VERSION, produceTo(topics, value));
    return Object.fromEntries(
      responses.map(({ name, partitionResponses }) => [name, partitionResponses[0]?.errorCode]),
    );
  };
  const fetch = (topics: readonly string[], fields: Partial<FetchRequest> = {}) =>
    client.call(fetchRequest, fetchResponse, FETCH_VERSION, fetchOf(topics, fields));
  const values = async (topic: string) => (await broker.records(topic)).map(({ value }) => value);

  describe('error', () => {
    it('is answered so many times, and nothing is done', async () => {
      const fault = broker.faults.error('NOT_LEADER_OR_FOLLOWER', { api: 'Produce', times: 2 });
      const codes: unknown[] = [];
      for (const value of ['a', 'b', 'c']) codes.push((await produce(['orders'], value))['orders']);

      expect(codes).toEqual([ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.NOT_LEADER_OR_FOLLOWER, 0]);
      expect([fault.hits, fault.isOn]).toEqual([2, false]);
      expect(await values('orders')).toEqual(['c']);
    });

    it('is answered for the topic alone, while the others of the request are served', async () => {
      using fault = broker.faults.error('NOT_ENOUGH_REPLICAS', { topic: 'orders' });
      expect(await produce(['orders', 'audit'], 'a')).toEqual({ orders: ErrorCode.NOT_ENOUGH_REPLICAS, audit: 0 });
      expect(await produce(['audit'], 'b')).toEqual({ audit: 0 });
      expect(fault.hits).toBe(1);

      fault.off();
      expect(await produce(['orders', 'audit'], 'c')).toEqual({ orders: 0, audit: 0 });
      expect([await values('orders'), await values('audit')]).toEqual([['c'], ['a', 'b', 'c']]);
    });

    it('reaches fetches, also those of a session that name nothing', async () => {
      await broker.produce('orders', [{ value: 'a' }]);
      await broker.produce('audit', [{ value: 'b' }]);
      const first = await fetch(['orders', 'audit'], { sessionEpoch: 0 });
      expect(first.sessionId).not.toBe(0);

      using fault = broker.faults.error('KAFKA_STORAGE_ERROR', { api: 'Fetch', topic: 'orders' });
      const next = await fetch([], { sessionId: first.sessionId, sessionEpoch: 1 });
      expect(next.errorCode).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
      const anew = await fetch(['orders', 'audit'], { sessionEpoch: 0 });
      expect(anew.sessionId).toBe(0);
      expect(codesOf(anew)).toEqual([
        ['audit', 0],
        ['orders', ErrorCode.KAFKA_STORAGE_ERROR],
      ]);
      expect(fault.hits).toBe(1);

      fault.off();
      const healed = await fetch(['orders', 'audit'], { sessionEpoch: 0 });
      expect(healed.sessionId).not.toBe(0);
      expect(codesOf(healed)).toEqual([
        ['audit', 0],
        ['orders', 0],
      ]);
    });

    it('leaves the brokers in metadata', async () => {
      broker.faults.error('LEADER_NOT_AVAILABLE', { api: 'Metadata', topic: 'orders' });
      const request = createMetadataRequest({ topics: null });
      const { brokers, topics } = await client.call(metadataRequest, metadataResponse, 12, request);

      expect(brokers).toHaveLength(1);
      expect(topics.map(({ name, errorCode }) => [name, errorCode]).sort()).toEqual([
        ['audit', 0],
        ['orders', ErrorCode.LEADER_NOT_AVAILABLE],
      ]);
    });

    it('ends the connection of who wants no answer', async () => {
      broker.faults.error('NOT_LEADER_OR_FOLLOWER', { api: 'Produce' });
      client.send(produceRequest, PRODUCE_VERSION, produceTo(['orders'], 'a', 0));
      await client.ended;
    });
  });

  describe('disconnect', () => {
    it.each([
      ['before', []],
      ['after', ['a']],
    ] as const)('%s the broker has done what it was asked for', async (when, stored) => {
      broker.faults.disconnect({ api: 'Produce', when, times: 1 });
      await expect(produce(['orders'], 'a')).rejects.toThrow('ended the connection before it answered');
      expect(await values('orders')).toEqual(stored);
    });
  });

  it('swallows an answer until it is switched off, and ends the connection then', async () => {
    const fault = broker.faults.swallow({ api: 'Produce', times: 1 });
    const lost = produce(['orders'], 'a');
    await fault.hit();
    await broker.waitForRecords('orders', 1);
    expect(client.isEnded).toBe(false);
    await using other = await WireClient.connect({ port: broker.port });
    expect(await produce(['orders'], 'b', other)).toEqual({ orders: 0 });

    fault.off();
    await expect(lost).rejects.toThrow('ended the connection');
    expect(await values('orders')).toEqual(['a', 'b']);
  });

  it('closes at once although answers are swallowed', async () => {
    const fault = broker.faults.swallow({ api: 'Produce' });
    const lost = produce(['orders'], 'a').catch((error: unknown) => error);
    await fault.hit();
    const startedMs = performance.now();
    await broker.close();
    expect(performance.now() - startedMs).toBeLessThan(900);
    expect(await lost).toBeInstanceOf(Error);
  });

  it('delays requests of a connection and keeps their order', async () => {
    broker.faults.delay(60, { api: 'Produce', times: 1 });
    const startedMs = performance.now();
    const first = produce(['orders'], 'first');
    const second = produce(['orders'], 'second');
    await using other = await WireClient.connect({ port: broker.port });
    await produce(['orders'], 'other', other);
    expect(await values('orders')).toEqual(['other']);

    await Promise.all([first, second]);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(59);
    expect(await values('orders')).toEqual(['other', 'first', 'second']);
  });

  it('delays answers alone', async () => {
    const fault = broker.faults.delay(60, { api: 'Produce', when: 'after' });
    const sending = produce(['orders'], 'a');
    await fault.hit();
    await broker.waitForRecords('orders', 1);
    let isAnswered = false;
    void sending.then(() => (isAnswered = true));
    expect(isAnswered).toBe(false);
    expect(await sending).toEqual({ orders: 0 });
  });

  it('hits a share of the requests, the same ones for the same seed', async () => {
    const run = async (seed: number): Promise<string> => {
      using fault = broker.faults.error('REQUEST_TIMED_OUT', { api: 'Produce', probability: 0.4, seed });
      let hits = '';
      for (let index = 0; index < 30; index++) hits += (await produce(['audit'], 'x'))['audit'] === 0 ? '.' : 'x';
      expect(hits.split('x')).toHaveLength(fault.hits + 1);
      return hits;
    };
    const first = await run(7);
    expect(await run(7)).toBe(first);
    expect(await run(8)).not.toBe(first);
    expect(first.split('x').length - 1).toBeGreaterThan(3);
    expect(first.split('x').length - 1).toBeLessThan(25);
  });

  it('tells clients apart, and switches everything off at once', async () => {
    broker.faults.error('REQUEST_TIMED_OUT', { api: ['Produce', 'Fetch'], clientId: 'other' });
    broker.faults.disconnect({ clientId: 'other', api: 'Metadata' });
    await using other = await WireClient.connect({ port: broker.port, clientId: 'other' });
    expect(await produce(['orders'], 'a')).toEqual({ orders: 0 });
    expect(await produce(['orders'], 'b', other)).toEqual({ orders: ErrorCode.REQUEST_TIMED_OUT });

    broker.faults.clear();
    expect(await produce(['orders'], 'c', other)).toEqual({ orders: 0 });
  });

  it('says what is wrong with a fault', () => {
    expect(() => broker.faults.error('NOT_LEADER' as 'NOT_CONTROLLER')).toThrow('there is no error "NOT_LEADER"');
    expect(() => broker.faults.disconnect({ api: 'Prodcue' as 'Produce' })).toThrow('did you mean "Produce"?');
    expect(() => broker.faults.delay(-1)).toThrow('0 milliseconds or more');
    expect(() => broker.faults.swallow({ probability: 2 })).toThrow('between 0 and 1');
    expect(() => broker.faults.swallow({ times: 0 })).toThrow('1 time or more');
  });

  it('rejects a wait for a hit that does not come', async () => {
    const fault = broker.faults.disconnect({ api: 'Produce' });
    await expect(fault.hit(1, 10)).rejects.toThrow('the fault hit 0 of 1 requests within 10 ms');
  });

  describe('and a client that retries', () => {
    const kafka = (options: Partial<KafkaConfig> = {}): Kafka =>
      new Kafka({
        brokers: [...broker.brokers],
        logLevel: logLevel.NOTHING,
        retry: { initialRetryTime: 5, maxRetryTime: 20, retries: 20 },
        ...options,
      });

    it.each([
      ['error', (): unknown => broker.faults.error('NOT_LEADER_OR_FOLLOWER', { api: 'Produce', times: 3 })],
      ['disconnect', (): unknown => broker.faults.disconnect({ api: 'Produce', times: 3 })],
      ['delay', (): unknown => broker.faults.delay(20, { api: 'Produce', times: 3 })],
    ])('%s: an idempotent producer gets its record stored once', async (_name, breakIt) => {
      const producer = kafka().producer({ idempotent: true });
      await producer.connect();
      await producer.send({ topic: 'orders', messages: [{ value: 'warm' }] });
      breakIt();
      await producer.send({ topic: 'orders', messages: [{ value: 'once' }] });
      await producer.disconnect();

      expect(await values('orders')).toEqual(['warm', 'once']);
    });
  });
});
