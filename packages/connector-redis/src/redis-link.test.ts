import { createServer, type AddressInfo } from 'node:net';
import { RedisLink } from './redis-link.ts';

describe('RedisLink', () => {
  afterEach(() => jest.useRealTimers());

  it('leaves nothing that keeps a process when the server ends the connection', async () => {
    // Sockets go by real time; of the client's own timers none comes to its end.
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const address = {
      host: '127.0.0.1',
      port,
      database: 0,
      isTls: false,
      tls: undefined,
      username: undefined,
      password: undefined,
      timeoutMs: 10_000,
    };
    const link = new RedisLink({ address, name: 'test' });

    await expect(link.call(['PING'])).rejects.toMatchObject({ code: 'MILLRACE_CONNECT_REDIS_UNAVAILABLE' });
    link.close();
    server.close();

    expect(jest.getTimerCount()).toBe(0);
  });
});
