import { ErrorCode } from '@millrace/protocol';
import {
  createFindCoordinatorRequest,
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '@millrace/protocol/messages/10-find-coordinator';
import {
  createInitProducerIdRequest,
  initProducerIdRequest,
  initProducerIdResponse,
} from '@millrace/protocol/messages/22-init-producer-id';
import { BrokerFixture } from './broker-fixture.ts';

const [GROUP, TRANSACTION, SHARE] = [0, 1, 2];

describe('FindCoordinator', () => {
  let fixture: BrokerFixture;

  beforeAll(async () => {
    fixture = await BrokerFixture.start();
  });

  afterAll(async () => {
    expect(fixture.logger.errors).toEqual([]);
    await fixture.close();
  });

  const find = (version: number, keyType: number, keys: readonly string[]) =>
    fixture.client.call(
      findCoordinatorRequest,
      findCoordinatorResponse,
      version,
      createFindCoordinatorRequest(version >= 4 ? { keyType, coordinatorKeys: keys } : { keyType, key: keys[0] ?? '' }),
    );

  it.each([0, 1, 2, 3])('finds the coordinator of a group in version %i, at the first attempt', async (version) => {
    const response = await find(version, GROUP, ['a-group']);
    const { nodeId, port } = fixture.broker;
    expect([response.errorCode, response.nodeId, response.host, response.port]).toEqual([0, nodeId, '127.0.0.1', port]);
  });

  it.each([4, 5, 6])('finds the coordinators of many groups in version %i', async (version) => {
    const { coordinators } = await find(version, GROUP, ['one', 'two']);
    const { nodeId, port } = fixture.broker;
    expect(coordinators.map(({ key, errorCode, nodeId: node, port: at }) => [key, errorCode, node, at])).toEqual([
      ['one', 0, nodeId, port],
      ['two', 0, nodeId, port],
    ]);
  });

  it.each([1, 3, 4, 6])('finds the coordinator of a transactional id in version %i', async (version) => {
    const response = await find(version, TRANSACTION, ['tx']);
    const { errorCode, nodeId, port } = version >= 4 ? (response.coordinators[0] ?? response) : response;
    expect([errorCode, nodeId, port]).toEqual([0, fixture.broker.nodeId, fixture.broker.port]);
  });

  it('refuses share groups and unknown types', async () => {
    expect((await find(6, SHARE, ['s'])).coordinators[0]?.errorCode).toBe(ErrorCode.INVALID_REQUEST);
    expect((await find(6, 9, ['s'])).coordinators[0]?.errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });
});

describe('InitProducerId', () => {
  let fixture: BrokerFixture;

  beforeAll(async () => {
    fixture = await BrokerFixture.start();
  });

  afterAll(() => fixture.close());

  const init = (version: number, request: Parameters<typeof createInitProducerIdRequest>[0]) =>
    fixture.client.call(initProducerIdRequest, initProducerIdResponse, version, createInitProducerIdRequest(request));

  it.each([0, 1, 2, 3, 4, 5])('hands out a new id with epoch 0 in version %i', async (version) => {
    const first = await init(version, { transactionalId: null });
    const second = await init(version, { transactionalId: null });
    expect([first.errorCode, first.producerEpoch, second.errorCode]).toEqual([0, 0, 0]);
    expect(second.producerId).not.toBe(first.producerId);
  });

  it('never hands out an id twice', async () => {
    const client = await fixture.connect();
    const request = createInitProducerIdRequest({ transactionalId: null });
    const answers = await Promise.all(
      Array.from({ length: 2500 }, () => client.call(initProducerIdRequest, initProducerIdResponse, 4, request)),
    );
    expect(new Set(answers.map(({ producerId }) => producerId)).size).toBe(2500);
  });

  it('refuses an empty transactional id, half of an id, and a transactional id without a coordinator', async () => {
    const code = async (request: Parameters<typeof createInitProducerIdRequest>[0]) =>
      (await init(4, request)).errorCode;
    expect(await code({ transactionalId: 'tx', transactionTimeoutMs: 1000 })).toBe(ErrorCode.NOT_COORDINATOR);
    expect(await code({ transactionalId: '' })).toBe(ErrorCode.INVALID_REQUEST);
    expect(await code({ transactionalId: null, producerId: 5n, producerEpoch: -1 })).toBe(ErrorCode.INVALID_REQUEST);
  });
});
