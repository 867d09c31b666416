import { APIS, ErrorCode, Reader } from '@millrace/protocol';
import {
  apiVersionsRequest,
  apiVersionsResponse,
  createApiVersionsRequest,
} from '@millrace/protocol/messages/18-api-versions';
import { SERVED_APIS } from '../src/handlers/registry.ts';
import { BrokerFixture } from './broker-fixture.ts';

/** Its newest version, with topic ids, is not served. */
const TXN_OFFSET_COMMIT = 28;
const NAMED = { clientSoftwareName: 'some-client', clientSoftwareVersion: '1.2.3' };

describe('ApiVersions', () => {
  let fixture: BrokerFixture;

  beforeAll(async () => {
    fixture = await BrokerFixture.start();
  });

  afterAll(() => fixture.close());

  const ask = (version: number, init: Parameters<typeof createApiVersionsRequest>[0] = NAMED) =>
    fixture.client.call(apiVersionsRequest, apiVersionsResponse, version, createApiVersionsRequest(init));

  it.each([0, 1, 2, 3, 4, 5])('lists every served API in version %i', async (version) => {
    const { errorCode, apiKeys } = await ask(version);
    expect(errorCode).toBe(0);
    expect(apiKeys.map(({ apiKey, minVersion, maxVersion }) => ({ apiKey, minVersion, maxVersion }))).toEqual(
      SERVED_APIS,
    );
  });

  it('lists whole ranges of tier 0 as Kafka has them, and Produce from 0', () => {
    const range = (apiKey: number) => SERVED_APIS.find((api) => api.apiKey === apiKey);
    expect(range(0)).toEqual({ apiKey: 0, minVersion: 0, maxVersion: 13 });
    for (const { key, minVersion, maxVersion, latestVersionUnstable } of APIS) {
      if (key === 0 || range(key) === undefined) continue;
      const newest = latestVersionUnstable || key === TXN_OFFSET_COMMIT ? maxVersion - 1 : maxVersion;
      expect(range(key)).toEqual({ apiKey: key, minVersion, maxVersion: newest });
    }
  });

  it('finalizes the newest groups and transactions, hidden from the supported features of clients that cannot take a 0', async () => {
    const features = async (version: number) => {
      const { supportedFeatures, finalizedFeatures, finalizedFeaturesEpoch } = await ask(version);
      return {
        epoch: finalizedFeaturesEpoch,
        supported: supportedFeatures.map(({ name, minVersion, maxVersion }) => [name, minVersion, maxVersion]),
        finalized: finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]),
      };
    };
    const finalized = [
      ['group.version', 1],
      ['transaction.version', 2],
    ];
    const supported = [
      ['group.version', 0, 1],
      ['transaction.version', 0, 2],
    ];
    expect(await features(3)).toEqual({ epoch: 0n, supported: [], finalized });
    expect(await features(4)).toEqual({ epoch: 0n, supported, finalized });
  });

  it('answers an unknown version in version 0, with the range that it serves', async () => {
    const client = await fixture.connect();
    client.sendBody(18, 77, Buffer.from([0]));
    const reader = new Reader(await client.receive());
    expect(reader.int32()).toBe(1);
    const { errorCode, apiKeys } = apiVersionsResponse.decode(reader, 0);
    expect(reader.remaining).toBe(0);
    expect(errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
    expect(apiKeys).toEqual([expect.objectContaining({ apiKey: 18, minVersion: 0, maxVersion: 5 })]);
    const next = await client.call(apiVersionsRequest, apiVersionsResponse, 3, createApiVersionsRequest(NAMED));
    expect(next.errorCode).toBe(0);
  });

  it.each(['', '-x', 'a b', 'x.', 'name\n'])('refuses the software name %j', async (clientSoftwareName) => {
    expect((await ask(3, { ...NAMED, clientSoftwareName })).errorCode).toBe(ErrorCode.INVALID_REQUEST);
    expect((await ask(3, { ...NAMED, clientSoftwareVersion: clientSoftwareName })).errorCode).toBe(
      ErrorCode.INVALID_REQUEST,
    );
  });

  it('checks the cluster and the node that a client means, from version 5', async () => {
    const { clusterId, nodeId } = fixture.broker;
    expect((await ask(5, { ...NAMED, clusterId, nodeId })).errorCode).toBe(0);
    expect((await ask(5, { ...NAMED, clusterId: 'other', nodeId })).errorCode).toBe(ErrorCode.REBOOTSTRAP_REQUIRED);
    expect((await ask(5, { ...NAMED, clusterId, nodeId: nodeId + 1 })).errorCode).toBe(ErrorCode.REBOOTSTRAP_REQUIRED);
    expect((await ask(5, { ...NAMED, clusterId })).errorCode).toBe(ErrorCode.INVALID_REQUEST);
    expect((await ask(5, { ...NAMED, nodeId })).errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });
});
