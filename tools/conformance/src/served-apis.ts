/** Which APIs and versions a broker says it serves. */
import {
  apiVersionsRequest,
  apiVersionsResponse,
  createApiVersionsRequest,
} from '@millrace/protocol/messages/18-api-versions';
import { WireClient } from '@millrace/testing';

export interface ServedApi {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

export async function readServedApis(bootstrap: string): Promise<ServedApi[]> {
  const [host = '', port] = bootstrap.split(':');
  await using client = await WireClient.connect({ host, port: Number(port) });
  const answer = await client.call(apiVersionsRequest, apiVersionsResponse, 0, createApiVersionsRequest());
  return answer.apiKeys
    .map(({ apiKey, minVersion, maxVersion }) => ({ apiKey, minVersion, maxVersion }))
    .sort((left, right) => left.apiKey - right.apiKey);
}
