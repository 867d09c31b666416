import { MillraceError } from '@millrace/base';
import type { MetaBackend } from './backend.ts';
import { emptyState, type StoredChange } from './cluster-draft.ts';
import { CommittingMetaStore } from './committing-meta-store.ts';
import type { NewTopic } from './meta-store.ts';

/** A backend whose commits end when the test says so. */
class HeldBackend implements MetaBackend {
  readonly commits: { readonly changes: readonly StoredChange[]; readonly end: PromiseWithResolvers<void> }[] = [];

  load() {
    return Promise.resolve(emptyState('c'));
  }

  commit(changes: readonly StoredChange[]): Promise<void> {
    const end = Promise.withResolvers<void>();
    this.commits.push({ changes, end });
    return end.promise;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function topic(name: string): NewTopic {
  return { name, topicId: name, isInternal: false, replicationFactor: 1, owners: [1], configs: new Map() };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('CommittingMetaStore', () => {
  let backend: HeldBackend;
  let store: CommittingMetaStore;

  beforeEach(async () => {
    backend = new HeldBackend();
    store = new CommittingMetaStore(backend);
    await store.open();
  });

  it('shows and answers nothing before the commit ends', async () => {
    let isResolved = false;
    const creation = store.createTopic(topic('a')).then(() => (isResolved = true));
    await turn();

    expect([isResolved, store.snapshot().topicsByName.size]).toEqual([false, 0]);
    backend.commits[0]?.end.resolve();
    await creation;
    expect(store.snapshot().topicsByName.size).toBe(1);
  });

  it('shares one commit among the writes that come while another is under way', async () => {
    const writes = [store.createTopic(topic('a'))];
    await turn();
    for (const name of ['b', 'c', 'd']) writes.push(store.createTopic(topic(name)));
    backend.commits[0]?.end.resolve();
    await turn();

    expect(backend.commits).toHaveLength(2);
    backend.commits[1]?.end.resolve();
    await Promise.all(writes);
    expect(store.snapshot().topicsByName.size).toBe(4);
  });

  it('tells of a refusal only when what it rests on is durable', async () => {
    let isRefused = false;
    const creation = store.createTopic(topic('a'));
    const second = store.createTopic(topic('a')).catch(() => (isRefused = true));
    await turn();
    expect(isRefused).toBe(false);

    backend.commits[0]?.end.resolve();
    await Promise.all([creation, second]);
    expect(isRefused).toBe(true);
  });

  it('undoes every write of a failed commit, and goes on after a retriable failure', async () => {
    const full = new MillraceError('MILLRACE_METADATA_WRITE_FAILED', 'disk full', { retriable: true });
    const writes = Promise.allSettled([store.createTopic(topic('a')), store.createTopic(topic('a'))]);
    await turn();
    backend.commits[0]?.end.reject(full);

    expect(
      (await writes).map((result) => (result.status === 'rejected' ? (result.reason as unknown) : 'done')),
    ).toEqual([full, full]);
    expect(store.snapshot().version).toBe(0);
    const retry = store.createTopic(topic('a'));
    await turn();
    backend.commits[1]?.end.resolve();
    await expect(retry).resolves.toMatchObject({ name: 'a' });
  });

  it('takes no further write after any other failure, but still shows what is durable', async () => {
    const first = store.createTopic(topic('a'));
    await turn();
    backend.commits[0]?.end.reject(new Error('input/output error'));
    await expect(first).rejects.toMatchObject({ code: 'MILLRACE_METADATA_WRITE_FAILED', retriable: false });

    await expect(store.createTopic(topic('b'))).rejects.toMatchObject({ code: 'MILLRACE_METADATA_WRITE_FAILED' });
    expect(backend.commits).toHaveLength(1);
    expect(store.snapshot().version).toBe(0);
  });

  it('commits nothing for a write that changes nothing', async () => {
    await store.unregisterBroker(1, 'nobody');

    expect(backend.commits).toHaveLength(0);
  });
});
