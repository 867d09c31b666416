/** Workers of a group over a broker: who runs what when they come, go and are told otherwise. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { kafka, topic } from '@millrace/sdk';
import { startBroker, waitUntil } from '@millrace/testing';
import { LeaderRequests } from '../src/distributed/leader-requests.ts';
import { createSessionKey } from '../src/distributed/request-signature.ts';
import { PeerClient } from '../src/rest/peer-client.ts';
import { WorkerCluster } from './distributed/worker-cluster.ts';

describe('a group of workers', () => {
  it('runs every connector and task once, spread over the workers', async () => {
    await using broker = await startBroker();
    await using cluster = new WorkerCluster(broker);
    await cluster.add();
    await cluster.put('a', { 'tasks.max': '4' });
    await cluster.settles({ a: 4 });

    await cluster.add();
    await cluster.add();
    await cluster.put('b', { 'tasks.max': '5', 'connector.class': 'Sink' });
    await cluster.settles({ a: 4, b: 5 });

    expect(cluster.workers.map(({ worker }) => worker.tasks.length)).toEqual([3, 3, 3]);
    cluster.checkHistory();
  });

  it('gives the work of a worker that goes to the others, and takes none from them', async () => {
    await using broker = await startBroker();
    await using cluster = new WorkerCluster(broker);
    const [first, second] = [await cluster.add(), await cluster.add()];
    await cluster.put('a', { 'tasks.max': '4' });
    await cluster.settles({ a: 4 });
    const before = new Set(first.worker.tasks.map(({ task }) => task));
    const starts = cluster.history.length;

    await second.stop();
    await cluster.settles({ a: 4 });

    const touched = cluster.history
      .slice(starts)
      .filter(({ worker, what }) => worker === first.name && what === 'stop');
    expect(touched).toEqual([]);
    expect(before.size).toBe(2);
    cluster.checkHistory();
  });

  it('follows changes of configuration and target state', async () => {
    await using broker = await startBroker();
    await using cluster = new WorkerCluster(broker);
    await cluster.add();
    await cluster.add();
    await cluster.put('a', { 'tasks.max': '2' });
    await cluster.put('b', { 'tasks.max': '1' });
    await cluster.settles({ a: 2, b: 1 });

    await cluster.put('a', { 'tasks.max': '3', more: 'x' });
    await cluster.settles({ a: 3, b: 1 });
    await cluster.ask((herder) => herder.patchConnector('a', { 'tasks.max': '1', more: null }));
    await cluster.settles({ a: 1, b: 1 });

    await cluster.ask((herder) => herder.pauseConnector('a'));
    const state = async (): Promise<string> => {
      const status = await cluster.status('a');
      return [status?.connector, ...(status?.tasks ?? [])].map((each) => each?.state).join(' ');
    };
    await waitUntil('paused', async () => (await state()) === 'PAUSED PAUSED');
    await cluster.ask((herder) => herder.stopConnector('a'));
    await waitUntil('stopped', async () => (await state()) === 'STOPPED');
    await expect(cluster.ask((herder) => herder.alterConnectorOffsets('b', []))).rejects.toThrow(/STOPPED state/);
    await cluster.ask((herder) => herder.resetConnectorOffsets('a'));
    expect(cluster.workers.flatMap(({ worker }) => worker.alterations)).toEqual([
      { connector: 'a', offsets: undefined },
    ]);
    await cluster.ask((herder) => herder.resumeConnector('a'));
    await cluster.settles({ a: 1, b: 1 });

    await cluster.ask((herder) => herder.deleteConnector('a'));
    await cluster.settles({ b: 1 });
    await waitUntil('a is forgotten', async () => {
      const last = new Map((await broker.records('connect-status')).map(({ key, value }) => [key ?? '', value]));
      return [...last].every(([key, value]) => (value === null) === /-a(-\d+)?$/.test(key));
    });
    cluster.checkHistory();
  });

  it('goes on under another leader', async () => {
    await using broker = await startBroker();
    await using cluster = new WorkerCluster(broker);
    await cluster.add();
    await cluster.put('a', { 'tasks.max': '2' });
    await cluster.settles({ a: 2 });
    const second = await cluster.add();
    await cluster.add();
    const [leader] = cluster.workers;
    await leader?.stop();
    await cluster.settles({ a: 2 });

    await cluster.put('b', { 'tasks.max': '2' });
    await second.stop();
    await cluster.settles({ a: 2, b: 2 });
    cluster.checkHistory();
  });

  it('restarts what it is told to, wherever it runs', async () => {
    await using broker = await startBroker();
    await using cluster = new WorkerCluster(broker);
    await cluster.add();
    await cluster.add();
    await cluster.put('a', { 'tasks.max': '4' });
    await cluster.settles({ a: 4 });
    const [first, second] = cluster.workers;
    const failing = [first?.worker.tasks[0], second?.worker.tasks[0]].filter((id) => id !== undefined);
    for (const id of failing) cluster.ownerOf(id)?.worker.fail(id, 'boom');
    await waitUntil('failures are told', async () => {
      const status = await cluster.status('a');
      return status?.tasks.filter(({ state, trace }) => state === 'FAILED' && trace === 'boom').length === 2;
    });
    const before = cluster.history.length;

    const request = { connector: 'a', includeTasks: true, onlyFailed: true };
    const { tasks, connector } = await cluster.ask((herder) => herder.restartConnectorAndTasks(request));
    expect(tasks.filter(({ state }) => state === 'RESTARTING').map(({ id }) => id)).toEqual(
      failing.map(({ task }) => task).sort(),
    );
    expect(connector.state).toBe('RUNNING');
    await cluster.settles({ a: 4 });
    const restarted = cluster.history.slice(before).filter(({ what }) => what === 'start');
    expect(restarted.map(({ of }) => of).sort()).toEqual(failing.map(({ task }) => `a-${task}`).sort());

    const [one] = failing;
    if (one === undefined) throw new Error('no task');
    await cluster.ask((herder) => herder.restartTask(one));
    await cluster.ask((herder) => herder.restartConnector('a'));
    await waitUntil(
      'both were restarted',
      () => cluster.history.slice(before).filter(({ what }) => what === 'start').length === 4,
    );
    await cluster.settles({ a: 4 });
    await expect(cluster.ask((herder) => herder.restartTask({ connector: 'a', task: 9 }))).rejects.toThrow(
      'Unknown task: a-9',
    );
    cluster.checkHistory();
  });

  it('refuses requests between workers that no worker signed', async () => {
    await using broker = await startBroker();
    await using cluster = new WorkerCluster(broker);
    const { herder } = await cluster.add();
    await cluster.put('a', {});
    await cluster.settles({ a: 1 });
    const body = Buffer.from('[]');
    const status = (error: unknown): unknown => (error as { status?: number }).status;

    await expect(
      herder.putTaskConfigs('a', [], { body, signature: undefined, algorithm: undefined }).catch(status),
    ).resolves.toBe(400);
    await expect(
      herder.putTaskConfigs('a', [], { body, signature: 'AAAA', algorithm: 'HmacSHA256' }).catch(status),
    ).resolves.toBe(403);
    await expect(
      herder.fenceZombies('a', { body, signature: 'AAAA', algorithm: 'HmacMD5' }).catch(status),
    ).resolves.toBe(400);
  });

  it('sets levels of loggers on all workers', async () => {
    await using broker = await startBroker();
    await using cluster = new WorkerCluster(broker);
    await cluster.add();
    await cluster.add();

    await cluster.ask((herder) => herder.setClusterLoggerLevel('connect', 'DEBUG'));

    await waitUntil('all have it', () => cluster.workers.every(({ loggers }) => loggers.get('connect') === 'DEBUG'));
  });

  it('fences the producers of former tasks before new ones start', async () => {
    await using broker = await startBroker({ topics: { target: 1 } });
    await using cluster = new WorkerCluster(broker, { 'exactly.once.source.support': 'enabled' });
    await cluster.add();
    await cluster.add();
    await cluster.put('a', { 'tasks.max': '3' });
    await cluster.settles({ a: 3 });
    const exactlyOnce = cluster.workers.flatMap(({ worker }) =>
      worker.tasks.map((id) => worker.task(id.connector, id.task)),
    );
    expect(exactlyOnce.map((start) => start?.exactlyOnce?.transactionalId).sort()).toEqual([
      'workers-a-0',
      'workers-a-1',
      'workers-a-2',
    ]);
    await using client = kafka({ brokers: broker.brokers });
    await using zombie = client.producer({ transactionalId: 'workers-a-2' });
    const open = await zombie.begin();
    await open.send(topic('target'), { value: 'written too late' });

    await cluster.put('a', { 'tasks.max': '2' });
    await cluster.settles({ a: 2 });

    await expect(open.commit()).rejects.toMatchObject({ fatal: true });
    expect(await broker.records('target')).toEqual([]);
    const keys = (await broker.records('connect-configs')).map(({ key, value }) => `${key} ${value}`);
    expect(keys.filter((key) => /^(commit|tasks-fencing)-a /.test(key))).toEqual([
      'commit-a {"tasks":3}',
      'tasks-fencing-a {"task-count":3}',
      'commit-a {"tasks":2}',
      'tasks-fencing-a {"task-count":2}',
    ]);
    cluster.checkHistory();
  });

  it('starts a hundred connectors at once, each one time', async () => {
    await using broker = await startBroker();
    await using cluster = new WorkerCluster(broker);
    await Promise.all([cluster.add(), cluster.add()]);
    const names = Array.from({ length: 100 }, (_, index) => `c${index}`);

    await Promise.all(names.map((name) => cluster.put(name, { 'tasks.max': '1' })));
    await cluster.settles(Object.fromEntries(names.map((name) => [name, 1])));

    expect(cluster.history.filter(({ what }) => what === 'start')).toHaveLength(200);
    expect(cluster.workers.map(({ worker }) => worker.tasks.length)).toEqual([50, 50]);
  });

  it('stops everything when the group cannot be reached, and goes on when it can', async () => {
    await using broker = await startBroker({ config: { 'group.min.session.timeout.ms': '1000' } });
    await using cluster = new WorkerCluster(broker, { 'session.timeout.ms': '2s' });
    await cluster.add();
    await cluster.add();
    await cluster.put('a', { 'tasks.max': '4' });
    await cluster.settles({ a: 4 });

    await broker.stop(undefined, { kill: true });
    await waitUntil('all gave up', () => cluster.running().length === 0);
    await broker.start();

    await cluster.settles({ a: 4 });
    cluster.checkHistory();
  });

  it('ends in time while no broker is there', async () => {
    await using broker = await startBroker();
    await using cluster = new WorkerCluster(broker);
    const worker = await cluster.add();
    await cluster.put('a', { 'tasks.max': '2' });
    await cluster.settles({ a: 2 });
    await broker.stop(undefined, { kill: true });

    await worker.stop();

    expect(worker.worker.tasks).toEqual([]);
  });

  it('waits no longer for a leader that another one has followed', async () => {
    await using silent = await silentServer();
    const requests = new LeaderRequests({
      leaderUrl: () => silent.url,
      sessionKey: () => createSessionKey('HmacSHA256', 0),
      algorithm: 'HmacSHA256',
      peers: new PeerClient({}),
      signal: new AbortController().signal,
    });
    const asked = requests.putTaskConfigs('a', []);
    await silent.asked;

    requests.leaderChanged();

    await expect(asked).rejects.toMatchObject({ code: 'MILLRACE_CONNECT_UNAVAILABLE' });
  });
});

/** Takes requests and answers none. */
async function silentServer() {
  const asked = Promise.withResolvers<void>();
  const server = createServer(() => asked.resolve());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: asked.promise,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
