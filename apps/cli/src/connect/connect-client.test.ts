import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ConnectClient } from './connect-client.ts';

const TIMEOUT_MS = 30_000;

describe('ConnectClient', () => {
  let server: Server | undefined;

  afterEach(() => server?.close());

  async function clientOf(listening: Server, path = '', signal = new AbortController().signal): Promise<ConnectClient> {
    server = listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const { port } = listening.address() as AddressInfo;
    const url = new URL(`http://alice:secret@127.0.0.1:${String(port)}${path}`);
    return new ConnectClient({ url, timeoutMs: TIMEOUT_MS, signal });
  }

  it('sends JSON and a login below the path of its URL, and reads JSON', async () => {
    const echo: RequestListener = (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { method, url, headers } = request;
        const { authorization, 'content-type': type } = headers;
        response.writeHead(201).end(JSON.stringify({ method, url, authorization, type, body }));
      });
    };
    const client = await clientOf(createServer(echo), '/connect/');

    expect(await client.call('PUT', '/connectors/ü/config', { a: 'ö' })).toEqual({
      method: 'PUT',
      url: '/connect/connectors/%C3%BC/config',
      authorization: `Basic ${Buffer.from('alice:secret').toString('base64')}`,
      type: 'application/json',
      body: '{"a":"ö"}',
    });
  });

  it('goes nowhere else with what it sends', async () => {
    const client = await clientOf(
      createServer((_request, response) => response.writeHead(307, { location: 'https://elsewhere/' }).end()),
    );

    await expect(client.call('GET', '/connectors')).rejects.toMatchObject({
      code: 'MILLRACE_CLI_CONNECT_UNREACHABLE',
      retriable: false,
      message: expect.stringMatching(/ sends GET \/connectors on to https:\/\/elsewhere\/: .* --url$/),
    });
  });

  it('offers https to who asks a port of TLS by http, and never shows the password', async () => {
    const client = await clientOf(createTlsServer());

    const failure = await client.call('GET', '/connectors').catch((error: unknown) => error);

    expect(failure).toMatchObject({
      code: 'MILLRACE_CLI_CONNECT_UNREACHABLE',
      message: expect.stringMatching(/try --url https:\/\/127\.0\.0\.1:\d+ /),
    });
    expect(String(failure)).not.toContain('secret');
  });

  it('throws the reason of its signal, before and after the answer began', async () => {
    for (const answer of [() => undefined, (response: ServerResponse) => response.writeHead(200).write('[')]) {
      const interruption = new AbortController();
      const listening = createServer((_request, response) => {
        answer(response);
        interruption.abort();
      });
      const client = await clientOf(listening, '', interruption.signal);

      const failure = await client.call('GET', '/connectors').catch((error: unknown) => error);
      listening.close();
      expect(failure).toBe(interruption.signal.reason);
    }
  });

  it('says so when an answer ends in the middle', async () => {
    const client = await clientOf(
      createServer((_request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('[', () => response.destroy());
      }),
    );

    await expect(client.call('GET', '/connectors')).rejects.toMatchObject({
      retriable: true,
      message: expect.stringMatching(/its answer ended in the middle$/),
    });
  });
});
