/** Workers of a group over a broker: who runs what when they come, go and are told otherwise. */
import { startBroker, waitUntil } from '@millrace/testing';
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
      const keys = (await broker.records('connect-status')).map(({ key, value }) => [key, value === null]);
      return [...new Map(keys as [string, boolean][])].every(
        ([key, isGone]) => isGone || !key.includes('a'.repeat(1)) || key.endsWith('-b') || key.endsWith('-b-0'),
      );
    });
    cluster.checkHistory();
  });
});
