import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TestAuthority } from '@millrace/testing';
import { peerFailure } from './peer-failure.ts';

async function failureAt(names: readonly string[], isTrusted: boolean): Promise<string> {
  await using authority = await TestAuthority.create();
  await using stranger = await TestAuthority.create();
  const { certificate, key } = await authority.issue(...names);
  const server = createServer({ cert: certificate, key }, (_request, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const ca = readFileSync((isTrusted ? authority : stranger).path);
    const error = await new Promise<unknown>((resolve, reject) => {
      request(url, { ca, agent: false })
        .on('error', resolve)
        .on('response', () => reject(new Error('it was answered')))
        .end();
    });
    return peerFailure(error, url);
  } finally {
    server.close();
  }
}

describe('why another worker could not be asked', () => {
  it('is its certificate, when that is for another host', async () => {
    expect(await failureAt(['DNS:elsewhere.example', 'DNS:other.example'], true)).toMatch(
      /^its certificate is for DNS:elsewhere\.example, DNS:other\.example, and not for 127\.0\.0\.1\. Give .*rest\.advertised\.host\.name/,
    );
  });

  it('is its certificate, when nobody here vouches for it', async () => {
    expect(await failureAt(['IP:127.0.0.1'], false)).toMatch(
      /^its certificate is not accepted here \(.*\)\. Set listeners\.https\.ssl\.truststore\.location/,
    );
  });

  it('is that it cannot be reached, otherwise', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

    expect(peerFailure(refused, 'http://a:1/')).toMatch(
      /ECONNREFUSED\. If that worker has just died, .*rest\.advertised\.port/,
    );
  });
});
