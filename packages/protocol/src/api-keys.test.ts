import { APIS, apiByKey, apiName, requestHeaderVersion, responseHeaderVersion } from './api-keys.ts';
import { API_KEYS } from './generated/api-table.ts';
import { API_CODECS } from './generated/registry.ts';

describe('API keys', () => {
  it('name each API once and agree with the codecs', () => {
    expect(APIS).toHaveLength(Object.keys(API_KEYS).length);
    for (const api of APIS) {
      const codecs = API_CODECS.get(api.key);

      expect(API_KEYS[api.name]).toBe(api.key);
      for (const codec of [codecs?.request, codecs?.response]) {
        expect(codec).toMatchObject({
          apiKey: api.key,
          minVersion: api.minVersion,
          maxVersion: api.maxVersion,
          flexibleFrom: api.flexibleFrom,
        });
      }
    }
  });

  it('are printable when unknown', () => {
    expect(apiName(1)).toBe('Fetch');
    expect(apiName(999)).toBe('Unknown(999)');
    expect(apiByKey(999)).toBeUndefined();
  });

  it('mark the version that may still change', () => {
    expect(APIS.filter((api) => api.latestVersionUnstable).map((api) => api.name)).toEqual(['InitProducerId']);
  });
});

describe('header versions', () => {
  it('follow the first flexible version', () => {
    expect(requestHeaderVersion(API_KEYS.Produce, 8)).toBe(1);
    expect(requestHeaderVersion(API_KEYS.Produce, 9)).toBe(2);
    expect(responseHeaderVersion(API_KEYS.Produce, 8)).toBe(0);
    expect(responseHeaderVersion(API_KEYS.Produce, 9)).toBe(1);
    expect(requestHeaderVersion(API_KEYS.SaslHandshake, 1)).toBe(1);
    expect(responseHeaderVersion(API_KEYS.SaslHandshake, 1)).toBe(0);
  });

  it('keep the plain response header for ApiVersions', () => {
    expect(requestHeaderVersion(API_KEYS.ApiVersions, 4)).toBe(2);
    expect(responseHeaderVersion(API_KEYS.ApiVersions, 4)).toBe(0);
  });

  it('are undefined for an unknown API', () => {
    expect(requestHeaderVersion(999, 0)).toBeUndefined();
    expect(responseHeaderVersion(999, 0)).toBeUndefined();
  });
});
