import { readdirSync } from 'node:fs';
import { apiByKey } from '@millrace/protocol';
import { HANDLERS, SERVED_APIS } from './registry.ts';

/** `OffsetForLeaderEpoch` → `offset-for-leader-epoch`. */
function kebab(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
}

describe('the table of served APIs', () => {
  const files = readdirSync(import.meta.dirname).filter(
    (file) => /^\d\d-.*\.ts$/.test(file) && !file.includes('.test.'),
  );

  it('has exactly one handler file for each API, numbered and named like it', () => {
    const expected = SERVED_APIS.map(({ apiKey }) => {
      const name = apiByKey(apiKey)?.name ?? '';
      return `${String(apiKey).padStart(2, '0')}-${kebab(name)}.ts`;
    });
    expect(files.sort()).toEqual(expected.sort());
  });

  it.each([...HANDLERS])('serves API %i with its own codecs and in versions that exist', (apiKey, handler) => {
    const api = apiByKey(apiKey);
    expect(api).toBeDefined();
    expect(handler.request.kind).toBe('request');
    expect(handler.response.kind).toBe('response');
    expect(handler.response.apiKey).toBe(apiKey);
    expect(handler.maxVersion).toBeLessThanOrEqual(api?.maxVersion ?? -1);
    if (api?.latestVersionUnstable === true) expect(handler.maxVersion).toBeLessThan(api.maxVersion);
    // Produce alone advertises versions that it does not serve.
    if (apiKey !== 0) expect(handler.minVersion).toBeGreaterThanOrEqual(api?.minVersion ?? 0);
  });

  it('advertises whole ranges by rising key', () => {
    const keys = SERVED_APIS.map(({ apiKey }) => apiKey);
    expect(keys).toEqual([...keys].sort((left, right) => left - right));
    for (const { apiKey, minVersion } of SERVED_APIS)
      expect(minVersion).toBe(apiByKey(apiKey)?.minVersion === 3 && apiKey === 0 ? 0 : apiByKey(apiKey)?.minVersion);
  });
});
