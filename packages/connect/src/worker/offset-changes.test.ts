import { MillraceError } from '@millrace/base';
import { onePlace } from '../stores/offset-places.ts';
import type { OffsetStore } from '../stores/offset-store.ts';
import { connectorOffsets } from './offset-changes.ts';
import type { WorkerParts } from './worker.ts';

describe('offsets of a source', () => {
  const parts = (failure: Error): WorkerParts => {
    const store: Pick<OffsetStore, 'all'> = { all: () => Promise.reject(failure) };
    return {
      pluginOf: () => ({ description: { kind: 'source' } }),
      resolve: async (config: unknown) => config,
      offsets: onePlace(store as OffsetStore),
    } as unknown as WorkerParts;
  };

  it('in a topic that cannot keep them are answered as wrong with the connector', async () => {
    const failure = new MillraceError('MILLRACE_CONNECT_TOPIC', 'the topic "own" has cleanup.policy=delete');

    await expect(connectorOffsets(parts(failure), 'one', {})).rejects.toMatchObject({
      status: 400,
      message: 'the offsets of connector one cannot be reached: the topic "own" has cleanup.policy=delete',
    });
  });

  it('that cannot be read for another reason are no fault of the connector', async () => {
    const failure = new Error('no broker');
    await expect(connectorOffsets(parts(failure), 'one', {})).rejects.toBe(failure);
  });
});
