/** A failover that keeps connections: the address leads to the new master, and the old one still answers whoever is connected to it. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { MemoryTopics, SinkRun } from '@millrace/connect-testkit';
import { redisSink } from '../src/index.ts';
import { describeWithRedis, RedisWorld } from './redis-world.ts';

describeWithRedis('Redis that fails over', () => {
  it('gets what the master of before refuses, without a restart of the task', async () => {
    await using stack = new AsyncDisposableStack();
    const before = stack.use(await RedisWorld.start());
    const after = stack.use(await RedisWorld.start());
    let master = before;
    const sockets = new Set<Socket>();
    const address = createServer((near) => {
      const far = connect(master.server.port, master.server.host);
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    stack.defer(() => {
      address.close();
      for (const socket of sockets) socket.destroy();
    });
    await new Promise<void>((resolve) => address.listen(0, '127.0.0.1', resolve));
    const settings = {
      ...before.settings,
      'redis.uri': `redis://127.0.0.1:${(address.address() as AddressInfo).port}`,
      'redis.type': 'STRING',
    };
    const topics = new MemoryTopics();
    topics.append([{ topic: 'orders', key: 'first', value: 'a' }]);
    await using run = SinkRun.start(redisSink, settings, { topics });
    await run.until();

    await before.client.call('REPLICAOF', after.server.host, String(after.server.port));
    master = after;
    topics.append([{ topic: 'orders', key: 'second', value: 'b' }]);
    await run.until();

    expect(await after.client.get('orders:second')).toBe('b');
    expect(run.deadLetters).toEqual([]);
  });
});
