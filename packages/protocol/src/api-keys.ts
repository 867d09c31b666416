import { API_KEYS, API_TABLE } from './generated/api-table.ts';

export type ApiName = keyof typeof API_KEYS;

/** What the protocol says about one API; which of it a broker serves is the broker's own table. */
export interface ApiInfo {
  readonly key: number;
  readonly name: ApiName;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** First version with compact lengths and tagged fields; Infinity when there is none. */
  readonly flexibleFrom: number;
  /** The newest version may still change: implement it, but do not advertise it. */
  readonly latestVersionUnstable: boolean;
}

const BY_KEY: ReadonlyMap<number, ApiInfo> = new Map(
  API_TABLE.map(([key, name, minVersion, maxVersion, flexibleFrom, latestVersionUnstable]) => [
    key,
    { key, name: name as ApiName, minVersion, maxVersion, flexibleFrom, latestVersionUnstable },
  ]),
);

/** All APIs by rising key. */
export const APIS: readonly ApiInfo[] = [...BY_KEY.values()];

/** The API with this key, if the protocol knows it. */
export function apiByKey(apiKey: number): ApiInfo | undefined {
  return BY_KEY.get(apiKey);
}

/** The name of an API key for logs and metrics: `Fetch`, or `Unknown(999)`. */
export function apiName(apiKey: number): string {
  return BY_KEY.get(apiKey)?.name ?? `Unknown(${apiKey})`;
}

/**
 * Version of the request header in front of this request: 2 from the first flexible version on, else 1. An unknown API
 * has the answer undefined. A version above the newest one is answered as well: its header can still be read.
 */
export function requestHeaderVersion(apiKey: number, version: number): 1 | 2 | undefined {
  const api = BY_KEY.get(apiKey);
  if (api === undefined) return undefined;
  return version >= api.flexibleFrom ? 2 : 1;
}

/**
 * Version of the response header: 1 from the first flexible version on, else 0. ApiVersions always has 0, because a
 * client that asks does not know yet what the broker understands.
 */
export function responseHeaderVersion(apiKey: number, version: number): 0 | 1 | undefined {
  const api = BY_KEY.get(apiKey);
  if (api === undefined) return undefined;
  return apiKey !== API_KEYS.ApiVersions && version >= api.flexibleFrom ? 1 : 0;
}
