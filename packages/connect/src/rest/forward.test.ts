import { silentLogger, type LogFields } from '@millrace/base';
import { NotTheTargetError } from '../herder/herder-error.ts';
import { forward } from './forward.ts';
import type { PeerClient } from './peer-client.ts';

describe('a request that cannot be passed on', () => {
  it('is answered and logged with the reason', async () => {
    const logged: (LogFields | undefined)[] = [];
    const log = { ...silentLogger, warn: (_message: string, fields?: LogFields) => void logged.push(fields) };
    const mismatch = Object.assign(new Error('no match'), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      cert: { subject: { CN: 'old-name' } },
    });
    const peers = { ask: () => Promise.reject(mismatch) } as unknown as PeerClient;
    const request = { method: 'POST', url: '/connectors', params: {}, headers: {}, body: Buffer.alloc(0) };

    const { status, body } = await forward(
      { ...request, query: new URLSearchParams() },
      new NotTheTargetError('not the leader', 'https://b.example:8083/'),
      { timeoutMs: 60_000, peers, log },
    );

    const reason = expect.stringMatching(
      /^its certificate is for CN=old-name, and not for b\.example\. Give/,
    ) as unknown;
    expect(status).toBe(500);
    expect(body).toMatchObject({ message: expect.stringContaining('not for b.example') as unknown });
    expect(logged).toEqual([{ method: 'POST', worker: 'https://b.example:8083/', reason }]);
  });
});
